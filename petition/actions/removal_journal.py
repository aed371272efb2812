"""The journal of removals: outside the database and its backups, so that a restored one removes what was removed.

One JSON line each: appeal, kind, number, time. No name.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from petition.models import Signatory

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removal:
    """The line `kind`-`number` of the appeal with this slug was taken off the list at `at`."""

    appeal: str
    kind: str
    number: int
    at: datetime


def journal() -> Path:
    """Where the journal lies."""
    return Path(settings.DATA_DIR) / "removals.jsonl"


def can_be_written() -> bool:
    """Whether a removal could be noted now; nothing is written to find out."""
    place = journal()
    if place.exists():
        return place.is_file() and os.access(place, os.W_OK)
    folder = next(parent for parent in place.parents if parent.exists())
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def note(signatory: Signatory, *, at: datetime) -> None:
    """The removal is on disk (fsync) before its transaction commits: a line too many does no harm, one too few would.

    A journal that cannot be written stops no removal: the name goes, and the log says what is to be repaired.
    """
    removal = {
        "appeal": signatory.appeal.slug,
        "kind": signatory.kind,
        "number": signatory.number,
        "at": at.isoformat(),
    }
    try:
        _append(journal(), json.dumps(removal).encode() + b"\n")
    except OSError as error:
        log.error(
            "The journal of removals cannot be written (%s): a backup restored now would show a removed name.", error
        )


def _append(place: Path, line: bytes) -> None:
    """`line` stands whole at the end, whoever else appends now: under a lock, since a file grows page by page."""
    is_new = not place.exists()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # ends with the handle
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line  # the line before was cut off when a disk was full: it must not take this one along
        if os.write(handle, line) != len(line):
            raise OSError("the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # that there is such a file has to survive a power cut as well
        finally:
            os.close(folder)


def noted() -> Iterator[Removal]:
    """Each removal in the journal, oldest first. A line that cannot be read is passed over, and the log says so.

    Raises OSError when the journal is there and cannot be read.
    """
    if not journal().exists():
        return
    for number, line in enumerate(journal().read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if line:
            try:
                removal = _read(line)
            except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
                log.warning("Line %s of the journal of removals is damaged or was cut off, and is passed over.", number)
            else:
                yield removal


def _read(line: str) -> Removal:
    told = json.loads(line)
    removal = Removal(str(told["appeal"]), str(told["kind"]), int(told["number"]), datetime.fromisoformat(told["at"]))
    about = (removal.appeal + removal.kind).encode()  # raises where it is no text
    if removal.at.tzinfo is None or b"\0" in about:
        raise ValueError(line)
    return removal
