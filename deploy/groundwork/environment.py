"""The virtual environment `.venv`: whether it is whole, and how it becomes so."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork import folders, interpreter, packages
from groundwork.sentences import Refusal, say

if TYPE_CHECKING:
    from collections.abc import Sequence

RUN = "requirements.txt"
DEV = "requirements-dev.txt"
STAMP = "installed.json"


def prepare(root: Path, wanted: Sequence[str], mask: int) -> bool:
    """Make `.venv` whole with every wanted requirements file; answers whether anything had to be done."""
    venv = root / ".venv"
    if fault(venv) is None and not lacking(root, wanted):
        return False
    refuse_foreign(venv)
    if fault(venv) is not None:
        interpreter.require_venv_module()
    folders.require_writable(root)
    var = folders.private_folder(root)
    with folders.turn(var) as lock:
        log = var / "install.log"
        log.write_text("", "utf-8")
        _create_unless_whole(venv, log, mask, lock)
        for name in lacking(root, wanted):
            _install(root, name, log, mask, lock)
    return True


def fault(venv: Path) -> str | None:
    """What keeps this environment from being used, or None when it is whole."""
    python = venv / "bin" / "python"
    if not os.access(python, os.X_OK):
        return "its Python is missing"
    if not any(venv.glob("lib/python3.*/site-packages/pip/__init__.py")):
        return "its pip is missing"
    stamp = read_stamp(venv)
    if "venv" not in stamp:
        return "its installation never finished"
    if stamp["venv"] != os.path.realpath(venv):
        return "it was made in another folder"
    if stamp.get("python") != _identity(venv):
        return "the Python that it was made with has changed"
    return None


def lacking(root: Path, wanted: Sequence[str]) -> list[str]:
    """Those of the wanted requirements files that are not installed as they stand now."""
    stamp = read_stamp(root / ".venv")
    return [name for name in wanted if stamp.get(name) != _digest(root / name)]


def refuse_foreign(venv: Path) -> None:
    """Refuse when something stands at `.venv` that is not a virtual environment, so that nobody's files are removed."""
    if venv.is_symlink() or (venv.exists() and not venv.is_dir()):
        raise Refusal(f"{venv} is not a folder of its own: move it away, then run the command again.")
    if (venv / "pyvenv.cfg").is_file() or not venv.exists():
        return
    if any(names for _, _, names in os.walk(venv)):
        raise Refusal(
            f"The folder {venv} is not a virtual environment and holds files: "
            "move it away or delete it, then run the command again."
        )


def read_stamp(venv: Path) -> dict[str, str]:
    """What the last finished installation wrote down; nothing when there was none."""
    try:
        stamp = json.loads((venv / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def current_stamp(root: Path, installed: Sequence[str]) -> dict[str, str]:
    """What a finished installation of these requirements files writes down."""
    venv = root / ".venv"
    own = {"venv": os.path.realpath(venv), "python": _identity(venv)}
    return {**own, **{name: _digest(root / name) for name in installed}}


def write_stamp(venv: Path, stamp: dict[str, str]) -> None:
    """Write down what is installed, whole or not at all."""
    draft = venv / f"{STAMP}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(stamp, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o644)  # other accounts of this machine may run the site from here
    draft.replace(venv / STAMP)


def _create_unless_whole(venv: Path, log: Path, mask: int, lock: int) -> None:
    """Create the environment, and clear away what is left of a half-created one first."""
    trouble = fault(venv)
    if trouble is None:
        return
    if venv.exists():
        say(f"The environment .venv is half-created ({trouble}): removing it and creating it again.")
        _remove(venv)
    else:
        say("Creating the environment .venv.")
    if packages.run_logged([sys.executable, "-m", "venv", str(venv)], log, mask, lock) != 0:
        raise Refusal(
            f"The environment .venv could not be created: see {packages.shown(log)}, and run the command again "
            "(on Debian, `apt install python3-venv` often helps)."
        )


def _remove(venv: Path) -> None:
    """Remove the environment; its mark goes last, so that an interrupted removal can be taken up again."""
    for child in venv.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != "pyvenv.cfg":
            child.unlink()
    shutil.rmtree(venv)


def _install(root: Path, name: str, log: Path, mask: int, lock: int) -> None:
    """Install one requirements file; while pip changes the environment it bears no stamp."""
    venv = root / ".venv"
    before = read_stamp(venv)
    after = {**before, **current_stamp(root, [name])}
    (venv / STAMP).unlink(missing_ok=True)
    try:
        packages.install(venv / "bin" / "python", root / name, log, mask, lock)
    except Refusal:
        if before:  # pip undoes a failed installation itself, so what was whole before is so still
            write_stamp(venv, before)
        raise
    write_stamp(venv, after)


def _identity(venv: Path) -> str:
    """Which Python the environment stands on: its version as recorded and the program as it is now."""
    try:
        recorded = (venv / "pyvenv.cfg").read_text("utf-8").splitlines()
    except OSError:
        recorded = []
    version = next((line.split("=")[1].strip() for line in recorded if line.startswith("version")), "unknown")
    return f"{version} {os.path.realpath(venv / 'bin' / 'python')}"


def _digest(requirements: Path) -> str:
    """The fingerprint of a requirements file."""
    try:
        return hashlib.sha256(requirements.read_bytes()).hexdigest()
    except OSError:
        raise Refusal(f"The file {requirements.name} is missing: fetch a complete copy of the project.") from None
