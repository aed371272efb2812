"""Processes that are started together and stopped together, with everything that they have started themselves."""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from petition.publishing.child_processes import end_with_parent

STOP_SECONDS: Final = 10
ASK_AGAIN_SECONDS: Final = 1.0
MOST_DEATHS: Final = 5
"""So many deaths within DEATH_SECONDS, and nothing is started again."""
DEATH_SECONDS: Final = 60


class Together:
    """Each leads a process group in a session of its own: a terminal's Ctrl-C reaches nobody but us."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._commands: dict[str, Sequence[str]] = {}
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)

    def start(self, name: str, command: Sequence[str]) -> None:
        """It runs, and is killed should this process be killed outright.

        By SIGKILL, since what waits for a hanging database hears nothing else; and whatever is killed at any moment
        loses nothing that was acknowledged.
        """
        self._commands[name] = command
        self._started[name] = subprocess.Popen(  # noqa: S603  (our own commands)
            command,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509  (no threads yet)
        )

    def ended(self) -> tuple[str, int] | None:
        """The name and exit code of one that runs no more."""
        for name, process in self._started.items():
            if (code := process.poll()) is not None:
                return name, code
        return None

    def restart(self, name: str) -> bool:
        """Starts one that has ended once more, without what it left behind; False where too many have ended lately."""
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] < DEATH_SECONDS:
            return False
        _tell(self._started[name], signal.SIGKILL)
        self.start(name, self._commands[name])
        return True

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
