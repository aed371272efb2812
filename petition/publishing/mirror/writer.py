"""Write a mirror: beside its place, then renamed into it, so that it is complete or not there at all."""

import contextlib
import fcntl
import gzip
import hashlib
import itertools
import os
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from django.db.models import Max

from petition.models.appeals import Appeal
from petition.models.database.held_list import is_list_held_back
from petition.models.signatories import Signatory, Status
from petition.publishing import queries
from petition.publishing.cache.rendering import Application
from petition.publishing.mirror import ownership
from petition.publishing.mirror.content import MirrorIncomplete, ReportProgress, generate_files, get_last_change
from petition.publishing.mirror.ownership import CHECKSUMS_FILE, MARK_FILE, MARK_TEXT
from petition.publishing.public_records import NotPublished

MAX_TRIES: Final = 3
COMPRESSED: Final = frozenset({".atom", ".css", ".csv", ".html", ".js", ".json", ".svg", ".txt", ".xml"})
"""Endings of the files that a folder also has compressed, as NAME.gz: a web server sends them as they are."""
EPOCH: Final = date(1980, 1, 1)  # the first day that a ZIP can have


class MirrorRefused(Exception):
    """The mirror cannot be written there; the message tells the operator why."""


def write_mirror(into: Path, django: Application, report: ReportProgress, *, without_list: bool = False) -> int:
    """Write the whole public site to `into`, a folder or a .zip file, and return the number of files.

    All of it has one state of the record, if that does not change during one of MAX_TRIES. Otherwise each page has,
    and none is older than the last removal of a name. With `without_list`, only what names no signatory is written.
    Raises MirrorRefused and MirrorIncomplete, and leaves `into` as it was.
    """
    into = Path(os.path.realpath(into))  # the target of a symbolic link is replaced, not the link
    _refuse_other_files(into)
    into.parent.mkdir(parents=True, exist_ok=True)
    with _lock(into), _temporary_path(into) as fresh:
        tries = 0
        while True:
            tries += 1
            state, removal = queries.get_public_state(), get_last_removal()
            ownership.remove(fresh)
            try:
                files = generate_files(django, report, without_list=without_list or is_list_held_back())
                count = _write_zip(fresh, files) if into.suffix == ".zip" else _write_folder(fresh, files)
            except (NotPublished, MirrorIncomplete):
                if removal == get_last_removal():
                    raise
                continue  # an appeal was taken down while its pages were written
            _set_times(fresh, into)
            # A name was removed, or an appeal taken down meanwhile. It may be in a page that was written before: never
            # put that in place.
            if removal != get_last_removal():
                continue
            # Put in place even if something else changed: what was removed before this try is gone from the site now.
            _replace(fresh, into)
            if state == queries.get_public_state() or tries >= MAX_TRIES:
                return count


def remove_mirror(into: Path) -> None:
    """Remove the mirror at `into`; what is no mirror stays."""
    into = Path(os.path.realpath(into))
    with contextlib.suppress(MirrorRefused):
        _refuse_other_files(into)
        with _lock(into):
            before = ownership.find_free_path(into, "before")
            if into.exists():
                into.replace(before)  # gone in one step; deleting takes longer
            ownership.remove(before)


def get_last_removal() -> tuple[int, ...]:
    """Return a value that changes with every entry that is taken off a list, and every appeal that is taken down."""
    removed = Signatory.objects.exclude(status=Status.LISTED)
    taken_down = Appeal.objects.filter(taken_down_at__isnull=False).order_by("pk")
    return (removed.aggregate(newest=Max("explained_by"))["newest"] or 0, *taken_down.values_list("pk", flat=True))


def _refuse_other_files(into: Path) -> None:
    is_zip = into.suffix == ".zip"
    if os.path.lexists(into) and not (ownership.is_replaceable(into) and into.is_dir() != is_zip):
        place = "a new file" if is_zip else "an empty or a new folder"
        raise MirrorRefused(f"{into} exists and is not a mirror, so it was not overwritten: name {place}.")


@contextlib.contextmanager
def _lock(into: Path) -> Iterator[None]:
    """Wait until no other process writes this mirror, and keep others waiting."""
    with into.with_name(f".{into.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _temporary_path(into: Path) -> Iterator[Path]:
    """Yield a free path beside `into`, and remove what is there in the end."""
    # A process that was killed in _replace leaves this one.
    ownership.remove(into.with_name(f".{into.name}.before"))
    fresh = ownership.find_free_path(into, "new")
    try:
        yield fresh
    finally:
        ownership.remove(fresh)


def _write_folder(fresh: Path, files: Iterable[tuple[str, bytes]]) -> int:
    sums: list[str] = []
    for name, content in _add_checksums(files, sums):
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)  # readable for all: a web server is another user
        if path.suffix in COMPRESSED:
            compressed = path.with_name(f"{path.name}.gz")
            compressed.write_bytes(gzip.compress(content, mtime=0))
            compressed.chmod(0o644)
    for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    return len(sums)


def _write_zip(fresh: Path, files: Iterable[tuple[str, bytes]]) -> int:
    sums: list[str] = []
    last_change = get_last_change() or EPOCH
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _add_checksums(files, sums):
            # Dated by the last addition (UTC), so that the same site gives the same file.
            entry = zipfile.ZipInfo(name, last_change.timetuple()[:6])
            entry.external_attr = 0o644 << 16  # readable for all once unpacked
            # Stored, not compressed: ownership.py finds it at the beginning of an unfinished file.
            parts.writestr(entry, content, zipfile.ZIP_STORED if name == MARK_FILE else zipfile.ZIP_DEFLATED)
    return len(sums)


def _set_times(fresh: Path, into: Path) -> None:
    """Date the new mirror by the last addition or correction, but at least a second after the one in `into`."""
    # Web servers tell when a file was written: that would be the moment of a removal. The second makes browsers and
    # rsync see that what they have of the earlier mirror is old.
    moment = datetime.combine(get_last_change() or EPOCH, time(), UTC).timestamp()
    with contextlib.suppress(FileNotFoundError):
        earlier = into if into.suffix == ".zip" else into / CHECKSUMS_FILE
        moment = max(moment, int(earlier.stat().st_mtime) + 1)
    for path in (fresh, *fresh.rglob("*")):
        os.utime(path, (moment, moment))


def _add_checksums(files: Iterable[tuple[str, bytes]], sums: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the mark, all files, and last the file with their hashes; fill `sums` with its lines."""
    for name, content in itertools.chain([(MARK_FILE, MARK_TEXT)], files):
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        yield name, content
    yield CHECKSUMS_FILE, "".join(sorted(sums, key=lambda line: line[66:])).encode()


def _replace(fresh: Path, into: Path) -> None:
    """Put the new mirror in the place of the earlier one."""
    # A file is replaced in one step. A folder needs two: for an instant between them there is none.
    before = ownership.find_free_path(into, "before")
    if into.is_dir():
        into.replace(before)
    fresh.replace(into)
    ownership.remove(before)
