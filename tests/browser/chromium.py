"""Chromium from the system, which connects to nothing but the site under test."""

import os
from typing import Any

from tests.programs import find_chromium

_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_arguments() -> dict[str, Any]:
    """Return what Playwright needs to start the system's browser without requests of its own."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": find_chromium(), "args": [*_QUIET, *sandbox]}
