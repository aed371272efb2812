"""A copy of the checkout's commands with a site that only says that it was started. Nothing here needs the network."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = 'import sys; print("SERVING", *sys.argv[1:], "in", sys.prefix)'
# A Python that fits, whose environments have a pip that only notes what it is asked for: venv's own takes 4 seconds.
PYTHON = f"""#!/bin/sh
[ "$1" = -m ] || exec {sys.executable} "$@"
{sys.executable} -m venv --without-pip "$3" || exit
packages=$(echo "$3"/lib/python3*/site-packages)
mkdir "$packages/pip"
echo 'import os, sys; print("PIP", sys.argv[-1]); sys.exit(os.environ.get("PIP_RESULT"))' >"$packages/pip/__main__.py"
"""
Make = Callable[..., "subprocess.CompletedProcess[str]"]


def write_program(path: Path, script: str) -> Path:
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """In a folder whose name has a space."""
    root = tmp_path / "a check out"
    (root / "tests").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", root)
    for name in ("run", "with_postgresql"):
        shutil.copy(ROOT / "tests" / name, root / "tests")
    (root / "manage.py").write_text(SITE, encoding="utf-8")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (root / name).touch()
    return root


@pytest.fixture
def make(checkout: Path, tmp_path: Path) -> Make:
    """Run `make` in the copy with this environment only."""
    python = write_program(tmp_path / "python", PYTHON)

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        surroundings = {"PATH": "/usr/bin:/bin", "PYTHON": str(python), **environment}
        return subprocess.run(
            ["make", *arguments], cwd=checkout, env=surroundings, capture_output=True, text=True, check=False
        )

    return run
