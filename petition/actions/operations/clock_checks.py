"""Check the clock before anything is erased, which nobody can undo.

The site uses the database's clock (models/database/database_clock.py). Nothing is erased while the clock of the
worker's machine differs from it, nor for a day after time has jumped: long enough for a person to read the mail about
it. A site that was switched off for more than a day looks like one whose clock is wrong, so it waits as well.
`manage.py purge --clock-is-right` ends the waiting.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from petition.actions.audit import OPERATOR, record_for
from petition.actions.refusals import ClocksDiffer, ErasingPaused
from petition.mail import outbox
from petition.models import OutgoingMail, SiteState
from petition.models.database.database_clock import MAX_CLOCK_DIFFERENCE, refresh
from petition.reference import clock

PAUSE: Final = timedelta(days=1)
"""How long nothing is erased after time has jumped."""
LONGEST_ABSENCE: Final = timedelta(days=1)
"""How long the worker may have been away after a restart of the machine, when its uptime proves nothing."""
FOLLOWED_AFTER: Final = timedelta(minutes=10)
"""How long a clock that was set must stay so on SQLite before it is believed."""
_LATELY: Final = timedelta(minutes=5)
_LONGEST_RETRY: Final = timedelta(hours=1)
_COLUMNS: Final = (
    *("worker_seen_at", "worker_boot", "worker_uptime"),
    *("clocks_differ_since", "clocks_differ_at", "no_erasing_until"),
)
log = logging.getLogger(__name__)


def record_heartbeat() -> None:
    """Record for /readyz that the worker is alive, and compare the time with the worker's last record."""
    _compare_time(is_worker=True)


def get_trusted_now(*, is_worker: bool) -> datetime:
    """Return the present time if it can be trusted for erasing. Raises ClocksDiffer, ErasingPaused."""
    site = _compare_time(is_worker=is_worker)
    now = clock.now()
    if _clocks_differ(now):
        raise ClocksDiffer
    if site.no_erasing_until and site.no_erasing_until > now:
        raise ErasingPaused
    return now


def is_clock_doubtful(*, at: datetime) -> bool:
    """Return whether erasing waits because of a clock: shown to the staff and by /readyz."""
    site = SiteState.objects.filter(pk=1).first()
    return site is not None and (is_erasing_paused(site, at=at) or is_machine_clock_apart(site, at=at))


def is_erasing_paused(site: SiteState, *, at: datetime) -> bool:
    """Return whether erasing waits because time has jumped."""
    return site.no_erasing_until is not None and site.no_erasing_until > at


def is_machine_clock_apart(site: SiteState, *, at: datetime) -> bool:
    """Return whether a worker's machine clock differed from the site's within the last minutes."""
    return site.clocks_differ_at is not None and abs(at - site.clocks_differ_at) <= _LATELY


@transaction.atomic
def confirm_clock(*, at: datetime) -> None:
    """End the pause: the operator has checked the clock, and erasing continues at once."""
    SiteState.objects.get_or_create(pk=1)
    SiteState.objects.filter(pk=1).update(no_erasing_until=None)
    record_for("sitestate", None, "confirm_clock", by=OPERATOR, at=at)


def _clocks_differ(now: datetime) -> bool:
    return abs(clock.machine_now() - now) > MAX_CLOCK_DIFFERENCE


def _compare_time(*, is_worker: bool) -> SiteState:
    """Compare the time with the last record; record it if the worker asks."""
    refresh(at_once=True)
    with transaction.atomic():
        SiteState.objects.get_or_create(pk=1)
        site = SiteState.objects.select_for_update().get(pk=1)
        now = _agreed_time(site)
        has_jumped = _has_jumped(site, now)
        if has_jumped:
            site.no_erasing_until = now + PAUSE
        if is_worker:
            if site.worker_seen_at and site.worker_seen_at - now > MAX_CLOCK_DIFFERENCE:
                _bring_mails_forward(now)
            site.worker_seen_at, site.worker_boot, site.worker_uptime = now, clock.boot_id(), clock.uptime()
        site.save(update_fields=_COLUMNS)
    if has_jumped:
        log.error(
            "Time has jumped, or the site was off for more than a day, so nothing is erased until %s: check the clock.",
            site.no_erasing_until,
        )
        refresh(at_once=True)
    return site


def _agreed_time(site: SiteState) -> datetime:
    """Return the present time; on SQLite that of the machine once it has differed for long enough."""
    now = clock.now()
    if not _clocks_differ(now):
        site.clocks_differ_since = None
        return now
    since = site.clocks_differ_since
    if since is None:
        log.error(
            "The clocks of this machine and of the database differ by more than ten minutes, so nothing is erased: "
            "correct the wrong one."
        )
    # On SQLite the site's clock is what the worker last wrote, so without this a corrected clock would never be used.
    if connection.vendor == "sqlite" and since is not None and now - since >= FOLLOWED_AFTER:
        site.clocks_differ_since = site.clocks_differ_at = None
        return clock.machine_now()
    site.clocks_differ_since, site.clocks_differ_at = since or now, now
    return now


def _has_jumped(site: SiteState, now: datetime) -> bool:
    """Return whether the time since the worker's last record is impossible."""
    if site.worker_seen_at is None:
        return False
    passed = now - site.worker_seen_at
    # Uptime cannot be set, so while the machine has not restarted it shows how much time has really passed.
    if site.worker_boot and site.worker_boot == clock.boot_id():
        return abs(passed - timedelta(seconds=clock.uptime() - site.worker_uptime)) > MAX_CLOCK_DIFFERENCE
    return not -MAX_CLOCK_DIFFERENCE <= passed <= LONGEST_ABSENCE


def _bring_mails_forward(now: datetime) -> None:
    """Correct the times of unsent mails that were stored while the clock was ahead."""
    for mail in OutgoingMail.objects.owed().filter(created_at__gt=now):
        mail.due_at, mail.created_at = now + (mail.due_at - mail.created_at), now
        mail.save(update_fields=["due_at", "created_at"])
    OutgoingMail.objects.owed().filter(attempts__gte=1, due_at__gt=now + _LONGEST_RETRY).update(due_at=now)
    OutgoingMail.objects.owed().filter(leased_until__gt=now + outbox.LEASE).update(leased_until=now + outbox.LEASE)
