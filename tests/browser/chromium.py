"""Chromium from the system, quiet: it talks to nobody but the site under test."""

import os
import shutil
from typing import Any

_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_arguments() -> dict[str, Any]:
    """What Playwright is told, so that the browser of CHROMIUM starts without a voice of its own."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": shutil.which(os.environ["CHROMIUM"]), "args": [*_QUIET, *sandbox]}
