"""How often something may be done. Counted in one statement, exact across threads, processes and machines."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from petition.models import RateCount
from petition.protection.contacts import index_of


@dataclass(frozen=True)
class Limit:
    """At most `most` times within each window `per`, counted apart for each `name`."""

    name: str
    most: int
    per: timedelta


MAILS_TO_ONE_MAILBOX = Limit("mail", 3, timedelta(days=1))
"""Mails that a stranger can cause to one address."""
CODES_FROM_ONE_NETWORK = Limit("code", 20, timedelta(hours=1))
CODES_FOR_ONE_APPEAL = Limit("codes", 1000, timedelta(hours=1))
"""Tries at short codes: with 44 bits and a thousand live codes, a hit in a week is less likely than 1 in 10^5."""

_COUNT = """
    INSERT INTO petition_ratecount (key, count, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET count = petition_ratecount.count + 1
    RETURNING count
"""


def within(limit: Limit, who: str, *, at: datetime) -> bool:
    """Counts one more for `who` (who is not stored, only a keyed hash) and says whether it is still within `limit`.

    Windows are aligned to the clock: one begins with each multiple of `limit.per`.
    """
    seconds = int(limit.per.total_seconds())
    window = int(at.timestamp()) // seconds
    key = index_of(f"rate {limit.name} {window}", who)
    ends_at = datetime.fromtimestamp((window + 1) * seconds, UTC)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, connection.ops.adapt_datetimefield_value(ends_at)])
        (count,) = cursor.fetchone()
    return bool(count <= limit.most)


def forget_ended(*, at: datetime) -> int:
    """Counts of windows that have ended are gone; says how many."""
    return RateCount.objects.filter(ends_at__lte=at).delete()[0]
