"""Which rows of the intake this worker processes next: one visitor's flood holds up nobody else."""

import logging
import time
import uuid
from collections import Counter
from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Q, QuerySet, Subquery

from petition.models import IntakeRow, PrivateLink
from petition.security.encryption import get_key_ids

_LOOK_AHEAD: Final = 50_000  # rows among which those of each network take turns; reading so many takes 0.1 s
_PLAN_SECONDS: Final = 1.0  # how long a plan is followed before it is made again
_KEY_CHECK_SECONDS: Final = 60.0  # how often it is logged that rows wait for a key that is missing here
log = logging.getLogger(__name__)


class Plan:
    """The order in which this worker takes the waiting rows: those of links, then networks in turn."""

    def __init__(self) -> None:
        self._ids: list[uuid.UUID] = []
        self._networks: dict[uuid.UUID, tuple[bool, str]] = {}
        self._turns_had: Counter[tuple[bool, str]] = Counter()  # since the queue was empty
        self._made_at = float("-inf")
        self._checked_keys_at = float("-inf")

    def take(self, count: int, *, at: datetime) -> list[uuid.UUID]:
        """Return the next ids, at most `count`. Another worker may have taken them meanwhile."""
        if not self._ids or time.monotonic() - self._made_at > _PLAN_SECONDS:
            self._make(at=at)
        taken, self._ids = self._ids[:count], self._ids[count:]
        self._turns_had.update(self._networks[pk] for pk in taken if pk in self._networks)
        return taken

    def forget(self) -> None:
        self._ids = []

    def _make(self, *, at: datetime) -> None:
        # What came through a link goes first: only so much can wait there (MOST_WAITING_BY_LINK), and no flood of forms
        # must hold up an organisation. All without a known network share one turn.
        waiting = find_free(at=at)
        others = waiting.filter(link_digest="").order_by("flags", "arrived_at", "id")
        # Turns that a network had under earlier plans count: else those that came first would be first in each plan.
        places = self._turns_had.copy()
        self._networks = {}
        turns: list[tuple[bool, int, int, uuid.UUID]] = []
        for pk, flags, bucket in others.values_list("id", "flags", "network_bucket")[:_LOOK_AHEAD]:
            key = (flags > 0, bucket)
            turns.append((flags > 0, places[key], len(turns), pk))
            places[key] += 1
            self._networks[pk] = key
        if not turns:
            self._turns_had.clear()
        self._ids = [*_find_first_of_mailboxes(at=at), *(pk for *_, pk in sorted(turns, key=lambda turn: turn[:3]))]
        self._made_at = time.monotonic()
        if self._made_at - self._checked_keys_at > _KEY_CHECK_SECONDS:
            _log_missing_key()
            self._checked_keys_at = self._made_at


def _find_openable() -> QuerySet[IntakeRow]:
    """Return the waiting rows that can be opened with a key held here."""
    # The others are no failure: another worker may have the key, or the operator puts it back. They are not even looked
    # at, or rows with a made-up key would come back again and again before all others, and fill the log.
    return IntakeRow.objects.waiting().filter(key_id__in=get_key_ids()[1])


def find_free(*, at: datetime) -> QuerySet[IntakeRow]:
    """Return those of them that no worker is processing, and that are not paused after a failure."""
    return _find_openable().filter(Q(leased_until=None) | Q(leased_until__lte=at))


def _find_first_of_mailboxes(*, at: datetime) -> list[uuid.UUID]:
    """Return the row that came first through the links of each mailbox; none where that is not free.

    The next one is done when it is done, so what one organisation asks for is done in its order.
    """
    link = PrivateLink.objects.filter(digest=OuterRef("link_digest"))
    rows = _find_openable().exclude(link_digest="").order_by("arrived_at", "id")
    rows = rows.annotate(
        own_mailbox=Subquery(link.values("endorsement__mailbox_index")),
        endorsement=Subquery(link.values("endorsement")),
        mailbox=Subquery(link.values("mailbox_index")),
    )
    first: dict[object, tuple[uuid.UUID, datetime | None]] = {}
    columns = ("id", "leased_until", "own_mailbox", "endorsement", "mailbox", "link_digest")
    for pk, leased_until, *belongs_to in rows.values_list(*columns)[:_LOOK_AHEAD]:
        first.setdefault(next(filter(None, belongs_to)), (pk, leased_until))
    return [pk for pk, leased_until in first.values() if leased_until is None or leased_until <= at]


def _log_missing_key() -> None:
    missing = IntakeRow.objects.waiting().exclude(key_id__in=get_key_ids()[1]).values_list("key_id", flat=True)
    if key_id := next(iter(missing.order_by()[:1]), None):
        log.error("No private key %r here: what was encrypted with it waits.", key_id)
