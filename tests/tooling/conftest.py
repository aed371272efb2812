"""Copies of the checkout to set up, break and set up again; nothing here needs the network."""

import base64
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from groundwork import environment

ROOT = Path(__file__).resolve().parent.parent.parent
STAND_IN = 'import os, sys; print("SERVING", *sys.argv[1:], oct(os.umask(0)), "on", sys.prefix)'
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the set-up with a site that only says that it was started, in a folder whose name has a space."""
    root = tmp_path / "a check out"
    root.mkdir()
    shutil.copy(ROOT / "Makefile", root)
    shutil.copytree(ROOT / "deploy", root / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "manage.py").write_text(STAND_IN)
    (root / "requirements.txt").write_text("")
    return root


@pytest.fixture
def make(checkout: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `make` in the copy, with an environment that is empty but for what is given."""

    def run(*words: str, user: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        surroundings = {"PATH": SYSTEM_PATH, **environment}
        command = ["make", f"PYTHON={sys.executable}", *words]
        return subprocess.run(
            command, cwd=checkout, env=surroundings, user=user, group=user, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def whole_venv(checkout: Path) -> Path:
    """An environment that looks whole: what the launcher looks at is there, and there is no more."""
    venv = checkout / ".venv"
    pip = venv / "lib" / "python3.11" / "site-packages" / "pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").touch()
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / "pyvenv.cfg").write_text("home = /somewhere\nversion = 3.11.7\n")
    environment.write_stamp(venv, environment.current_stamp(checkout, [environment.RUN]))
    return venv


@pytest.fixture
def package(checkout: Path) -> Path:
    """A package of our own, pinned with its hash in the copy's requirements; answers with the folder that has it."""
    shop = checkout.parent / "shop"
    shop.mkdir()
    wheel = shop / "pebble-1.0-py3-none-any.whl"
    files = {
        "pebble.py": "",
        "pebble-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: pebble\nVersion: 1.0\n",
        "pebble-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        record = ""
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(text)}\n"
        archive.writestr("pebble-1.0.dist-info/RECORD", record + "pebble-1.0.dist-info/RECORD,,\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements.txt").write_text(f"pebble==1.0 \\\n    --hash=sha256:{digest}\n")
    return shop
