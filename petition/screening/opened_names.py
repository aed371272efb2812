"""Names that the database holds encrypted only, decrypted in the memory of a staff process or worker.

SQL cannot search or compare a withheld name, since no column has it in clear. So these processes decrypt all such names
at first use and compare them here. What changes afterwards is read again, which the audit log tells.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q

from petition.models import AuditEvent, Endorsement, State
from petition.screening.similarity import build_search_key
from petition.security import encryption

LONGEST_TRANSACTION: Final = 600
"""Seconds for which a missing event is waited for: on PostgreSQL one can appear after others with higher numbers."""
_MOST_MISSING: Final = 1_000  # so many numbers before the newest event are looked through for missing ones
_MOST_CHANGED: Final = 1_000  # when more has changed, all names are read again
log = logging.getLogger(__name__)


@dataclass(slots=True)
class OpenedName:
    """What is searched and compared of one name."""

    organisation_name: str
    acronym: str
    countries: str
    _search_key: str = ""

    @property
    def search_key(self) -> str:
        """Return what the column `folded` holds of a name in clear (similarity.build_search_key)."""
        # Made when it is first asked for: it takes twice as long as decrypting, and only a search needs it.
        if not self._search_key:
            self._search_key = build_search_key(self.organisation_name, self.acronym)
        return self._search_key


def load_names() -> Mapping[int, OpenedName]:
    """Return the name of each endorsement that has none in clear and is not withdrawn, by its id, as it is now.

    Those that cannot be decrypted are left out. Without the private key, as in the public process, there is none.
    """
    if settings.ROLE == "public" or not settings.CONTACT_PRIVATE_KEYS:
        return {}
    return _store.load()


def forget_names() -> None:
    """Empty the memory; all names are read again when they are needed."""
    _store.forget()


@dataclass(frozen=True)
class _Contents:
    """All names at one moment, never changed in place: other threads may be reading them."""

    names: Mapping[int, OpenedName]
    newest: int  # event
    missing: Mapping[int, float] = field(default_factory=dict)  # lower numbers of no event, and when that was noticed


class _Store:
    def __init__(self) -> None:
        self._lock = Lock()
        self._contents: _Contents | None = None
        self._unreadable: set[int] = set()

    def forget(self) -> None:
        with self._lock:
            self._contents = None

    def load(self) -> Mapping[int, OpenedName]:
        with self._lock:
            contents = (self._contents and self._read_changed(self._contents)) or self._read_all()
            # What a transaction has written may be rolled back, so what it sees is forgotten.
            if not connection.in_atomic_block:
                self._contents = contents
            return contents.names

    def _read_all(self) -> _Contents:
        # Events first: a name that changes in between is read in its new state, and once more by its event.
        numbers = list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[:_MOST_MISSING])
        newest = max(numbers, default=0)
        missing = set(range(min(numbers, default=0), newest)) - set(numbers)
        return _Contents(self._open(Q()), newest, dict.fromkeys(missing, time.monotonic()))

    def _read_changed(self, known: _Contents) -> _Contents | None:
        """Return the contents as they are now, or None if it is better to read everything again."""
        wanted = Q(pk__gte=known.newest)
        if known.missing:
            wanted |= Q(pk__in=known.missing)
        events = AuditEvent.objects.filter(wanted).order_by()
        subjects = {pk: (kind, subject) for pk, kind, subject in events.values_list("pk", "subject_kind", "subject_id")}
        subject_of_newest = subjects.pop(known.newest, None)
        if subject_of_newest is None:  # another database was put in place
            return None
        changed = {subject for kind, subject in subjects.values() if kind == "endorsement"}
        if len(changed) > _MOST_CHANGED:
            return None
        if not subjects:
            return known
        names = {pk: name for pk, name in known.names.items() if pk not in changed} | self._open(Q(pk__in=changed))
        return _Contents(names, max(known.newest, *subjects), self._list_missing(known, subjects))

    def _list_missing(self, known: _Contents, found: Iterable[int]) -> dict[int, float]:
        now, newest = time.monotonic(), max(known.newest, *found)
        skipped = range(max(known.newest + 1, newest - _MOST_MISSING), newest)
        missing = dict.fromkeys(skipped, now) | dict(known.missing)
        return {pk: at for pk, at in missing.items() if pk not in found and now - at < LONGEST_TRANSACTION}

    def _open(self, wanted: Q) -> dict[int, OpenedName]:
        rows = Endorsement.objects.filter(wanted, organisation_name="").exclude(state=State.WITHDRAWN).order_by()
        names = {}
        for row in rows.only("uid", "sealed_name").iterator(chunk_size=2_000):
            try:
                name = encryption.decrypt_column(row, "sealed_name")
            except encryption.CannotDecrypt as error:
                self._log_unreadable(row.pk, error)
            else:
                names[row.pk] = OpenedName(name["organisation_name"], name["acronym"], name["countries"])
        return names

    def _log_unreadable(self, pk: int, error: Exception) -> None:
        if pk not in self._unreadable:
            self._unreadable.add(pk)
            log.error("The name of endorsement %s cannot be read, so no search finds it: %s", pk, error)


_store: Final = _Store()
