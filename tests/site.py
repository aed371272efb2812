"""Run the site as it is shipped: `manage.py serve` in a process of its own, with its own state and environment."""

import itertools
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import psycopg

from tests.prepared import create_database, drop_database, fill_data_dir

ROOT = Path(__file__).parent.parent
SLUG = "kyrgyzstan-2020"
"""The appeal that every site has from its first start."""
SECONDS = 120
"""The longest that a test waits for a start or a mail."""
WORKER = "manage.py\0worker"
"""A word of the worker's command line; granian's has `--workers`."""
_ENDS_WITH_TESTS = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
"""A site of tests that are killed would run for ever, and take the time of the next ones."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Site:
    """A site. `output` is what it has printed so far.

    Its database is migrated and its static files are collected, unless it `starts_from_nothing`, as at first on
    a new machine.
    """

    def __init__(self, folder: Path, *, starts_from_nothing: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder / "var")}
        self.environment["UNDO_SECONDS"] = "3"  # tests wait for the mails of decisions
        url, database = os.environ.get("DATABASE_URL"), f"journey_{self.port}"
        if not starts_from_nothing:
            self.environment |= fill_data_dir(folder / "var", url, database)
        elif url:
            self.environment["DATABASE_URL"] = create_database(url, database)
        self.options: list[str] = []  # of `serve`
        self.password = ""
        self.numbers = itertools.count(1)  # for addresses and names that nobody else has
        self._read_before: dict[Path, EmailMessage] = {}
        self.kept: dict[str, str] = {}  # addresses that several tests look at

    def begin(self) -> None:
        """Start the process and return at once."""
        command = [*_ENDS_WITH_TESTS, sys.executable, "manage.py", "serve", "--port", str(self.port), *self.options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(self) -> float:
        """Start the process, wait until it serves, and return how many seconds that took."""
        began = time.monotonic()
        self.begin()
        while "Stop with Ctrl-C" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() - began < SECONDS, self.output
            time.sleep(0.02)
        if match := re.search(r"Password +(\S+)", self.output):
            self.password = match[1]
        return time.monotonic() - began

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line

    def manage(self, *command: str) -> None:
        """Run one of the operator's commands on this site."""
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True, capture_output=True
        )

    def output_of(self, *arguments: str) -> str:
        """Run Python with these arguments as a process of this site and return its output."""
        environment = self.environment | {"SITE_URL": self.url, "DJANGO_SETTINGS_MODULE": "petition.settings"}
        result = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        return result.stdout

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop the site as an operator would and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(10)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def find_processes(self) -> list[int]:
        """Return the processes that work on this site's state."""
        mark = f"DATA_DIR={self.environment['DATA_DIR']}".encode()
        processes = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    processes.append(int(folder.name))
            except OSError:
                pass  # it has just ended, or is somebody else's
        return processes

    def find_process(self, word: str, *, child_of: int | None = None) -> int | None:
        """Return the process with `word` in its command line, started by `child_of`, or by `serve` if not given."""
        for pid in self.find_processes():
            try:
                command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
                parent = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except OSError:
                continue
            if word in command and parent == (child_of or self.process.pid):
                return pid
        return None

    @contextmanager
    def stopped_worker(self) -> Iterator[None]:
        """Let the worker stand still within the block, so that what is sent waits."""
        worker = self.find_process(WORKER)
        assert worker
        try:
            os.kill(worker, signal.SIGSTOP)
            while self._is_writing():  # what it has begun would hold up everybody
                os.kill(worker, signal.SIGCONT)
                time.sleep(0.05)
                os.kill(worker, signal.SIGSTOP)
            yield
        finally:
            os.kill(worker, signal.SIGCONT)

    def _is_writing(self) -> bool:
        """Return whether a transaction has begun and not ended."""
        if url := self.environment.get("DATABASE_URL"):
            query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'"
            with psycopg.connect(url) as server:
                return server.execute(query).fetchone() is not None
        path = self.folder / "var" / "petition.sqlite3"
        with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False

    def mails(self) -> list[EmailMessage]:
        """Return the mails that were written, oldest first."""
        files = sorted((self.folder / "var" / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        for path in files:
            if path not in self._read_before:  # written once and never changed
                self._read_before[path] = message_from_bytes(path.read_bytes(), policy=policy.default)
        return [self._read_before[path] for path in files]

    def mail_to(self, address: str, *, number: int = 1) -> str:
        """Return the text of the `number`th mail to `address`, as soon as it is there."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            mails = [mail for mail in self.mails() if mail["To"] == address]
            if len(mails) >= number:
                body = mails[number - 1].get_body(("plain",))
                assert body
                return str(body.get_content())
            time.sleep(0.02)
        raise AssertionError(f"no mail to {address}: {self.output}")

    def remove(self) -> None:
        """Stop the site if it runs, and delete its database and files."""
        if hasattr(self, "process") and self.process.poll() is None:
            self.stop()
        if url := os.environ.get("DATABASE_URL"):
            drop_database(url, f"journey_{self.port}")
        shutil.rmtree(self.folder, ignore_errors=True)
