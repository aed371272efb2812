"""Find what needs a person: for the banner of the admin, and for mails to the staff (mailing/staff_alerts.py)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from petition.actions.operations import clock_checks, removal_journal_file
from petition.models import AuditEvent, Endorsement, IntakeRow, OutgoingMail, Signatory, SiteState, State, Status
from petition.models.database.held_list import is_restore_unfinished

WORKER, FAILED_MAIL, OLD_MAIL, OVERDUE = "worker", "failed_mail", "old_mail", "overdue"
SUSPICIOUS_ACTIVITY, HIDING, CLOCK, HELD_LIST = "flood", "hiding", "clock", "held_list"
UNREADABLE, SET_APART, BACKUP, JOURNAL = "unreadable", "set_apart", "backup", "journal"
WORKER_DEAD = timedelta(minutes=10)
MAIL_OLD = timedelta(minutes=10)
MAIL_GREYLISTED = timedelta(hours=1)
"""How long a mail may wait that the recipient's server asked to send again later (450 to 452): many do so at first."""
BACKUP_OLD = timedelta(hours=36)
FAILED_WITHIN = timedelta(days=7)
UNREADABLE_WITHIN = timedelta(days=7)
_HOUR = timedelta(hours=1)
_REMOVAL_VERBS = ("hide", "start_withdrawal", "withdraw", "revoke", "undo")
_OLDEST = 200  # first rows of the queue in which the oldest is looked for: mailboxes do not confirm in order


def find_problems(*, at: datetime) -> list[str]:
    """Return the codes of what is wrong now, with a fixed number of queries, none of which grows with the queue."""
    site = SiteState.objects.filter(pk=1).first() or SiteState()
    problems = {
        WORKER: site.worker_seen_at is None or at - site.worker_seen_at > WORKER_DEAD,
        FAILED_MAIL: _has_failed_mail(at),
        OLD_MAIL: _has_old_mail(at),
        OVERDUE: is_queue_overdue(at),
        SUSPICIOUS_ACTIVITY: has_suspicious_activity(at),
        CLOCK: clock_checks.is_erasing_paused(site, at=at) or clock_checks.is_machine_clock_apart(site, at=at),
        HELD_LIST: site.list_held_back or is_restore_unfinished(),
        UNREADABLE: was_unreadable(site, since=at - UNREADABLE_WITHIN),
        SET_APART: IntakeRow.objects.stuck(at).exists(),
        BACKUP: _is_backup_missing(site, at),
        JOURNAL: removal_journal_file.is_behind(at=at),
    }
    return [code for code, is_wrong in problems.items() if is_wrong]


def _is_backup_missing(site: SiteState, at: datetime) -> bool:
    """Return whether no backup was finished within BACKUP_OLD; a new site has as long until its first."""
    since = site.backup_made_at or AuditEvent.objects.order_by("pk").values_list("at", flat=True).first()
    return since is not None and at - since > BACKUP_OLD


def _has_failed_mail(at: datetime) -> bool:
    since = at - FAILED_WITHIN
    return OutgoingMail.objects.filter(Q(failed_at__gte=since) | Q(bounced_at__gte=since)).exists()


def _has_old_mail(at: datetime) -> bool:
    """Return whether a mail should have left ten minutes ago: the mail server is down, or the worker is too slow."""
    # A retry moves `due_at`, so a mail that was tried counts from its creation. A mail that waits is not due yet.
    is_greylisted = Q(last_error__startswith="smtp 45")
    tried = Q(attempts__gte=1) & (
        (Q(created_at__lte=at - MAIL_OLD) & ~is_greylisted) | Q(created_at__lte=at - MAIL_GREYLISTED)
    )
    return OutgoingMail.objects.owed().filter(tried | Q(due_at__lte=at - MAIL_OLD)).exists()


def was_unreadable(site: SiteState, *, since: datetime) -> bool:
    """Return whether an encrypted value was found since then that was changed, or belongs to another row."""
    return site.unreadable_at is not None and site.unreadable_at > since


def get_oldest_waiting() -> datetime | None:
    """Return since when the oldest endorsement of a real appeal has waited for a decision."""
    waiting = Endorsement.objects.filter(state=State.CONFIRMED, appeal__is_demo=False, withdrawal_due_at=None)
    since = [moment for moment in waiting.order_by("pk").values_list("confirmed_at", flat=True)[:_OLDEST] if moment]
    return min(since, default=None)


def is_queue_overdue(at: datetime) -> bool:
    """Return whether the oldest endorsement has waited longer than settings.OVERDUE_AFTER_DAYS."""
    since = get_oldest_waiting()
    return since is not None and at - since > timedelta(days=settings.OVERDUE_AFTER_DAYS)


def has_suspicious_activity(at: datetime) -> bool:
    """Return whether more than settings.FLOOD_PER_HOUR endorsements came in within an hour."""
    # One row is enough: the one before so many others came in within the hour.
    newest = Endorsement.objects.filter(appeal__is_demo=False).exclude(origin="imported").order_by("-pk")
    before = newest.values_list("submitted_at", flat=True)[settings.FLOOD_PER_HOUR : settings.FLOOD_PER_HOUR + 1]
    return any(at - moment < _HOUR for moment in before)


def count_hidden_names(at: datetime) -> int:
    """Return how many names staff and operators have removed within the hour that are still removed."""
    removals = AuditEvent.objects.filter(verb__in=_REMOVAL_VERBS, at__gt=at - _HOUR, is_demo=False)
    events = removals.filter(actor_kind__in=("staff", "operator")).order_by()
    # The entry points to the event that removed it: a name never listed, or listed again, does not count.
    return Signatory.objects.filter(status=Status.NO_LONGER_LISTED, explained_by__in=events.values("pk")).count()
