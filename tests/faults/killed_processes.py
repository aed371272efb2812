"""Processes of the site on the database of this test process, which are killed while they work."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from petition.models import IntakeRow
from tests.site import ROOT, SECONDS

MOST_SECONDS_OF_WORK = 0.4
"""A kill comes at any moment within this time after the first row was taken."""
_WORKER_ENDS = 300.0


def find_database_url() -> str:
    """Return DATABASE_URL of the database that this test process uses."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Processes:
    """Starts a public web process and a worker, on this test's database, with a DATA_DIR of their own."""

    def __init__(self, folder: Path) -> None:
        (folder / "static").symlink_to(settings.STATIC_ROOT)
        self._public = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DATABASE_URL": find_database_url(),
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "petition.settings",
            "ROLE": "public",
            **{name: getattr(settings, name) for name in ("SECRET_KEY", "CODE_KEY", "CONTACT_PUBLIC_KEY")},
        }
        self._staff = self._public | {
            "ROLE": "all",
            "CONTACT_INDEX_KEY": settings.CONTACT_INDEX_KEY,
            "CONTACT_PRIVATE_KEY": ",".join(settings.CONTACT_PRIVATE_KEYS),
        }

    def run_until_killed(
        self, jobs: dict[str, Any], *, while_taking: bool = False, sender: str = "", worker: str = ""
    ) -> dict[str, str]:
        """Let one process send the jobs and forms, and a worker take them; kill both while they are at it.

        The moment is random; `while_taking`: the next one at which the worker has rows that are not done.

        Return the name of each acknowledged post, and to where it redirected.
        """
        taken, unfinished = IntakeRow.objects.filter(attempts__gt=0).count(), _count_unfinished()
        with self._start(self._public, "-m", "tests.faults.sender", sender, stdin=subprocess.PIPE) as sending:
            assert sending.stdin
            assert sending.stdout
            sending.stdin.write(json.dumps(jobs).encode())
            sending.stdin.close()
            first = sending.stdout.readline()
            assert first, "it was not able to send anything"
            with self._start_worker(worker) as working:
                _wait_until(lambda: IntakeRow.objects.filter(attempts__gt=0).count() > taken, working)
                time.sleep(random.uniform(0, MOST_SECONDS_OF_WORK))
                if while_taking:
                    _stop_while_taking(working, unfinished)
                for process in random.sample([sending, working], 2):
                    process.kill()
            rest = sending.stdout.read()
        *lines, _cut_off = (first + rest).decode().split("\n")
        return dict(line.split(" ", 1) for line in lines)

    def run_worker(self, *arguments: str) -> int:
        """Run the real worker until nothing is left, or a variant until it is killed; return how it ended."""
        with self._start_worker(*arguments, once=True) as working:
            return working.wait(_WORKER_ENDS)

    @contextmanager
    def _start_worker(self, *arguments: str, once: bool = False) -> "Iterator[subprocess.Popen[bytes]]":
        command = ["manage.py", "worker", *(["--once"] if once else [])]
        if arguments and arguments[0]:
            command = ["-m", "tests.faults.intake_worker", *arguments]
        with self._start(self._staff, *command) as process:
            yield process

    @contextmanager
    def _start(
        self, environment: dict[str, str], *arguments: str, stdin: int = subprocess.DEVNULL
    ) -> "Iterator[subprocess.Popen[bytes]]":
        command, output = [sys.executable, *arguments], subprocess.PIPE if stdin == subprocess.PIPE else stdin
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=stdin, stdout=output) as process:
            try:
                yield process
            finally:
                process.kill()


def _count_unfinished() -> int:
    """Return how many rows a worker has taken and not done: those of this moment, and of earlier kills."""
    return IntakeRow.objects.filter(attempts__gt=0, done_at=None).count()


def _stop_while_taking(working: "subprocess.Popen[bytes]", unfinished: int) -> None:
    """Stop the worker at a moment at which it has rows of its own that are not done."""
    until = time.monotonic() + SECONDS
    while True:
        working.send_signal(signal.SIGSTOP)
        if _count_unfinished() > unfinished:
            return
        assert time.monotonic() < until, "the worker took nothing more"
        working.send_signal(signal.SIGCONT)
        time.sleep(random.uniform(0.001, 0.01))


def _wait_until(is_so: Any, working: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS
    while not is_so():
        assert working.poll() is None, "the worker ended by itself"
        assert time.monotonic() < until, "the worker took nothing"
        time.sleep(0.005)
