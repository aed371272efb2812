"""What needs a person. The desk's banner reads it, and the staff are told of it by mail (mailing/staff_alerts.py)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from petition.actions.operations import clock_checks
from petition.models import AuditEvent, Endorsement, OutgoingMail, Signatory, SiteState, State, Status
from petition.models.site_state import restore_is_unfinished

WORKER, FAILED_MAIL, OLD_MAIL, OVERDUE, FLOOD, HIDING, CLOCK, HELD_LIST = (
    "worker",
    "failed_mail",
    "old_mail",
    "overdue",
    "flood",
    "hiding",
    "clock",
    "held_list",
)
WORKER_DEAD = timedelta(minutes=10)
MAIL_OLD = timedelta(hours=1)
FAILED_WITHIN = timedelta(days=7)
_HOUR = timedelta(hours=1)
_TAKE_OFF = ("hide", "start_withdrawal", "withdraw", "revoke", "undo")
MOST_HIDDEN = 10
"""Names that staff hide within an hour before all staff are told."""
_OLDEST = 200  # rows at the head of the queue among which the oldest is looked for: mailboxes are proven out of order


def troubles(*, at: datetime) -> list[str]:
    """What is wrong now, as codes; a fixed number of queries, none of which grows with the queue."""
    site = SiteState.objects.filter(pk=1).first() or SiteState()
    found = {
        WORKER: site.worker_seen_at is None or at - site.worker_seen_at > WORKER_DEAD,
        FAILED_MAIL: _mail_failed(at),
        OLD_MAIL: _mail_is_old(at),
        OVERDUE: queue_is_overdue(at),
        FLOOD: flood_began(at),
        CLOCK: clock_checks.is_paused(site, at=at) or clock_checks.is_apart(site, at=at),
        HELD_LIST: site.list_held_back or restore_is_unfinished(),
    }
    return [code for code, is_wrong in found.items() if is_wrong]


def clock_is_doubtful(at: datetime) -> bool:
    """Nothing is erased, because of a clock."""
    return clock_checks.is_doubtful(at=at)


def _mail_failed(at: datetime) -> bool:
    return OutgoingMail.objects.filter(failed_at__gte=at - FAILED_WITHIN).exists()


def _mail_is_old(at: datetime) -> bool:
    """One should have left an hour ago. What waits for its turn is not due yet; what was tried in vain is."""
    tried = Q(attempts__gte=1, created_at__lte=at - MAIL_OLD)
    return OutgoingMail.objects.owed().filter(tried | Q(due_at__lte=at - MAIL_OLD)).exists()


def oldest_waiting() -> datetime | None:
    """Since when the oldest endorsement of a real appeal waits for a decision."""
    waiting = Endorsement.objects.filter(state=State.CONFIRMED, appeal__is_demo=False, withdrawal_due_at=None)
    since = [moment for moment in waiting.order_by("pk").values_list("confirmed_at", flat=True)[:_OLDEST] if moment]
    return min(since, default=None)


def queue_is_overdue(at: datetime) -> bool:
    """The oldest has waited longer than settings.OVERDUE_AFTER_DAYS."""
    since = oldest_waiting()
    return since is not None and at - since > timedelta(days=settings.OVERDUE_AFTER_DAYS)


def flood_began(at: datetime) -> bool:
    """More came in within an hour than settings.FLOOD_PER_HOUR: the one before so many others is that young."""
    newest = Endorsement.objects.filter(appeal__is_demo=False).exclude(origin="imported").order_by("-pk")
    before = newest.values_list("submitted_at", flat=True)[settings.FLOOD_PER_HOUR : settings.FLOOD_PER_HOUR + 1]
    return any(at - moment < _HOUR for moment in before)


def names_hidden(at: datetime) -> int:
    """How many names staff and operators have taken off within the hour, by whatever deed, that are still off.

    The line itself says by which event it went: what was never listed, or is back, counts for nothing.
    """
    deeds = AuditEvent.objects.filter(verb__in=_TAKE_OFF, at__gt=at - _HOUR, is_demo=False)
    events = deeds.filter(actor_kind__in=("staff", "operator")).order_by()
    return Signatory.objects.filter(status=Status.NO_LONGER_LISTED, explained_by__in=events.values("pk")).count()
