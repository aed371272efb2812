"""Whether `mirror` has written a folder or a ZIP, and so may replace it, or something else lies there."""

import itertools
import os
import shutil
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Final

MARK: Final = "mirror.txt"
"""The file by which a mirror is known: the first that is written, so that one that was never finished has it too."""
WORDS: Final = b"Written by `manage.py mirror`, which replaces all that lies here. Keep no files of your own in it.\n"
SUMS: Final = "SHA256SUMS"
"""The file that names all others with their hashes, as `sha256sum --check` reads it."""
_ALWAYS: Final = frozenset({"index.html", "ru/index.html", "ky/index.html", "privacy/index.html"})
"""What every mirror held before there was a MARK, those without a list too."""
_ZIP_HEADER: Final = 30  # bytes before the name of the first file (PKWARE APPNOTE 4.3.7)


def is_ours(path: Path) -> bool:
    """Whether `path` may be replaced: nothing is there, it is empty, or `mirror` has written it."""
    if not os.path.lexists(path):
        return True
    if path.is_dir():
        return _is_our_folder(path)
    return path.is_file() and (path.stat().st_size == 0 or _begins_as_our_zip(path) or _is_earlier_zip(path))


def remove(path: Path) -> None:
    """Remove `path` if `mirror` has written it; what is somebody else's stays."""
    if not is_ours(path):
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def free_place(into: Path, ending: str) -> Path:
    """Return a hidden place beside `into` where nothing is: what a killed process left is removed, nothing else."""
    for number in itertools.count(1):
        place = into.with_name(f".{into.name}.{ending}" + (f"-{number}" if number > 1 else ""))
        remove(place)
        if not os.path.lexists(place):
            return place
    raise AssertionError("there is always a further number")


def _is_our_folder(folder: Path) -> bool:
    names = {entry.name for entry in folder.iterdir()}
    if MARK in names and (folder / MARK).is_file():
        with (folder / MARK).open("rb") as file:
            return file.read(len(WORDS)) == WORDS
    if not names:
        return True
    if SUMS not in names or not (folder / SUMS).is_file():
        return False
    listed = _listed((folder / SUMS).read_bytes())
    return _is_earlier(listed) and all((folder / name).is_file() for name in listed)


def _begins_as_our_zip(file: Path) -> bool:
    """Its first file is MARK, stored as it is; so one that was never finished is known as well."""
    with file.open("rb") as source:
        head = source.read(_ZIP_HEADER + len(MARK) + len(WORDS))
    return head.startswith(b"PK\x03\x04") and head[_ZIP_HEADER:] == MARK.encode() + WORDS


def _is_earlier_zip(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist())
            listed = _listed(parts.read(SUMS)) if SUMS in names else set()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):  # none, or one that cannot be read here
        return False
    return _is_earlier(listed) and listed < names


def _is_earlier(listed: Collection[str]) -> bool:
    """Whether these are the files of a mirror that was written before there was a MARK."""
    return set(listed) >= _ALWAYS


def _listed(sums: bytes) -> set[str]:
    """The names in a file of sums; those that lead elsewhere make it nobody's of ours."""
    names = {line[66:] for line in sums.decode("utf-8", "replace").splitlines()}
    return set() if any(name.startswith("/") or ".." in name.split("/") for name in names) else names
