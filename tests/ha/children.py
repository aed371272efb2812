"""Processes of the trial: started, killed, frozen, and all ended with the command, whatever happens to it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.site import ROOT

AS_POSTGRES = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
"""PostgreSQL refuses to run as root."""
_STOP_SECONDS = 20


class Child:
    """A process of its own session, with what it has started; `log` gets its output."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        as_postgres: bool = False,
    ) -> None:
        prefix = AS_POSTGRES if as_postgres and os.geteuid() == 0 else []
        self._command = [*prefix, "setpriv", "--pdeathsig", "KILL", *command]
        self._environment = environment or {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it and what it has started, as a power cut does."""
        send(list_descendants(self.process.pid), signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let it end by itself, then kill it."""
        if self.process.poll() is None:
            send([self.process.pid], signal.SIGCONT)
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        self.kill()


def list_descendants(*roots: int) -> list[int]:
    """Return these processes with their children, grandchildren and so on."""
    children: dict[int, list[int]] = {}
    for pid, parent in _iterate_processes():
        children.setdefault(parent, []).append(pid)
    found = list(roots)
    for pid in found:
        found += children.get(pid, [])
    return found


def send(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pids: Sequence[int], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while any(map(is_running, pids)):
        assert time.monotonic() < until, f"still running: {[pid for pid in pids if is_running(pid)]}"
        time.sleep(0.02)


def _iterate_processes() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stat = (folder / "stat").read_text(encoding="utf-8")
            yield int(folder.name), int(stat.rpartition(")")[2].split()[1])
