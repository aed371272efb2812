"""Where a mirror is put: written beside its place and renamed into it, complete or not at all."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.db.models import Max

from petition.models.signatories import Signatory, Status
from petition.models.site_state import SiteState
from petition.publishing import record
from petition.publishing.mirror.content import Tell, files, last_change
from petition.publishing.rendering import Application

SUMS: Final = "SHA256SUMS"
"""The file that names all others with their hashes, as `sha256sum --check` reads it."""
TRIES: Final = 3
EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest moment that a ZIP can name."""


class Refused(Exception):
    """The mirror cannot be put there; the message says why, for the operator."""


def write(into: Path, django: Application, tell: Tell, *, without_list: bool = False) -> int:
    """`into`, a folder or a file that ends in .zip, is the whole public site; or is what it was. How many files.

    All of it is one state of the record, where the record stands still for so long within TRIES; where it does not,
    each page is, and none is older than the last removal of a name. `without_list` only what names no signatory is in
    it. Raises Refused, NotComplete.
    """
    into = into.absolute()
    _refuse_what_is_not_ours(into)
    into.parent.mkdir(parents=True, exist_ok=True)
    with _alone(into), _beside(into) as fresh:
        tries = 0
        while True:
            tries += 1
            state, removed = record.state_of_everything(), last_removal()
            _gone(fresh)
            made = files(django, tell, without_list=without_list or SiteState.objects.list_is_held_back())
            count = _zipped(fresh, made) if into.suffix == ".zip" else _laid_out(fresh, made)
            if removed != last_removal():
                continue
            _renamed(fresh, into)  # at once, for a name that was removed before this try is gone with it
            if state == record.state_of_everything() or tries >= TRIES:
                return count


def take_down(into: Path) -> None:
    """Nothing is left of the mirror. What is no mirror stays."""
    with contextlib.suppress(Refused):
        _refuse_what_is_not_ours(into)
        with _alone(into):
            before = into.with_name(f".{into.name}.before")
            _gone(before)
            if into.exists():
                into.replace(before)  # in one step, before the long work of deleting
            _gone(before)


def last_removal() -> int:
    """Grows with every line that is taken off a list."""
    gone = Signatory.objects.exclude(status=Status.LISTED)
    return gone.aggregate(newest=Max("explained_by"))["newest"] or 0


def _refuse_what_is_not_ours(into: Path) -> None:
    if not os.path.lexists(into):
        return
    if into.suffix == ".zip":
        if not (into.is_file() and (into.stat().st_size == 0 or _is_zipped_mirror(into))):
            raise Refused(f"{into} holds something else, which stays as it is: name a new file.")
    elif not (into.is_dir() and ((into / SUMS).is_file() or not any(into.iterdir()))):
        raise Refused(f"{into} holds something else, which stays as it is: name an empty or a new folder.")


def _is_zipped_mirror(file: Path) -> bool:
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as parts:
        return SUMS in parts.namelist()


@contextlib.contextmanager
def _alone(into: Path) -> Iterator[None]:
    """Nobody else writes this mirror meanwhile; who comes second waits."""
    with into.with_name(f".{into.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _beside(into: Path) -> Iterator[Path]:
    """A place next to `into`, of which nothing is left afterwards, nor of what a killed process left there."""
    fresh = into.with_name(f".{into.name}.new")
    try:
        yield fresh
    finally:
        _gone(fresh)


def _gone(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _laid_out(fresh: Path, made: Iterable[tuple[str, bytes]]) -> int:
    """Readable for all: whoever serves it is another user."""
    sums: list[str] = []
    for name, content in _with_sums(made, sums):
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
    for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    return len(sums)


def _zipped(fresh: Path, made: Iterable[tuple[str, bytes]]) -> int:
    """Readable for all once unpacked, and dated by the last change (UTC), so that the same site is the same file."""
    sums: list[str] = []
    changed = last_change() or EPOCH
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _with_sums(made, sums):
            entry = zipfile.ZipInfo(name, changed.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            parts.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return len(sums)


def _with_sums(made: Iterable[tuple[str, bytes]], sums: list[str]) -> Iterator[tuple[str, bytes]]:
    """All files, and last the list of their hashes, which `sums` is then as well."""
    for name, content in made:
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        yield name, content
    yield SUMS, "".join(sorted(sums, key=lambda line: line[66:])).encode()


def _renamed(fresh: Path, into: Path) -> None:
    """A file takes the other's place in one step. A folder needs two: between them there is none for an instant."""
    before = into.with_name(f".{into.name}.before")
    _gone(before)
    if into.is_dir():
        into.replace(before)
    fresh.replace(into)
    _gone(before)
