"""Decide whether a folder or a ZIP is a mirror, which may be replaced, or something else, which must stay."""

import itertools
import os
import shutil
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Final

MARK_FILE: Final = "mirror.txt"
"""The file that marks a mirror. It is written first, so that an unfinished mirror has it too."""
MARK_TEXT: Final = (
    b"Written by `manage.py mirror`, which replaces all that lies here. Keep no files of your own in it.\n"
)
CHECKSUMS_FILE: Final = "SHA256SUMS"
"""The file with the hashes of all others, in the format of `sha256sum --check`."""
# Files of every mirror from before there was a MARK_FILE, also of mirrors without a list.
_EARLIER_FILES: Final = frozenset({"index.html", "ru/index.html", "ky/index.html", "privacy/index.html"})
_ZIP_HEADER_LENGTH: Final = 30  # bytes before the name of the first file (PKWARE APPNOTE 4.3.7)


def is_replaceable(path: Path) -> bool:
    """Return whether `path` may be replaced: nothing is there, it is empty, or it is a mirror."""
    if not os.path.lexists(path):
        return True
    if path.is_dir():
        return _is_mirror_folder(path)
    return path.is_file() and (path.stat().st_size == 0 or _has_mark_first(path) or _is_earlier_mirror_zip(path))


def remove(path: Path) -> None:
    """Remove `path` if it is a mirror; anything else stays."""
    if not is_replaceable(path):
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def find_free_path(into: Path, ending: str) -> Path:
    """Return a hidden path beside `into` where nothing is. Mirrors that a killed process left there are removed."""
    for number in itertools.count(1):
        path = into.with_name(f".{into.name}.{ending}" + (f"-{number}" if number > 1 else ""))
        remove(path)
        if not os.path.lexists(path):
            return path
    raise AssertionError("there is always a further number")


def _is_mirror_folder(folder: Path) -> bool:
    names = {entry.name for entry in folder.iterdir()}
    if MARK_FILE in names and (folder / MARK_FILE).is_file():
        with (folder / MARK_FILE).open("rb") as file:
            return file.read(len(MARK_TEXT)) == MARK_TEXT
    if not names:
        return True
    if CHECKSUMS_FILE not in names or not (folder / CHECKSUMS_FILE).is_file():
        return False
    listed = _list_names((folder / CHECKSUMS_FILE).read_bytes())
    return _is_earlier(listed) and all((folder / name).is_file() for name in listed)


def _has_mark_first(file: Path) -> bool:
    """Return whether the first file in the ZIP is MARK_FILE. An unfinished ZIP has no table of contents to read."""
    with file.open("rb") as source:
        head = source.read(_ZIP_HEADER_LENGTH + len(MARK_FILE) + len(MARK_TEXT))
    return head.startswith(b"PK\x03\x04") and head[_ZIP_HEADER_LENGTH:] == MARK_FILE.encode() + MARK_TEXT


def _is_earlier_mirror_zip(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist())
            listed = _list_names(parts.read(CHECKSUMS_FILE)) if CHECKSUMS_FILE in names else set()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):  # no ZIP, or one that cannot be read here
        return False
    return _is_earlier(listed) and listed < names


def _is_earlier(listed: Collection[str]) -> bool:
    """Return whether these are the files of a mirror from before there was a MARK_FILE."""
    return set(listed) >= _EARLIER_FILES


def _list_names(sums: bytes) -> set[str]:
    """Return the names in a file of checksums; none if one of them leads out of the folder."""
    names = {line[66:] for line in sums.decode("utf-8", "replace").splitlines()}
    return set() if any(name.startswith("/") or ".." in name.split("/") for name in names) else names
