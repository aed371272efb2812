"""However and whenever the site is stopped, nothing of it goes on running."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site import Site


def processes_of(site: Site) -> list[int]:
    """All that work on this site's state."""
    mark = f"DATA_DIR={site.environment['DATA_DIR']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            pass  # it has just ended, or is somebody else's
    return found


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """What is begun here hears that its terminal is closed, although the tests may run under `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that was served before, and whose processes are all gone after the test."""
    site = Site(tmp_path_factory.mktemp("stopping"))
    site.start()
    site.stop()
    yield site
    for left in processes_of(site):
        os.kill(left, signal.SIGKILL)
    site.remove()


@pytest.mark.parametrize("started", [2, 3, 4])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_twice_while_it_starts(set_up: Site, started: int, number: signal.Signals) -> None:
    set_up.begin()
    until = time.monotonic() + 30
    while len(processes_of(set_up)) < started:
        assert time.monotonic() < until, set_up.output
    set_up.process.send_signal(number)
    time.sleep(0.1)
    set_up.process.send_signal(number)
    assert set_up.stop(number) == 0, set_up.output
    assert processes_of(set_up) == []
    assert "Traceback" not in set_up.output


def test_stopped_while_its_own_program_is_still_being_loaded(set_up: Site) -> None:
    set_up.begin()
    until = time.monotonic() + 30
    while "_sodium" not in Path(f"/proc/{set_up.process.pid}/maps").read_text(encoding="utf-8"):
        assert time.monotonic() < until, set_up.output
    assert set_up.stop(signal.SIGINT) in (0, -signal.SIGINT)
    assert set_up.output in ("", "Stopped.\n")


def test_stopped_by_ctrl_c_although_a_shell_began_it_in_the_background(set_up: Site) -> None:
    """Such a shell lets it ignore SIGINT; whoever sends one all the same means it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        set_up.start()
    finally:
        signal.signal(signal.SIGINT, before)
    assert set_up.stop(signal.SIGINT) == 0


def test_nohup_is_heard(set_up: Site) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        set_up.start()
    finally:
        signal.signal(signal.SIGHUP, before)
    set_up.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert len(processes_of(set_up)) == 4
    assert set_up.stop() == 0


def test_stopped_while_it_serves_by_a_terminal_that_is_closed(set_up: Site) -> None:
    set_up.start()
    assert len(processes_of(set_up)) == 4
    assert set_up.stop(signal.SIGHUP) == 0
    assert processes_of(set_up) == []


def test_what_one_process_leaves_behind_is_stopped_with_the_other(set_up: Site) -> None:
    set_up.start()
    web = next(pid for pid in processes_of(set_up) if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(web, signal.SIGKILL)
    set_up.process.wait(30)
    assert set_up.stop() == 1
    assert "The web process ended (-9)" in set_up.output
    assert processes_of(set_up) == []
