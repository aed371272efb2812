"""Whether the time that the site goes by can be trusted with erasing, which nobody can undo.

The site goes by the database's clock (models/database_clock.py). What is erased too early is gone, so nothing is
erased while the clock of the worker's machine says something else, nor for a day after time has jumped: long enough
for a person to read the mail about it. A site that was switched off for more than a day cannot tell whether it was,
or whether its clock is wrong, so it waits as well. `manage.py purge --clock-is-right` ends the waiting.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from petition.actions.audit import OPERATOR, record_of
from petition.mail import outbox
from petition.models import OutgoingMail, SiteState
from petition.models.database_clock import APART, renew
from petition.reference import clock

PAUSE: Final = timedelta(days=1)
"""How long nothing is erased after time has jumped."""
LONGEST_ABSENCE: Final = timedelta(days=1)
"""After a restart of the machine its uptime proves nothing; so much time may have passed since the worker was seen."""
FOLLOWED_AFTER: Final = timedelta(minutes=10)
"""On SQLite a clock that was set to something else is believed once it has stayed so for this long."""
_LATELY: Final = timedelta(minutes=5)
_LONGEST_RETRY: Final = timedelta(hours=1)
_COLUMNS: Final = (
    *("worker_seen_at", "worker_boot", "worker_uptime"),
    *("clocks_differ_since", "clocks_differ_at", "no_erasing_until"),
)
log = logging.getLogger(__name__)


class ClocksDiffer(Exception):
    """The clock of this machine and the one that the site goes by are more than ten minutes apart."""


class ErasingPaused(Exception):
    """Time has jumped within the last day."""


def worker_beats() -> None:
    """/readyz sees that the worker lives; and time is compared with what it was when a worker was seen last."""
    _look(is_worker=True)


def sure_now(*, is_worker: bool) -> datetime:
    """Return the present moment, to erase by. Raises ClocksDiffer, or ErasingPaused."""
    site = _look(is_worker=is_worker)
    now = clock.now()
    if _clocks_differ(now):
        raise ClocksDiffer
    if site.no_erasing_until and site.no_erasing_until > now:
        raise ErasingPaused
    return now


def is_doubtful(*, at: datetime) -> bool:
    """Return whether nothing is erased now because of a clock: for the staff, and for /readyz."""
    site = SiteState.objects.filter(pk=1).first()
    return site is not None and (is_paused(site, at=at) or is_apart(site, at=at))


def is_paused(site: SiteState, *, at: datetime) -> bool:
    """Return whether erasing waits since time has jumped."""
    return site.no_erasing_until is not None and site.no_erasing_until > at


def is_apart(site: SiteState, *, at: datetime) -> bool:
    """Return whether a worker has lately found its machine's clock to be another than the site's."""
    return site.clocks_differ_at is not None and abs(at - site.clocks_differ_at) <= _LATELY


@transaction.atomic
def confirm_clock(*, at: datetime) -> None:
    """The operator has looked at the clock: erasing goes on at once."""
    SiteState.objects.get_or_create(pk=1)
    SiteState.objects.filter(pk=1).update(no_erasing_until=None)
    record_of("sitestate", None, "confirm_clock", by=OPERATOR, at=at)


def _clocks_differ(now: datetime) -> bool:
    return abs(clock.machine_now() - now) > APART


def _look(*, is_worker: bool) -> SiteState:
    """Compares time with what is on record, and records it where the worker asks."""
    renew(at_once=True)
    with transaction.atomic():
        SiteState.objects.get_or_create(pk=1)
        site = SiteState.objects.select_for_update().get(pk=1)
        now = _agreed_time(site)
        has_jumped = _has_jumped(site, now)
        if has_jumped:
            site.no_erasing_until = now + PAUSE
        if is_worker:
            if site.worker_seen_at and site.worker_seen_at - now > APART:
                _bring_mails_forward(now)
            site.worker_seen_at, site.worker_boot, site.worker_uptime = now, clock.boot_id(), clock.uptime()
        site.save(update_fields=_COLUMNS)
    if has_jumped:
        log.error("Time has jumped, or nobody was here for a day: nothing is erased until %s.", site.no_erasing_until)
        renew(at_once=True)
    return site


def _agreed_time(site: SiteState) -> datetime:
    """Return the present moment; on SQLite what the machine says, once it has said something else for long enough."""
    now = clock.now()
    if not _clocks_differ(now):
        site.clocks_differ_since = None
        return now
    since = site.clocks_differ_since
    if since is None:
        log.error("The clock of this machine, or the database's, is more than ten minutes wrong: nothing is erased.")
    if connection.vendor == "sqlite" and since is not None and now - since >= FOLLOWED_AFTER:
        site.clocks_differ_since = site.clocks_differ_at = None
        return clock.machine_now()
    site.clocks_differ_since, site.clocks_differ_at = since or now, now
    return now


def _has_jumped(site: SiteState, now: datetime) -> bool:
    """Return whether more or less time has passed since the worker was seen than can be."""
    if site.worker_seen_at is None:
        return False
    passed = now - site.worker_seen_at
    if site.worker_boot and site.worker_boot == clock.boot_id():
        return abs(passed - timedelta(seconds=clock.uptime() - site.worker_uptime)) > APART
    return not -APART <= passed <= LONGEST_ABSENCE


def _bring_mails_forward(now: datetime) -> None:
    """What was owed or tried by a clock that was ahead is due as it would have been by this one."""
    for mail in OutgoingMail.objects.owed().filter(created_at__gt=now):
        mail.due_at, mail.created_at = now + (mail.due_at - mail.created_at), now
        mail.save(update_fields=["due_at", "created_at"])
    OutgoingMail.objects.owed().filter(attempts__gte=1, due_at__gt=now + _LONGEST_RETRY).update(due_at=now)
    OutgoingMail.objects.owed().filter(leased_until__gt=now + outbox.LEASE).update(leased_until=now + outbox.LEASE)
