"""A file system of a few megabytes in memory, which a test fills to the last byte."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_BLOCK = 65_536
_BALLAST = "ballast"


@contextmanager
def mounted(megabytes: int) -> Iterator[Path]:
    """Mount an empty file system of that size, and unmount it when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="petition-disk-"))
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)],
            check=True,
            capture_output=True,
        )
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def lacking_right() -> str:
    """Say why no file system can be mounted."""
    try:
        with mounted(1):
            return ""
    except (OSError, subprocess.CalledProcessError):
        return "No file system can be mounted here: run it as root, on a machine or in a container that allows it."


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no byte free on this file system within the block."""
    ballast = disk / _BALLAST
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (_BLOCK, 4096, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    pass  # no room for so many
        yield
    finally:
        ballast.unlink()
