"""Which Python may run the site, and how to come from a wrong one to a right one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from groundwork.sentences import Refusal

OLDEST = (3, 11)
NEWEST = (3, 13)


def require() -> None:
    """Go on only in a Python from 3.11 to 3.13: start this program again in one of those on PATH if need be."""
    if is_supported(sys.version_info[:2]):
        return
    found = find_supported(os.environ.get("PATH", os.defpath))
    if found is None:
        version = ".".join(map(str, sys.version_info[:2]))
        raise Refusal(
            f"This is Python {version}, and the site needs Python 3.11, 3.12 or 3.13: install one of them "
            "(on Debian: apt install python3 python3-venv), or name it, for example `make run PYTHON=python3.13`."
        )
    os.execv(found, [found, *sys.argv])


def is_supported(version: tuple[int, ...]) -> bool:
    """Whether this version of Python is one that the site runs on."""
    return OLDEST <= version[:2] <= NEWEST


def find_supported(path: str) -> str | None:
    """The newest fitting Python in the folders of `path`; one with the venv module goes first."""
    without_venv = None
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in path.split(os.pathsep):
            candidate = str(Path(folder or ".") / f"python3.{minor}")
            if _runs(candidate, "import venv, ensurepip"):
                return candidate
            if without_venv is None and _runs(candidate, "pass"):
                without_venv = candidate
    return without_venv


def _runs(candidate: str, code: str) -> bool:
    """Whether this program carries out `code`; a version manager's stand-in is there and may yet not run."""
    if not os.access(candidate, os.X_OK):
        return False
    return subprocess.run([candidate, "-c", code], capture_output=True, check=False).returncode == 0


def require_venv_module() -> None:
    """Refuse when this Python cannot create virtual environments; Debian ships that part apart."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise Refusal(
                f"This Python ({sys.executable}) lacks its {module} module: install it and run the command again "
                "(on Debian: apt install python3-venv)."
            )
