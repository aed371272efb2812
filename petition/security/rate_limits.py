"""Rate limits, counted in the database: exact across threads, processes and machines."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from petition.models.site_state import RateCount, SiteState, VisitorCount
from petition.security.encryption import compute_index, compute_keyed_hash

KEY_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Limit:
    """At most `most` times within each window `per`, counted separately for each `name`."""

    name: str
    most: int
    per: timedelta
    is_public: bool = False  # of networks, by the bucket; counted by the public process, in a table of its own


MAILS_TO_ONE_MAILBOX = Limit("mail", 3, timedelta(days=1))
"""Mails of any kind that a stranger can cause to one address within 24 hours."""
MAILS_FROM_OWN_PAGE = Limit("own page", 5, timedelta(days=1))
"""Mails that an organisation causes itself, on the page behind its private link."""
# Twice what one network needs: of a thousand networks in an hour fifteen share their bucket with another.
CODES_FROM_ONE_NETWORK = Limit("code", 40, timedelta(hours=1), is_public=True)
"""Wrong tries at confirmation codes, of 58 bits. A right code never counts."""
REMOVAL_CODES_FROM_ONE_NETWORK = Limit("removal code", 40, timedelta(hours=1), is_public=True)
"""The same for removal codes."""
MESSAGES_FROM_ONE_NETWORK = Limit("message", 40, timedelta(hours=1), is_public=True)
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
"""Forms from one bucket of networks (compute_network_bucket). In a capital many organisations share a network, and send
a few forms an hour, not thirty."""
ENDORSEMENTS_AT_DOMAIN = Limit("domain", 10, timedelta(days=1))
"""Forms with mailboxes at one domain, other than public mail providers (reference/mail_domains.py)."""
ENDORSEMENTS_FOR_APPEAL = Limit("appeal", 300, timedelta(hours=1))
"""Forms for one appeal: more than a secretariat could look at in a day."""

# One statement counts and answers: reading first and writing then would let two requests pass with the same count.
_COUNT = """
    INSERT INTO {table} AS counts (key, count, turns, ends_at) VALUES (%s, %s, '[]', %s)
    ON CONFLICT (key) DO UPDATE SET count = counts.count + EXCLUDED.count
    RETURNING count
"""
_COUNT_MANY = """
    INSERT INTO petition_ratecount AS counts (key, count, turns, ends_at) VALUES {values}
    ON CONFLICT (key) DO UPDATE SET count = counts.count + EXCLUDED.count
    RETURNING key, count
