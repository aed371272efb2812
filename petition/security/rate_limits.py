"""Rate limits, counted in the database: exact across threads, processes and machines."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from petition.models import RateCount, SiteState
from petition.security.encryption import compute_index

KEY_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Limit:
    """At most `most` times within each window `per`, counted separately for each `name`."""

    name: str
    most: int
    per: timedelta


MAILS_TO_ONE_MAILBOX = Limit("mail", 3, timedelta(days=1))
"""Mails of any kind that a stranger can cause to one address within 24 hours."""
MAILS_FROM_OWN_PAGE = Limit("own page", 5, timedelta(days=1))
"""Mails that an organisation causes itself, on the page behind its private link."""
CODES_FROM_ONE_NETWORK = Limit("code", 20, timedelta(hours=1))
"""Wrong tries at short codes: with 44 bits and a thousand live codes, a hit takes 10^9 network-hours."""
REMOVAL_CODES_FROM_ONE_NETWORK = Limit("removal code", 20, timedelta(hours=1))
"""Wrong tries at removal codes, of 58 bits. A right code never counts."""
MESSAGES_FROM_ONE_NETWORK = Limit("message", 20, timedelta(hours=1))
"""Messages to the secretariat; more are refused, and the page names the secretariat's address."""
MANY_MESSAGES_FROM_ONE_NETWORK = Limit("many messages", 5, timedelta(hours=1))
"""Messages above this limit or the next one are stored and answered as usual, and shown after the others
(actions/self_service/disputes.py)."""
MESSAGES_ABOUT_ONE_ENTRY = Limit("message entry", 10, timedelta(days=1))
"""Messages about one entry, from all networks. Messages that give the address of its contact are counted separately,
so that strangers cannot use up the organisation's own limit."""

ENDORSEMENTS_BY_MAILBOX = Limit("mailbox", 5, timedelta(days=1))
"""Forms with one mailbox. A form above this limit or one of the next three is accepted and answered as usual, and put
on hold until a moderator looks (actions/intake/arrivals.py)."""
ENDORSEMENTS_FROM_NETWORK = Limit("network", 30, timedelta(hours=1))
"""Forms from one /24 or /64. In a capital many organisations share one, and send a few forms an hour, not thirty."""
ENDORSEMENTS_AT_DOMAIN = Limit("domain", 10, timedelta(days=1))
"""Forms with mailboxes at one domain, other than public mail providers (reference/mail_domains.py)."""
ENDORSEMENTS_FOR_APPEAL = Limit("appeal", 300, timedelta(hours=1))
"""Forms for one appeal: more than a secretariat could look at in a day."""

# One statement counts and answers: reading first and writing then would let two requests pass with the same count.
_COUNT = """
    INSERT INTO petition_ratecount (key, count, turns, ends_at) VALUES (%s, 1, '[]', %s)
    ON CONFLICT (key) DO UPDATE SET count = petition_ratecount.count + 1
    RETURNING count
"""


def consume(limit: Limit, who: str, *, at: datetime) -> bool:
    """Count one more for `who` and return whether that is within `limit`. Only a keyed hash of `who` is stored.

    Windows are aligned to the clock: one begins at each multiple of `limit.per`.
    """
    return not consume_all([(limit, who)], at=at)


def consume_all(wanted: Iterable[tuple[Limit, str]], *, at: datetime) -> list[str]:
    """Count one more for each limit and its `who`, as `consume` does; return the names of the exceeded limits."""
    # All are counted, also after one is exceeded: the time an answer takes must not tell which one it was.
    key = _get_counting_key(at=at)
    return [limit.name for limit, who in wanted if _count(*_window(limit, who, key, at=at)) > limit.most]


def refund(limit: Limit, who: str, *, at: datetime) -> None:
    """Take back what `consume` counted at this moment, where only wrong tries are limited and this one was right."""
    key, _ = _window(limit, who, _get_counting_key(at=at), at=at)
    RateCount.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def _window(limit: Limit, who: str, key: bytes, *, at: datetime) -> tuple[str, datetime]:
    """Return the hash under which `who` is counted in the window of `at`, and when that window ends."""
    seconds = int(limit.per.total_seconds())
    window = int(at.timestamp()) // seconds
    hashed = hmac.new(key, f"{limit.name}\0{window}\0{who}".encode(), hashlib.sha256).hexdigest()
    return hashed, datetime.fromtimestamp((window + 1) * seconds, UTC)


def compute_network_index(network: str, *, at: datetime) -> str:
    """Return the hash of a network under the weekly key: kept to see for a week that several came from one network."""
    key = _get_counting_key(at=at)
    return hmac.new(key, f"network index\0{network}".encode(), hashlib.sha256).hexdigest() if network else ""


def _get_counting_key(*, at: datetime) -> bytes:
    # Made of two keys. The weekly one is replaced, so an old hash of a network can never be traced again. The index key
    # is not in the database: there are so few networks that each could be tried against a stolen database or backup.
    return compute_index("counting", get_weekly_key(at=at)).encode()


def get_weekly_key(*, at: datetime) -> str:
    """Return the random key with which windows are counted; it is replaced when it is KEY_LASTS old."""
    row = SiteState.objects.filter(pk=1).values_list("rate_key", "rate_key_since").first()
    if row is None:
        SiteState.objects.get_or_create(pk=1)
        return get_weekly_key(at=at)
    key, since = row
    if key and since and at < since + KEY_LASTS:
        return str(key)
    new = {"rate_key": secrets.token_urlsafe(32), "rate_key_since": at}
    # The old key in the condition: of several processes that find it too old, exactly one replaces it.
    replaced = SiteState.objects.filter(pk=1, rate_key=key).update(**new)
    return str(new["rate_key"]) if replaced else get_weekly_key(at=at)


@transaction.atomic
def reserve_slot(limit: Limit, who: str, *, at: datetime, latest: datetime) -> datetime | None:
    """Reserve and return the first moment from `at` on when one more is within `limit` in any span of `limit.per`.

    Return None, and reserve nothing, when that moment would be after `latest`.
    """
    key = compute_index(f"turns {limit.name}", who)  # not the weekly key: slots reach beyond the end of a week
    _count(key, at + limit.per)  # also locks the row until the transaction ends, so slots are given one by one
    row = RateCount.objects.get(key=key)
    slots = [datetime.fromisoformat(slot) for slot in row.turns][-limit.most :]
    slot = max(at, slots[0] + limit.per) if len(slots) == limit.most else at
    if slot > latest:
        return None
    row.turns = [moment.isoformat() for moment in sorted([*slots, slot])[-limit.most :]]
    row.ends_at = slot + limit.per
    row.save(update_fields=["turns", "ends_at"])
    return slot


def _count(key: str, ends_at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, connection.ops.adapt_datetimefield_value(ends_at)])
        return int(cursor.fetchone()[0])


def delete_ended_windows(*, at: datetime) -> int:
    """Delete the counts of windows that have ended and return how many."""
    return RateCount.objects.filter(ends_at__lte=at).delete()[0]
