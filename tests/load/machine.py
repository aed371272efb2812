"""One machine as shipped: PostgreSQL with its logins, two web processes, the worker, a mail server, nginx in front."""

import http.client
import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.load.proxy import HOST, Proxy, run_proxy
from tests.processes import Installation, Server
from tests.site import free_port

WORKER_NICE = "5"  # as in deploy/systemd/petition-worker.service
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Machine:
    """What runs; `mailed` is the file of those to whom mail went, `pids` are the worker's process and its children."""

    site: Installation
    staff_url: str
    public: Server
    staff: Server
    worker: "subprocess.Popen[bytes]"
    proxy: Proxy
    mailed: Path

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: str = "") -> tuple[int, str]:
        """Return status and body of nginx's answer."""
        connection = self.connect()
        try:
            connection.request(method, path, body or None, {"Host": HOST} | (headers or {}))
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection over TLS to nginx, which answers only to the host's name."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPConnection(HOST)
        plain = socket.create_connection(("127.0.0.1", self.proxy.port), 30)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        return connection

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement, as the login of staff."""
        with psycopg.connect(self.staff_url) as database:
            return database.execute(statement.encode()).fetchall()

    def measure_cpu(self) -> dict[str, float]:
        """Return the CPU seconds that each part has used so far."""
        parts = {"public web": self.public.pids(), "staff web": self.staff.pids(), "worker": [self.worker.pid]}
        parts["nginx"] = _list_with_children(int(self.proxy.pid_file.read_text(encoding="ascii")))
        parts["PostgreSQL"] = [
            int(str(pid))
            for (pid,) in self.query("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        ]
        return {name: sum(map(_measure_cpu, pids)) for name, pids in parts.items()}


def _list_with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [pid, *map(int, children.split())]


def _measure_cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0  # it has ended
    return (int(fields[11]) + int(fields[12])) / TICKS  # utime and stime (proc(5))


@contextmanager
def run_machine(folder: Path, server_url: str) -> Iterator[Machine]:
    """Run the whole set on the PostgreSQL server of this address until the block ends."""
    site = Installation(folder / "site", server_url, has_logins=True)
    with ExitStack() as stack:
        stack.callback(site.remove)
        staff_url = _give_password(site, server_url, "staff")
        mail_port = free_port()
        mailed = folder / "mailed"
        stack.enter_context(site.process(sys.executable, "-m", "tests.load.mail_sink", str(mail_port), str(mailed)))
        site.environment |= {"SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": "127.0.0.1"}
        mail: Any = {"EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "DATABASE_URL": staff_url}
        worker = stack.enter_context(
            site.process("nice", "-n", WORKER_NICE, sys.executable, "manage.py", "worker", **mail)
        )
        public = stack.enter_context(site.server(role="public", workers=2))
        staff = stack.enter_context(site.server(role="staff", **mail))
        static = site.folder / "var" / "static"
        proxy = stack.enter_context(run_proxy(folder / "nginx", public=public.port, staff=staff.port, static=static))
        time.sleep(3)  # the worker has said which keys it holds
        yield Machine(site, staff_url, public, staff, worker, proxy, mailed)


def _give_password(site: Installation, server_url: str, role: str) -> str:
    """Return the address of the site's database for this login."""
    name, password = site._roles[role], secrets.token_hex(8)
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"ALTER ROLE {name} PASSWORD '{password}'".encode())
    url = urlsplit(site.environment["DATABASE_URL"])
    place = f"{name}:{password}@{url.hostname or ''}{f':{url.port}' if url.port else ''}"
    return url._replace(netloc=place).geturl()


def measure_memory(pid: int) -> int:
    """Return the resident bytes of the process now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def measure_peak(pid: int) -> int:
    """Return the most resident bytes that the process ever had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def describe_load() -> str:
    """Return the load average of the machine, in words: others may work on it."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
