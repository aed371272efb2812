"""Processes that are started together and stopped together, with everything that they have started themselves."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 10
ASK_AGAIN_SECONDS: Final = 1.0


class Together:
    """Each leads a process group in a session of its own: a terminal's Ctrl-C reaches nobody but us."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str]) -> None:
        """It runs, and is told to stop should this process be killed outright."""
        self._started[name] = subprocess.Popen(  # noqa: S603  (our own commands)
            command,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  (no threads yet)
        )

    def ended(self) -> tuple[str, int] | None:
        """The name and exit code of one that runs no more."""
        for name, process in self._started.items():
            if (code := process.poll()) is not None:
                return name, code
        return None

    def stop(self) -> None:
        """None of them runs, nor anything that they have started.

        They are asked more than once: granian's worker does not hear the signal while it starts, and granian waits
        for it. What its leader has left behind, or does not end in time, is killed.
        """
        until = time.monotonic() + STOP_SECONDS
        while self._alive() and time.monotonic() < until:
            for process in self._alive():
                _tell(process, signal.SIGTERM)
            self._wait(min(until, time.monotonic() + ASK_AGAIN_SECONDS))
        for process in self._started.values():
            _tell(process, signal.SIGKILL)
            process.wait()

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self._started.values() if process.poll() is None]

    def _wait(self, until: float) -> None:
        for process in self._alive():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))


def _tell(leader: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """The whole group of this leader, who may be gone, gets the signal."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, number)


def _end_with_parent() -> None:
    """In a child, before it starts: if this process is killed outright, the child is told to stop (Linux, prctl 1)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
