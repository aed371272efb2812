"""A PostgreSQL server of one test: it can be killed, stopped, started again, and its settings changed."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.site import SECONDS, free_port

USER = "postgres"
_STRICT = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def lacking_programs() -> str:
    """Say why no server can be started."""
    return "" if _find_programs() else "PostgreSQL is not installed (apt install postgresql)."


def _find_programs() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


class PostgresqlServer:
    """Keeps its data in `folder`, which its user may write, and listens on a port of loopback."""

    def __init__(self, folder: Path, **settings: str) -> None:
        programs = _find_programs()
        assert programs
        self._programs, self._data = programs, folder / "data"
        self._as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"] if os.getuid() == 0 else []
        if self._as_user:
            shutil.chown(folder, USER, USER)
        self.port = free_port()
        self.url = f"postgres://{USER}@127.0.0.1:{self.port}/postgres"
        initdb = [*self._as_user, str(programs / "initdb"), "-D", str(self._data), "-U", USER, "-A", "trust"]
        subprocess.run([*initdb, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], check=True, capture_output=True)
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as lines:
            lines.writelines(f"{name} = {value}\n" for name, value in (_STRICT | settings).items())

    def start(self) -> None:
        """Start it and wait until it answers."""
        place = ["-D", str(self._data), "-p", str(self.port), "-h", "127.0.0.1", "-k", ""]
        self._process = subprocess.Popen(
            [*self._as_user, str(self._programs / "postgres"), *place],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + SECONDS
        while not self._answers():
            assert self._process.poll() is None, "PostgreSQL ended at its start"
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def execute(self, statement: str) -> None:
        """Run one statement as superuser."""
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(statement.encode())

    def kill(self) -> None:
        """End all its processes at once, as when the machine is switched off; what was not written is lost."""
        main = self._process.pid
        os.kill(main, signal.SIGSTOP)  # else it would start what was killed again
        for child in Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.kill(main, signal.SIGKILL)
        self._process.wait(SECONDS)

    def is_running(self) -> bool:
        """Return whether its main process has not ended, as it does when it cannot write its log of changes."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it and wait; open connections are cut."""
        if self.is_running():
            self._process.send_signal(signal.SIGINT)
            self._process.wait(SECONDS)

    @contextmanager
    def taken_connections(self, login: str = USER) -> Iterator[int]:
        """Take all connections that are left, also those kept for superusers, within the block; yield how many."""
        taken = []
        try:
            while True:
                url = self.url.replace(f"//{USER}@", f"//{login}@")
                taken.append(psycopg.connect(url, connect_timeout=5))
        except psycopg.OperationalError:
            yield len(taken)
        finally:
            for connection in taken:
                connection.close()
