"""A site is not restored while one of its processes is alive; a killed process does not count."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Installation
from tests.site import ROOT

BEGIN = """
from django.core.management import call_command
call_command("backup", "{backup}")
call_command("hide", "original-12")
call_command("worker", once=True)
"""


pytestmark = [pytest.mark.long, pytest.mark.both_databases]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    """A site whose processes take seconds to start."""
    installation = Installation(tmp_path / "site", os.environ.get("DATABASE_URL"))
    yield installation
    installation.remove()


def restore(site: Installation, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "restore", str(site.folder / "one.backup"), "--replace", *words]
    return subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)


def restored_soon(site: Installation, *words: str) -> str:
    """PostgreSQL notices a killed process when the system closes its connection, a moment later."""
    until = time.monotonic() + 60
    while (done := restore(site, *words)).returncode:
        assert "stop web and worker" in done.stderr, done.stderr
        assert time.monotonic() < until
        time.sleep(1)  # each try is a process
    return done.stdout


def test_no_restore_while_web_or_worker_is_alive(site: Installation) -> None:
    """Takes seconds: processes of six kinds start. granian's child ends with granian, also if that is killed."""
    site.python("manage.py", "shell", "--no-imports", "-c", BEGIN.format(backup=site.folder / "one.backup"))
    with site.server() as web:
        refused = restore(site)
        assert refused.returncode == 1
        assert "stop web and worker first" in refused.stderr
        main, child = web.pids()
        os.kill(main, signal.SIGKILL)
        until = time.monotonic() + 60
        while Path(f"/proc/{child}").exists():
            assert time.monotonic() < until, "granian's child outlives it"
            time.sleep(0.05)
    assert "1 names hidden" in restored_soon(site)
    with site.process(sys.executable, "manage.py", "worker") as worker:
        journal = Path(site.environment["DATA_DIR"]) / "removals.jsonl"
        journal.unlink()
        until = time.monotonic() + 60
        while not journal.exists():  # the worker has begun its rounds, and makes the file whole
            assert time.monotonic() < until
            time.sleep(0.05)
        assert "stop web and worker first" in restore(site).stderr
        worker.kill()
    assert "names hidden" in restored_soon(site)
