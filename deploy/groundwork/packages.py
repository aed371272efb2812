"""The one step that needs the network: plain pip, every file held against its hash."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from groundwork.sentences import Refusal, say

if TYPE_CHECKING:
    from pathlib import Path

PIN = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[\w,.-]*\])?==", re.MULTILINE)
TAKEN_UP = re.compile(r"^(?:Collecting|Requirement already satisfied:|Ignoring) ([\w.-]+)")
# What an operator's own pip settings or shell could turn against an environment of our own.
MISLEADING = {"PYTHONHOME", "PYTHONPATH", *(f"PIP_{name}" for name in ("USER", "TARGET", "PREFIX", "ROOT", "DRY_RUN"))}
NO_INDEX = "the package index could not be reached, so check the network"
REASONS = (
    ("No space left on device", "the disk is full, so make room on it"),
    ("DO NOT MATCH THE HASHES", "a file was not the one that was pinned, so mistrust this network"),
    ("NewConnectionError", NO_INDEX),
    ("ConnectTimeoutError", NO_INDEX),
    ("No matching distribution", "a package could not be found, so check the network and pip's settings"),
)


def clean_environment() -> dict[str, str]:
    """The environment without what would lead Python or pip elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in MISLEADING}


def install(python: Path, requirements: Path, log: Path, mask: int, lock: int) -> None:
    """Install one requirements file; pip keeps the set-up's lock for as long as it lives."""
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command = [str(python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(requirements)]
    total = len(PIN.findall(requirements.read_text("utf-8")))
    say(f"Installing {total} packages of {requirements.name} into .venv; the first time this takes a minute or two.")
    if run_logged(command, log, mask, lock, Progress(total)) != 0:
        raise Refusal(f"The packages were not installed: {reason_in(log)}, see {shown(log)} and run the command again.")


def run_logged(command: list[str], log: Path, mask: int, lock: int, progress: Progress | None = None) -> int:
    """Run a command, write what it says to the log, and answer with its exit code."""
    with log.open("a", encoding="utf-8") as record, subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, encoding="utf-8",
        errors="replace", env=clean_environment(), umask=mask, pass_fds=(lock,),
    ) as process:  # fmt: skip
        try:
            for line in process.stdout or ():
                record.write(line)
                if progress:
                    progress.read(line)
        except BaseException:
            process.terminate()
            raise
        finally:
            if progress:
                progress.close()
    return process.returncode


def reason_in(log: Path) -> str:
    """What the log gives as the cause, in words."""
    text = log.read_text("utf-8", errors="replace")
    return next((reason for sign, reason in REASONS if sign in text), "pip failed")


def shown(path: Path) -> str:
    """A path under `var/` as the operator would type it."""
    return f"var/{path.name}"


class Progress:
    """How far pip is: one line that counts on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, total: int) -> None:
        """Begin to count towards `total` packages."""
        self.total = total
        self.count = 0
        self.on_terminal = sys.stdout.isatty()
        self.last = time.monotonic()

    def read(self, line: str) -> None:
        """Take in one line that pip printed."""
        taken_up = TAKEN_UP.match(line)
        if taken_up:
            self.count = min(self.count + 1, self.total)
            self._show(f"{self.count} of {self.total}: {taken_up.group(1)}")
        elif line.startswith("Installing collected packages"):
            self.last = 0.0
            self._show("unpacking")

    def close(self) -> None:
        """Leave the terminal's line free again."""
        if self.on_terminal:
            print("\r\033[K", end="", flush=True)

    def _show(self, what: str) -> None:
        """Print the state, not more often than is useful."""
        if self.on_terminal:
            print(f"\r\033[K  {what}", end="", flush=True)
        elif time.monotonic() - self.last > 10:
            self.last = time.monotonic()
            say(f"  {what}")
