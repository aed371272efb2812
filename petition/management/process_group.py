"""Start, restart and stop several processes together, including their own child processes."""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from petition.publishing.child_processes import set_parent_death_signal

STOP_SECONDS: Final = 10
ASK_AGAIN_SECONDS: Final = 1.0
MOST_DEATHS: Final = 5
"""After so many deaths within DEATH_SECONDS nothing is started again."""
DEATH_SECONDS: Final = 60


class ProcessGroup:
    """Processes by name, each the leader of a process group of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._commands: dict[str, Sequence[str]] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start the command under this name."""
        self._commands[name] = command
        # A session of its own, so that Ctrl-C on the terminal reaches only this process, which stops the others in
        # order. If this process is killed outright, the kernel kills the others (PR_SET_PDEATHSIG) with SIGKILL: a
        # process that waits for a hanging database reacts to nothing else, and a kill at any moment loses nothing that
        # was acknowledged.
        self._processes[name] = subprocess.Popen(  # noqa: S603  (our own commands)
            command,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,
            preexec_fn=set_parent_death_signal,  # noqa: PLW1509  (no threads yet)
        )

    def find_ended(self) -> tuple[str, int] | None:
        """Return name and exit code of a process that has ended; None if all run."""
        for name, process in self._processes.items():
            if (code := process.poll()) is not None:
                return name, code
        return None

    def restart(self, name: str) -> bool:
        """Start a process that has ended again; return False if too many have ended lately."""
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) == MOST_DEATHS and now - self._deaths[0] < DEATH_SECONDS:
            return False
        _signal_group(self._processes[name], signal.SIGKILL)  # child processes that it left behind
        self.start(name, self._commands[name])
        return True

    def stop(self) -> None:
        """Stop all processes and their children; kill those that do not end within STOP_SECONDS."""
        until = time.monotonic() + STOP_SECONDS
        # SIGTERM more than once: granian's worker ignores it while it starts, and granian waits for its worker.
        while self._get_running() and time.monotonic() < until:
            for process in self._get_running():
                _signal_group(process, signal.SIGTERM)
            self._wait(min(until, time.monotonic() + ASK_AGAIN_SECONDS))
        for process in self._processes.values():
            _signal_group(process, signal.SIGKILL)
            process.wait()

    def _get_running(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self._processes.values() if process.poll() is None]

    def _wait(self, until: float) -> None:
        for process in self._get_running():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))


def _signal_group(leader: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send the signal to the whole group of this leader, which may have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, number)
