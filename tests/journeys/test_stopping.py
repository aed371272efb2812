"""However and whenever the site is stopped, nothing of it goes on running."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.processes import Installation
from tests.site import Site

WORKER = "manage.py\0worker"
"""In its command line; granian's has `--workers`."""


def processes_of(site: Site | Installation) -> list[int]:
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


def running(site: Site, word: str, *, child_of: int | None = None) -> int | None:
    """The process of this site whose command line has `word`; one that `child_of` has started where that is given."""
    for pid in processes_of(site):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
            parent = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue
        if word in command and parent == (child_of or site.process.pid):
            return pid
    return None


def awaited(what: Callable[[], object]) -> Any:
    """What is so at last."""
    until = time.monotonic() + 60
    while not (so := what()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return so


def is_served(site: Site) -> bool:
    try:
        with urlopen(f"{site.url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def another(site: Site, word: str, before: int, *, child_of: int | None = None) -> int:
    """The process that was started in place of `before`."""

    def started() -> int | None:
        pid = running(site, word, child_of=child_of)
        return pid if pid != before else None

    return int(awaited(started))


def test_whatever_dies_is_started_again(set_up: Site) -> None:
    """A child of granian by granian; granian and the worker by `serve`."""
    set_up.start()
    web, worker = awaited(lambda: running(set_up, "granian")), awaited(lambda: running(set_up, WORKER))
    child = awaited(lambda: running(set_up, "granian", child_of=web))
    os.kill(child, signal.SIGKILL)
    child = another(set_up, "granian", child, child_of=web)
    assert awaited(lambda: is_served(set_up))
    os.kill(web, signal.SIGKILL)
    assert another(set_up, "granian", web)
    assert child not in processes_of(set_up), "it would answer beside the new one"
    assert awaited(lambda: is_served(set_up))
    os.kill(worker, signal.SIGTERM)
    assert another(set_up, WORKER, worker)
    assert awaited(lambda: "The web process ended (-9) and was started again." in set_up.output)
    assert awaited(lambda: "The worker process ended (0) and was started again." in set_up.output)
    assert set_up.stop() == 0
    assert processes_of(set_up) == []


def test_after_five_deaths_in_a_minute_it_gives_up(set_up: Site) -> None:
    set_up.start()
    worker = 0
    for _ in range(5):
        worker = another(set_up, WORKER, worker)
        os.kill(worker, signal.SIGKILL)
    set_up.process.wait(60)
    assert set_up.stop() == 1
    assert "The worker process ended (-9), and 5 times in a minute something ended" in set_up.output
    assert "Traceback" not in set_up.output
    assert processes_of(set_up) == []


def test_no_process_outlives_one_that_is_killed_outright(set_up: Site) -> None:
    set_up.start()
    assert len(processes_of(set_up)) == 4
    assert set_up.stop(signal.SIGKILL) == -signal.SIGKILL
    awaited(lambda: processes_of(set_up) == [])


def test_a_child_of_granian_does_not_outlive_it(set_up: Site) -> None:
    """Also where granian is started by itself, as on a server, and where a request hangs."""
    site = Installation(set_up.folder / "alone")
    with site.server() as server:
        main, child = server.pids()[0], server.pids()[-1]
        assert main != child
        os.kill(main, signal.SIGKILL)
        awaited(lambda: child not in processes_of(site))
