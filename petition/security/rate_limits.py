"""How often something may be done. Counted in one statement, exact across threads, processes and machines.

Windows count under a random key that is replaced every week: what is left of a network then is a hash without its key.
It is mixed with the index key, which is not in the database: there are so few networks that with the key beside its
hash each could be tried out against a stolen database or a backup.
Turns of mailboxes are kept under the index key, since they reach beyond a week's end.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from petition.models import RateCount, SiteState
from petition.security.encryption import index_of

KEY_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Limit:
    """At most `most` times within each window `per`, counted apart for each `name`."""

    name: str
    most: int
    per: timedelta


MAILS_TO_ONE_MAILBOX = Limit("mail", 3, timedelta(days=1))
"""Mails that a stranger can cause to one address, of all kinds together, within any 24 hours."""
MAILS_FROM_OWN_PAGE = Limit("own page", 5, timedelta(days=1))
"""What an organisation causes itself, behind its private link."""
CODES_FROM_ONE_NETWORK = Limit("code", 20, timedelta(hours=1))
"""Wrong tries at short codes: with 44 bits and a thousand live codes, a hit takes 10^9 network-hours."""
REMOVAL_CODES_FROM_ONE_NETWORK = Limit("removal code", 20, timedelta(hours=1))
"""Wrong tries at removal codes, of 58 bits. A right code never counts, whatever it then does."""
MESSAGES_FROM_ONE_NETWORK = Limit("message", 20, timedelta(hours=1))
"""Messages to the secretariat; more are refused, and the page names the secretariat's address."""
MANY_MESSAGES_FROM_ONE_NETWORK = Limit("many messages", 5, timedelta(hours=1))
"""Messages above this limit or the next one are stored like any other, answered like any other, and shown behind the
others (actions/self_service/disputes.py)."""
MESSAGES_ABOUT_ONE_ENTRY = Limit("message entry", 10, timedelta(days=1))
"""Messages about one entry, from all networks. Those that give an address of its contact are counted apart, so that
strangers cannot use the limit up for the organisation itself."""

ENDORSEMENTS_BY_MAILBOX = Limit("mailbox", 5, timedelta(days=1))
"""Forms with one mailbox. Whatever passes this limit or one of the next three is taken in like any other, answered
like any other, and set aside until somebody looks (actions/intake/arrivals.py)."""
ENDORSEMENTS_FROM_NETWORK = Limit("network", 30, timedelta(hours=1))
"""Forms from one /24 or /64. In a capital city many organisations share one: an hour sees a few of them, not thirty."""
ENDORSEMENTS_AT_DOMAIN = Limit("domain", 10, timedelta(days=1))
"""Forms with mailboxes at one domain, unless anybody gets a mailbox there (reference/mail_domains.py)."""
ENDORSEMENTS_FOR_APPEAL = Limit("appeal", 300, timedelta(hours=1))
"""Forms for one appeal: more than a secretariat could look at in a day."""

_COUNT = """
    INSERT INTO petition_ratecount (key, count, turns, ends_at) VALUES (%s, 1, '[]', %s)
    ON CONFLICT (key) DO UPDATE SET count = petition_ratecount.count + 1
    RETURNING count
"""


def within(limit: Limit, who: str, *, at: datetime) -> bool:
    """Counts one more for `who` (who is not stored, only a keyed hash) and says whether it is still within `limit`.

    Windows are aligned to the clock: one begins with each multiple of `limit.per`.
    """
    return not exceeded([(limit, who)], at=at)


def exceeded(wanted: Iterable[tuple[Limit, str]], *, at: datetime) -> list[str]:
    """Counts one more for each limit and whom it is about, as `within` does; the names of the limits that are passed.

    All are counted, whichever is passed: the work is the same.
    """
    key = _counting_key(at=at)
    return [limit.name for limit, who in wanted if _count(*_window(limit, who, key, at=at)) > limit.most]


def give_back(limit: Limit, who: str, *, at: datetime) -> None:
    """What `within` counted at this moment is counted no more: it was right, and only wrong ones are limited."""
    key, _ = _window(limit, who, _counting_key(at=at), at=at)
    RateCount.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def _window(limit: Limit, who: str, key: bytes, *, at: datetime) -> tuple[str, datetime]:
    """Under which hash `who` is counted in the window of `at`, and when that ends."""
    seconds = int(limit.per.total_seconds())
    window = int(at.timestamp()) // seconds
    hashed = hmac.new(key, f"{limit.name}\0{window}\0{who}".encode(), hashlib.sha256).hexdigest()
    return hashed, datetime.fromtimestamp((window + 1) * seconds, UTC)


def network_index(network: str, *, at: datetime) -> str:
    """What is kept of a network for a week, to see that several came from one: its hash under the weekly key."""
    key = _counting_key(at=at)
    return hmac.new(key, f"network index\0{network}".encode(), hashlib.sha256).hexdigest() if network else ""


def _counting_key(*, at: datetime) -> bytes:
    """From both keys, for this use alone: the database has only the weekly one, and tomorrow nobody has that."""
    return index_of("counting", weekly_key(at=at)).encode()


def weekly_key(*, at: datetime) -> str:
    """The random key under which windows count now: made when there is none, replaced when it is KEY_LASTS old.

    Of several who find it old at one moment one replaces it. Nothing that was counted under the old key can be traced.
    """
    found = SiteState.objects.filter(pk=1).values_list("rate_key", "rate_key_since").first()
    if found is None:
        SiteState.objects.get_or_create(pk=1)
        return weekly_key(at=at)
    key, since = found
    if key and since and at < since + KEY_LASTS:
        return str(key)
    fresh = {"rate_key": secrets.token_urlsafe(32), "rate_key_since": at}
    replaced = SiteState.objects.filter(pk=1, rate_key=key).update(**fresh)
    return str(fresh["rate_key"]) if replaced else weekly_key(at=at)


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
