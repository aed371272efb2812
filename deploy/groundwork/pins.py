"""The two requirements files: every package pinned with its hashes, by uv, from pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork.environment import DEV, RUN
from groundwork.interpreter import OLDEST
from groundwork.packages import clean_environment
from groundwork.sentences import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = {RUN: ["pyproject.toml"], DEV: ["--group", "dev", "-c", RUN]}


def compile_pins(root: Path, uv: Path, extra: Sequence[str] = ()) -> None:
    """Write both files in `root`; what they pin already stays unless `extra` asks for newer packages."""
    # The oldest Python, whichever one runs this: so the files are the same on every machine.
    common = ["--universal", "--python-version", ".".join(map(str, OLDEST)), "--generate-hashes", "--no-header"]
    # With their extras: pip takes the newest `coverage` for a package that asks for `coverage[toml]` otherwise.
    common += ["--no-strip-extras", "--system-certs", "--quiet"]
    surroundings = {**clean_environment(), "UV_PYTHON_DOWNLOADS": "never"}
    for name, sources in STEPS.items():
        command = [str(uv), "pip", "compile", *sources, *common, "--output-file", name, *extra]
        done = subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refusal(f"uv could not write {name}:\n{done.stderr.strip()}")


def stale_pins(root: Path, uv: Path) -> list[str]:
    """What is wrong with the files as they stand: out of date, or naming the place packages come from."""
    with tempfile.TemporaryDirectory(prefix="petition-pins-") as copy:
        for name in ("pyproject.toml", RUN, DEV):
            shutil.copy(str(root / name), copy)
        compile_pins(Path(copy), uv)
        fresh = {name: (Path(copy) / name).read_bytes() for name in (RUN, DEV)}
    found = [f"{name} is not what `make lock` writes" for name in fresh if fresh[name] != (root / name).read_bytes()]
    return found + [f"{name} names an address" for name in fresh if b"://" in (root / name).read_bytes()]
