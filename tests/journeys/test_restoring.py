"""A site as an operator runs it is not restored while a process of it lives; a killed one is no matter."""

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

HIDE = ("manage.py", "hide", "original-12")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    """Its processes take seconds to start."""
    installation = Installation(tmp_path / "site", os.environ.get("DATABASE_URL"))
    yield installation
    installation.remove()


def restore(site: Installation, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "restore", str(site.folder / "one.backup"), "--replace", *words]
    return subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)


def restored_soon(site: Installation, *words: str) -> str:
    """PostgreSQL hears of a killed process when the system closes its connection, a moment later."""
    until = time.monotonic() + 60
    while (done := restore(site, *words)).returncode:
        assert "stop web and worker" in done.stderr, done.stderr
        assert time.monotonic() < until
        time.sleep(0.1)
    return done.stdout


def test_no_restore_while_web_or_worker_lives_and_a_killed_one_is_no_matter(site: Installation) -> None:
    site.python("manage.py", "backup", str(site.folder / "one.backup"))
    site.python(*HIDE)
    site.python("manage.py", "worker", "--once")
    with site.server() as web:
        refused = restore(site)
        assert refused.returncode == 1
        assert "stop web and worker first" in refused.stderr
        for pid in web.pids():
            os.kill(pid, signal.SIGKILL)
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
