"""The checkers that are npm packages: their versions are in package.json and package-lock.json beside this file."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from tests.site import ROOT

FOLDER: Final = ROOT / "var" / "checkers"
VNU: Final = FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
LIGHTHOUSE: Final = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
_FILES: Final = ("package.json", "package-lock.json", ".npmrc")


@cache
def lacking() -> str:
    """Install the packages where that was not done yet, and say why it cannot be done; '' if they are there."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "Node is missing, by which the checkers are installed (apt install nodejs npm)."
    here = Path(__file__).parent
    wanted = {name: (here / name).read_bytes() for name in _FILES}
    done = FOLDER / "installed"
    if done.exists() and done.read_bytes() == b"".join(wanted.values()):
        return ""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        (FOLDER / name).write_bytes(content)
    # No package may run a program of its own while it is installed.
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    result = subprocess.run(command, cwd=FOLDER, check=False, capture_output=True, text=True)
    if result.returncode:
        return f"The checkers could not be installed with npm: {result.stderr.strip().splitlines()[-1:]}"
    done.write_bytes(b"".join(wanted.values()))
    return ""
