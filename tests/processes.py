"""A site whose processes are started one by one, each in its own role, as on a server."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg

from petition.publishing.cache.thread_limits import THREADS
from petition.security.keys import generate_keys
from tests.prepared import drop_database, fill_data_dir
from tests.site import ROOT, free_port

PRIVATE_KEYS = ("CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY")
START_SECONDS = 120


class Server:
    """A running granian; `pids` are its processes."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def pids(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [self.process.pid, *map(int, children.split())]

    def memory(self) -> int:
        """Return the resident bytes of the largest of its processes."""
        statuses = (Path(f"/proc/{pid}/status").read_text(encoding="ascii") for pid in self.pids())
        return max(int(status.split("VmRSS:")[1].split()[0]) * 1024 for status in statuses)


class Installation:
    """A migrated site with an appeal and keys of its own: on SQLite, or on the PostgreSQL server of `database_url`.

    There its public processes use a login that may do no more than they must, if it `has_logins`.
    """

    def __init__(self, folder: Path, database_url: str | None = None, *, has_logins: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = database_url
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder / "var")}
        self.environment |= {"SITE_URL": self.url, "DJANGO_SETTINGS_MODULE": "petition.settings"}
        self.environment |= fill_data_dir(folder / "var", database_url, self._database)
        self.environment |= generate_keys()
        self.python("manage.py", "import_statement", "fixtures/statement.txt", "--verbosity", "0")
        self._roles: dict[str, str] = {}
        self._public = self._create_logins(database_url) if database_url and has_logins else {}

    @property
    def _database(self) -> str:
        return f"installation_{self.port}"

    def _create_logins(self, server_url: str) -> dict[str, str]:
        """Create the logins of `manage.py database_roles`; return what public processes have in their environment."""
        own, password = secrets.token_hex(4), secrets.token_hex(8)
        self._roles = {role: f"test_{role}_{own}" for role in ("owner", "staff", "public", "functions")}
        options = [f"--{role}={name}" for role, name in self._roles.items()]
        self.python("manage.py", "database_roles", "--apply", *options)
        with psycopg.connect(server_url, autocommit=True) as server:
            server.execute(f"ALTER ROLE {self._roles['public']} PASSWORD '{password}'".encode())
        url = urlsplit(self.environment["DATABASE_URL"])
        place = f"{self._roles['public']}:{password}@{url.hostname or ''}{f':{url.port}' if url.port else ''}"
        return {"DATABASE_URL": url._replace(netloc=place).geturl()}

    def python(self, *arguments: str, typed: str = "") -> str:
        """Run Python as a process of this site that has all keys, with `typed` as input; return its output."""
        command = [sys.executable, *arguments]
        result = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=typed, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    @contextmanager
    def process(
        self, *arguments: str, log: IO[str] | int = subprocess.DEVNULL, **changes: str
    ) -> "Iterator[subprocess.Popen[bytes]]":
        """Run a process until the block ends, with `changes` of its environment; what it says goes to `log`."""
        environment = self.environment | changes
        if environment.get("ROLE") == "public":
            environment = {name: value for name, value in environment.items() if name not in PRIVATE_KEYS}
            environment |= self._public | changes
        with subprocess.Popen(
            arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=_choose_errors(log)
        ) as process:
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()

    @contextmanager
    def server(
        self,
        *,
        role: str = "all",
        workers: int = 1,
        application: str = "petition.wsgi:application",
        port: int = 0,
        log: IO[str] | int = subprocess.DEVNULL,
        **changes: str,
    ) -> Iterator[Server]:
        """Run a web process as README does, with `changes` of its environment."""
        port = port or free_port()
        granian = Path(sys.executable).with_name("granian")
        options = ["--interface", "wsgi", "--workers", str(workers), "--blocking-threads", str(THREADS), "--no-ws"]
        options += ["--respawn-failed-workers", "--workers-kill-timeout", "10"]
        place = ["--host", "127.0.0.1", "--port", str(port), "--backlog", "1024", "--log-level", "error"]
        command = [str(granian), *options, *place, application]
        with self.process(*command, log=log, ROLE=role, **changes) as process:
            _wait_until_served(port)
            yield Server(process, port)

    def remove(self) -> None:
        if self._server:
            drop_database(self._server, self._database)
            with psycopg.connect(self._server, autocommit=True) as server:
                for role in self._roles.values():
                    server.execute(f"DROP ROLE {role}".encode())
        shutil.rmtree(self.folder, ignore_errors=True)


def _choose_errors(log: IO[str] | int) -> IO[str] | int | None:
    """Errors are shown where nothing else is kept."""
    return None if log == subprocess.DEVNULL else log


def _wait_until_served(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)
        finally:
            connection.close()
