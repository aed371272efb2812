"""How often something may be done. Counted in one statement, exact across threads, processes and machines."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from petition.models import RateCount
from petition.protection.contacts import index_of


@dataclass(frozen=True)
class Limit:
    """At most `most` times within each window `per`, counted apart for each `name`."""

    name: str
    most: int
    per: timedelta


MAILS_TO_ONE_MAILBOX = Limit("mail", 3, timedelta(days=1))
"""Mails that a stranger can cause to one address, within any 24 hours."""
CODES_FROM_ONE_NETWORK = Limit("code", 20, timedelta(hours=1))
"""Tries at short codes: with 44 bits and a thousand live codes, a hit takes 10^9 network-hours."""

_COUNT = """
    INSERT INTO petition_ratecount (key, count, turns, ends_at) VALUES (%s, 1, '[]', %s)
    ON CONFLICT (key) DO UPDATE SET count = petition_ratecount.count + 1
    RETURNING count
"""


def within(limit: Limit, who: str, *, at: datetime) -> bool:
    """Counts one more for `who` (who is not stored, only a keyed hash) and says whether it is still within `limit`.

    Windows are aligned to the clock: one begins with each multiple of `limit.per`.
    """
    seconds = int(limit.per.total_seconds())
    window = int(at.timestamp()) // seconds
    ends_at = datetime.fromtimestamp((window + 1) * seconds, UTC)
    return _count(index_of(f"rate {limit.name} {window}", who), ends_at) <= limit.most


@transaction.atomic
def next_turn(limit: Limit, who: str, *, at: datetime, latest: datetime) -> datetime | None:
    """The first moment from `at` on when one more stays within `limit` in any span of `limit.per`; it is taken.

    None, and nothing is taken, when that moment would be after `latest`.
    The row counted first is locked until the transaction ends, so turns are given one after the other.
    """
    key = index_of(f"turns {limit.name}", who)
    _count(key, at + limit.per)
    row = RateCount.objects.get(key=key)
    turns = [datetime.fromisoformat(turn) for turn in row.turns][-limit.most :]
    turn = max(at, turns[0] + limit.per) if len(turns) == limit.most else at
    if turn > latest:
        return None
    row.turns = [moment.isoformat() for moment in sorted([*turns, turn])[-limit.most :]]
    row.ends_at = turn + limit.per
    row.save(update_fields=["turns", "ends_at"])
    return turn


def _count(key: str, ends_at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, connection.ops.adapt_datetimefield_value(ends_at)])
        return int(cursor.fetchone()[0])


def forget_ended(*, at: datetime) -> int:
    """Counts of windows that have ended are gone; says how many."""
    return RateCount.objects.filter(ends_at__lte=at).delete()[0]
