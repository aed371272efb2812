"""Where a mirror is put: written beside its place and renamed into it, complete or not at all."""

import contextlib
import fcntl
import hashlib
import itertools
import os
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from django.db.models import Max

from petition.models.signatories import Signatory, Status
from petition.models.site_state import SiteState
from petition.publishing import records
from petition.publishing.cache.rendering import Application
from petition.publishing.mirror import ownership
from petition.publishing.mirror.content import Tell, files, last_change
from petition.publishing.mirror.ownership import MARK, SUMS, WORDS

TRIES: Final = 3
EPOCH: Final = date(1980, 1, 1)
"""The earliest day that a ZIP can name."""


class Refused(Exception):
    """The mirror cannot be put there; the message says why, for the operator."""


def write(into: Path, django: Application, tell: Tell, *, without_list: bool = False) -> int:
    """`into`, a folder or a file that ends in .zip, is the whole public site; or is what it was. How many files.

    All of it is one state of the record, where the record stands still for so long within TRIES; where it does not,
    each page is, and none is older than the last removal of a name. `without_list` only what names no signatory is in
    it. Raises Refused, NotComplete.
    """
    into = Path(os.path.realpath(into))  # of a link its target is replaced
    _refuse_what_is_not_ours(into)
    into.parent.mkdir(parents=True, exist_ok=True)
    with _alone(into), _beside(into) as fresh:
        tries = 0
        while True:
            tries += 1
            state, removed = records.state_of_everything(), last_removal()
            ownership.remove(fresh)
            made = files(django, tell, without_list=without_list or SiteState.objects.list_is_held_back())
            count = _zipped(fresh, made) if into.suffix == ".zip" else _laid_out(fresh, made)
            _set_times(fresh, into)
            if removed != last_removal():
                continue
            _renamed(fresh, into)  # at once, for a name that was removed before this try is gone with it
            if state == records.state_of_everything() or tries >= TRIES:
                return count


def take_down(into: Path) -> None:
    """Nothing is left of the mirror. What is no mirror stays."""
    into = Path(os.path.realpath(into))
    with contextlib.suppress(Refused):
        _refuse_what_is_not_ours(into)
        with _alone(into):
            before = ownership.free_place(into, "before")
            if into.exists():
                into.replace(before)  # in one step, before the long work of deleting
            ownership.remove(before)


def last_removal() -> int:
    """Grows with every line that is taken off a list."""
    gone = Signatory.objects.exclude(status=Status.LISTED)
    return gone.aggregate(newest=Max("explained_by"))["newest"] or 0


def _refuse_what_is_not_ours(into: Path) -> None:
    is_zip = into.suffix == ".zip"
    if os.path.lexists(into) and not (ownership.is_ours(into) and into.is_dir() != is_zip):
        place = "a new file" if is_zip else "an empty or a new folder"
        raise Refused(f"{into} holds something else, which stays as it is: name {place}.")


@contextlib.contextmanager
def _alone(into: Path) -> Iterator[None]:
    """Nobody else writes this mirror meanwhile; who comes second waits."""
    with into.with_name(f".{into.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _beside(into: Path) -> Iterator[Path]:
    """A place next to `into`, of which nothing is left afterwards, nor of what a killed process left there."""
    ownership.remove(into.with_name(f".{into.name}.before"))
    fresh = ownership.free_place(into, "new")
    try:
        yield fresh
    finally:
        ownership.remove(fresh)


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
    """Readable for all once unpacked, and dated by the last addition (UTC), so that the same site is the same file."""
    sums: list[str] = []
    changed = last_change() or EPOCH
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _with_sums(made, sums):
            entry = zipfile.ZipInfo(name, changed.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            parts.writestr(entry, content, zipfile.ZIP_STORED if name == MARK else zipfile.ZIP_DEFLATED)
    return len(sums)


def _set_times(fresh: Path, into: Path) -> None:
    """Date the new mirror by the last addition or correction, and a second later than the one in `into`.

    A server of files tells when they were written: here that would be the moment of a removal. The second keeps what a
    browser or rsync holds of the earlier mirror from passing for this one.
    """
    moment = datetime.combine(last_change() or EPOCH, time(), UTC).timestamp()
    with contextlib.suppress(FileNotFoundError):
        before = into if into.suffix == ".zip" else into / SUMS
        moment = max(moment, int(before.stat().st_mtime) + 1)
    for path in (fresh, *fresh.rglob("*")):
        os.utime(path, (moment, moment))


def _with_sums(made: Iterable[tuple[str, bytes]], sums: list[str]) -> Iterator[tuple[str, bytes]]:
    """The mark, all files, and last the list of their hashes, which `sums` is then as well."""
    for name, content in itertools.chain([(MARK, WORDS)], made):
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        yield name, content
    yield SUMS, "".join(sorted(sums, key=lambda line: line[66:])).encode()


def _renamed(fresh: Path, into: Path) -> None:
    """A file takes the other's place in one step. A folder needs two: between them there is none for an instant."""
    before = ownership.free_place(into, "before")
    if into.is_dir():
        into.replace(before)
    fresh.replace(into)
    ownership.remove(before)
