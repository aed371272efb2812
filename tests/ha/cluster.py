"""The PostgreSQL cluster on loopback, with the files of deploy/ha: etcd, three machines under Patroni, and HAProxy."""

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.ha.children import Child, list_descendants, send, wait_until_gone
from tests.site import ROOT, free_port

DEPLOY = ROOT / "deploy" / "ha"
NAMES = ("db1", "db2", "db3")
PASSWORD = "made-up"
START_SECONDS = 60
_ADDRESSES = {"db1": "10.0.0.11", "db2": "10.0.0.12", "db3": "10.0.0.13"}


def adapt(name: str, replacements: Mapping[str, str]) -> str:
    """Return a file of deploy/ha with these texts replaced, each of which must be there."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for shipped, here in replacements.items():
        assert shipped in text, f"{name} no longer says {shipped!r}"
        text = text.replace(shipped, here)
    return text


def find_postgresql_programs() -> Path:
    """Return the folder of the newest PostgreSQL server that Debian has installed."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: int(path.parent.name))


class Machine:
    """One database machine: Patroni and the PostgreSQL that it starts."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder / name
        self.data = self.folder / "data"
        self.port, self.rest_port = free_port(), free_port()
        self.frozen: list[int] = []
        self.folder.mkdir()
        self.patroni: Child | None = None

    def start(self) -> None:
        if self.patroni:
            self.patroni.start()
            return
        own = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        command = ["/usr/bin/patroni", str(self.folder / "patroni.yml")]
        self.patroni = Child(command, self.folder / "patroni.log", environment=own, as_postgres=True)

    def list_processes(self) -> list[int]:
        """Return Patroni and all processes of its PostgreSQL, which is a session of its own."""
        roots = [self.patroni.process.pid] if self.patroni else []
        try:
            roots.append(int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0]))
        except (OSError, IndexError):
            pass  # it does not run
        return list_descendants(*roots)

    def kill(self) -> None:
        """Kill Patroni and PostgreSQL, as a power cut does."""
        pids = self.list_processes()
        send(pids, signal.SIGKILL)
        assert self.patroni
        self.patroni.process.wait()
        wait_until_gone(pids)

    def freeze(self) -> None:
        """Let both stand still, as a machine that hangs: its connections stay open, and nothing answers."""
        # Again, for what was started meanwhile.
        for _ in range(3):
            self.frozen = self.list_processes()
            send(self.frozen, signal.SIGSTOP)

    def thaw(self) -> None:
        send(self.frozen, signal.SIGCONT)
        self.frozen = []

    def list_receivers(self) -> list[int]:
        """Return the processes that receive what the primary has written."""
        found = []
        for pid in self.list_processes():
            try:
                title = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if b"walreceiver" in title:
                found.append(pid)
        return found

    def remove(self) -> None:
        pids = self.list_processes()
        send(pids, signal.SIGKILL)
        wait_until_gone(pids)


class Cluster:
    """`port` is the one of HAProxy, which leads to the primary."""

    def __init__(self, folder: Path, *, is_asynchronous: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.etcd: Child | None = None
        self.haproxy: Child | None = None
        self._standby_roles = ("replica",) if is_asynchronous else ("quorum_standby", "sync_standby")
        self._etcd_ports = free_port(), free_port()
        self.machines = [Machine(name, folder) for name in NAMES]
        self._write_files(is_asynchronous=is_asynchronous)

    @property
    def url(self) -> str:
        return f"postgres://postgres:{PASSWORD}-1@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        etcd = ["etcd", "--config-file", str(self.folder / "etcd.yml"), "--log-level", "error"]
        self.etcd = Child(etcd, self.folder / "etcd.log")
        self.haproxy = Child(["haproxy", "-db", "-f", str(self.folder / "haproxy.cfg")], self.folder / "haproxy.log")
        wait_for(lambda: bool(ask(self._etcd_ports[0], "/health")), "etcd")
        self.machines[0].start()
        wait_for(lambda: self.find_primary() is not None, "the first PostgreSQL")
        for machine in self.machines[1:]:
            machine.start()
        wait_for(self.is_healthy, "the standby servers")

    def find_primary(self) -> Machine | None:
        """Return the machine that Patroni says is the primary."""
        for machine in self.machines:
            if not machine.frozen and ask(machine.rest_port, "/primary"):
                return machine
        return None

    def is_healthy(self) -> bool:
        """Return whether there are a primary and two standby servers that receive from it."""
        primary = self.find_primary()
        if primary is None:
            return False
        members = json.loads(ask(primary.rest_port, "/cluster") or '{"members": []}')["members"]
        # By its role, since a standby may receive already and not be one of those for which commits wait.
        standbys = [member for member in members if member["role"] in self._standby_roles]
        return [member["state"] for member in standbys] == ["streaming"] * (len(NAMES) - 1)

    def remove(self) -> None:
        for child in (self.haproxy, self.etcd):
            if child:
                child.kill()
        for machine in self.machines:
            machine.remove()

    def _write_files(self, *, is_asynchronous: bool) -> None:
        client, peer = self._etcd_ports
        etcd = {
            "http://10.0.0.11:2379,http://127.0.0.1:2379": f"http://127.0.0.1:{client}",
            "10.0.0.11:2379": f"127.0.0.1:{client}",
            "10.0.0.11:2380": f"127.0.0.1:{peer}",
            ",db2=http://10.0.0.12:2380,db3=http://10.0.0.13:2380": "",
            "/var/lib/etcd/petition": str(self.folder / "etcd"),
        }
        (self.folder / "etcd.yml").write_text(adapt("etcd.yml", etcd), encoding="utf-8")
        places = {f"{_ADDRESSES[machine.name]}:5432": f"127.0.0.1:{machine.port}" for machine in self.machines}
        text = adapt("haproxy.cfg", places | {"bind 127.0.0.1:5000": f"bind 127.0.0.1:{self.port}"})
        for machine in self.machines:
            # Here each machine has a port of its own instead of an address.
            text = text.replace(f"127.0.0.1:{machine.port}", f"127.0.0.1:{machine.port} port {machine.rest_port}")
        assert "check port 8008" in text
        (self.folder / "haproxy.cfg").write_text(text.replace("check port 8008", "check"), encoding="utf-8")
        for machine in self.machines:
            file = machine.folder / "patroni.yml"
            file.write_text(self.build_patroni_file(machine, is_asynchronous=is_asynchronous), encoding="utf-8")
            file.chmod(0o600)
            for path in (machine.folder, file):
                if os.geteuid() == 0:
                    shutil.chown(path, "postgres", "postgres")

    def build_patroni_file(self, machine: Machine, *, is_asynchronous: bool = False) -> str:
        """Return the shipped file with the places of this machine."""
        programs = find_postgresql_programs()
        replacements = {
            "name: db1": f"name: {machine.name}",
            "10.0.0.11:8008": f"127.0.0.1:{machine.rest_port}",
            "10.0.0.11:5432": f"127.0.0.1:{machine.port}",
            "[10.0.0.11:2379, 10.0.0.12:2379, 10.0.0.13:2379]": f"[127.0.0.1:{self._etcd_ports[0]}]",
            "/var/lib/postgresql/17/petition": str(machine.data),
            "/usr/lib/postgresql/17/bin": str(programs),
            "10.0.0.0/24": "127.0.0.1/32",
            "host petition petition_owner,petition_staff,petition_public": "host all all",
            "PASSWORD-": f"{PASSWORD}-",
            "max_connections: 200": f"max_connections: 200\n        unix_socket_directories: {machine.folder}",
        }
        if is_asynchronous:
            replacements |= {"synchronous_mode: quorum": "synchronous_mode: false"}
            replacements |= {"synchronous_mode_strict: true": "synchronous_mode_strict: false"}
        return adapt("patroni.yml", replacements)


def ask(port: int, path: str) -> str:
    """Return what a port on loopback answers with 200; '' for anything else."""
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()
    return body if response.status == 200 else ""


def wait_for(is_so: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> float:
    """Wait until it is so, and return how many seconds that took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"{what}: not after {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began


def get_server_version() -> str:
    return re.sub(r"\D", "", find_postgresql_programs().parent.name)
