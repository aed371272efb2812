"""`make lock`: pin every package again, with hashes, after a change of pyproject.toml."""

from __future__ import annotations

import os
import shlex
import sys

from groundwork import environment, folders, interpreter, pins
from groundwork.sentences import say, speak_plainly


def main() -> int:
    """Write both requirements files with the uv of `.venv`."""
    interpreter.require()
    mask = folders.keep_private()
    uv = folders.ROOT / ".venv" / "bin" / "uv"
    if not uv.exists():
        environment.prepare(folders.ROOT, [environment.RUN, environment.DEV], mask)
    pins.compile_pins(folders.ROOT, uv, shlex.split(os.environ.get("ARGS", "")))
    say("The requirements files are written; the next make run, test or lint installs them.")
    return 0


if __name__ == "__main__":
    sys.exit(speak_plainly(main))