"""


def consume(limit: Limit, who: str, *, at: datetime) -> bool:
    """Count one more for `who` and return whether that is within `limit`. Only a keyed hash of `who` is stored.

    Windows are aligned to the clock: one begins at each multiple of `limit.per`.
    """
    return not consume_all([(limit, who)], at=at)


def consume_all(wanted: Iterable[tuple[Limit, str]], *, at: datetime) -> list[str]:
    """Count one more for each limit and its `who`, as `consume` does; return the names of the exceeded limits."""
    # All are counted, also after one is exceeded: the time an answer takes must not tell which one it was.
    weekly_key = read_weekly_key()
    return [limit.name for limit, who in wanted if _count(limit, *_window(limit, who, weekly_key, at=at)) > limit.most]


def count_many(wanted: Sequence[tuple[Limit, str, datetime]]) -> list[int]:
    """Count one more for each limit, `who` and moment, in one statement; return for each the count that it reached."""
    if not wanted:
        return []
    weekly_key = read_weekly_key()
    windows = [_window(limit, who, weekly_key, at=at) for limit, who, at in wanted]
    counts, ends = Counter(key for key, _ in windows), dict(windows)
    rows = [(key, counts[key], connection.ops.adapt_datetimefield_value(ends[key])) for key in sorted(counts)]
    with connection.cursor() as cursor:
        values = ", ".join(["(%s, %s, '[]', %s)"] * len(rows))
        cursor.execute(_COUNT_MANY.format(values=values), [part for row in rows for part in row])
        totals = {key: count - counts[key] for key, count in cursor.fetchall()}
    reached = []
    for key, _ in windows:
        totals[key] += 1
        reached.append(totals[key])
    return reached


def refund(limit: Limit, who: str, *, at: datetime) -> None:
    """Take back what `consume` counted at this moment, where only wrong tries are limited and this one was right."""
    key, _ = _window(limit, who, read_weekly_key(), at=at)
    _get_model(limit).objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def _get_model(limit: Limit) -> type[RateCount | VisitorCount]:
    return VisitorCount if limit.is_public else RateCount


def _window(limit: Limit, who: str, weekly_key: str, *, at: datetime) -> tuple[str, datetime]:
    """Return the hash under which `who` is counted in the window of `at`, and when that window ends."""
    if limit.is_public:
        # An attacker in the public process has both keys and can read the counts: of a whole network, each could be
        # tried, and would show who used a code within the hour.
        who = compute_network_bucket(who, weekly_key)
    seconds = int(limit.per.total_seconds())
    window = int(at.timestamp()) // seconds
    key = _combine_keys(settings.SECRET_KEY if limit.is_public else settings.CONTACT_INDEX_KEY, weekly_key)
    hashed = hmac.new(key, f"{limit.name}\0{window}\0{who}".encode(), hashlib.sha256).hexdigest()
    return hashed, datetime.fromtimestamp((window + 1) * seconds, UTC)


def compute_network_bucket(network: str, weekly_key: str) -> str:
    """Return 16 bits of the hash of a network, as four hexadecimal digits; '' for ''.

    Of the 16.7 million networks of IPv4 each bucket has 256. It shows for a week that several forms may have come from
    one network, and cannot tell from which.
    """
    key = _combine_keys(settings.SECRET_KEY, weekly_key)
    return hmac.new(key, f"network\0{network}".encode(), hashlib.sha256).hexdigest()[:4] if network else ""


def _combine_keys(own: str, weekly: str) -> bytes:
    # The weekly key is replaced, so an old hash of a network can never be traced again. The other is not in the
    # database: there are so few networks that each could be tried against a stolen database or backup.
    return compute_keyed_hash(own, "counting", weekly).encode()


def read_weekly_key() -> str:
    """Return the random key with which windows are counted; '' before the worker has made the first one."""
    return str(SiteState.objects.filter(pk=1).values_list("rate_key", flat=True).first() or "")


def replace_weekly_key(*, at: datetime) -> None:
    """Replace the random key if it is KEY_LASTS old, or make the first one. For the worker."""
    SiteState.objects.get_or_create(pk=1)
    is_old = Q(rate_key="") | Q(rate_key_since=None) | Q(rate_key_since__lte=at - KEY_LASTS)
    SiteState.objects.filter(is_old, pk=1).update(rate_key=secrets.token_urlsafe(32), rate_key_since=at)


@transaction.atomic
def reserve_slot(limit: Limit, who: str, *, at: datetime, latest: datetime) -> datetime | None:
    """Reserve and return the first moment from `at` on when one more is within `limit` in any span of `limit.per`.

    Return None, and reserve nothing, when that moment would be after `latest`.
    """
    key = compute_index(f"turns {limit.name}", who)  # not the weekly key: slots reach beyond the end of a week
    _count(limit, key, at + limit.per)  # also locks the row until the transaction ends, so slots are given one by one
    row = RateCount.objects.get(key=key)
    slots = [datetime.fromisoformat(slot) for slot in row.turns][-limit.most :]
    slot = max(at, slots[0] + limit.per) if len(slots) == limit.most else at
    if slot > latest:
        return None
    row.turns = [moment.isoformat() for moment in sorted([*slots, slot])[-limit.most :]]
    row.ends_at = slot + limit.per
    row.save(update_fields=["turns", "ends_at"])
    return slot


def _count(limit: Limit, key: str, ends_at: datetime, by: int = 1) -> int:
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(ends_at)
        cursor.execute(_COUNT.format(table=_get_model(limit)._meta.db_table), [key, by, moment])
        return int(cursor.fetchone()[0])


def delete_ended_windows(*, at: datetime) -> int:
    """Delete the counts of windows that have ended and return how many."""
    can_skip = connection.features.has_select_for_update_skip_locked
    deleted = 0
    for model in (RateCount, VisitorCount):
        with transaction.atomic():
            # What is locked is left to the next time: a stolen public process could keep a row locked for ever.
            ended = model.objects.filter(ends_at__lte=at).select_for_update(skip_locked=can_skip)
            deleted += model.objects.filter(pk__in=list(ended.values_list("pk", flat=True))).delete()[0]
    return deleted
