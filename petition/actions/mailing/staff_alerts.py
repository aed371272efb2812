"""Mails to the staff, without any organisation's name: the daily digest, and what cannot wait. Each once a day."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from petition.actions.audit import Actor, record_for
from petition.actions.operations import clock_checks
from petition.actions.staff import attention, hourly_limits
from petition.mail import outbox
from petition.models import (
    Alert,
    AuditEvent,
    Correction,
    Dispute,
    Endorsement,
    IntakeRow,
    Role,
    SiteState,
    State,
    find_accounts_with_role,
)
from petition.screening.thresholds import NAMES_HIDDEN_PER_HOUR

_ALERTS_KEPT = timedelta(days=30)


def queue_alerts(*, at: datetime) -> None:
    """Queue what the staff should know at `at` and have not been told today."""
    moderators = find_accounts_with_role([Role.MODERATOR])
    if at.hour >= settings.DIGEST_HOUR:
        _queue_once_a_day("digest", moderators, content=partial(_build_digest, at), at=at)
    if attention.is_queue_overdue(at):
        hours = {"hours": str(24 * settings.OVERDUE_AFTER_DAYS)}
        _queue_once_a_day("overdue", moderators, content=lambda: hours, at=at)
    if attention.has_suspicious_activity(at):
        _queue_once_a_day("flood", moderators, content=lambda: {"count": str(settings.FLOOD_PER_HOUR)}, at=at)
    if clock_checks.is_clock_doubtful(at=at):
        _queue_once_a_day("clock", find_accounts_with_role([Role.MODERATOR, Role.ADMINISTRATOR]), content=dict, at=at)
    administrators = find_accounts_with_role([Role.ADMINISTRATOR])
    site = SiteState.objects.filter(pk=1).first() or SiteState()
    if attention.was_unreadable(site, since=at - timedelta(days=1)):
        _queue_once_a_day("unreadable", administrators, content=dict, at=at)
    if apart := IntakeRow.objects.stuck(at).count():
        _queue_once_a_day("set_apart", administrators, content=lambda: {"count": str(apart)}, at=at)
    hidden = attention.count_hidden_names(at)
    if hidden > NAMES_HIDDEN_PER_HOUR:
        staff = User.objects.filter(is_active=True, is_staff=True)
        _queue_once_a_day("hiding", staff, content=lambda: {"count": str(hidden)}, at=at)


def alert_mirror_failed(*, at: datetime) -> None:
    """Tell the administrators that the served mirror had to be put up without its lists."""
    _queue_once_a_day("mirror", find_accounts_with_role([Role.ADMINISTRATOR]), content=dict, at=at)


def alert_timeline_names(dates: Sequence[date], *, at: datetime) -> None:
    """Tell editors and moderators that entries of the timeline have the name of an organisation that removed it."""
    accounts = find_accounts_with_role([Role.EDITOR, Role.MODERATOR])
    content = {"dates": ", ".join(sorted({day.isoformat() for day in dates}))}
    _queue_for_each("timeline_names", accounts, content=content | _link(), at=at)


@transaction.atomic
def alert_limit_reached(account_id: int, limit: str, *, at: datetime) -> None:
    """Tell the other staff that this account wants to go on above an hourly limit: once an hour for each limit."""
    # The lock lets the second of two requests see the event of the first.
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    reached = AuditEvent.objects.filter(verb="reach_limit", subject_kind="account", subject_id=account_id, reason=limit)
    if limit == hourly_limits.APPROVALS or reached.filter(at__gt=at - timedelta(hours=1)).exists():
        return
    record_for("account", account_id, "reach_limit", by=Actor.staff(account_id), at=at, reason=limit)
    content = {"account": account.get_username(), "limit": limit, "count": str(hourly_limits.get_limit(limit))}
    others = User.objects.filter(is_active=True, is_staff=True).exclude(pk=account_id)
    _queue_for_each("limit_reached", others, content=content | _link(), at=at)


def _link() -> dict[str, str]:
    return {"url": f"{settings.SITE_URL}{reverse('admin:index')}"} if settings.ROLE != "public" else {}


@transaction.atomic
def _queue_once_a_day(
    kind: str, accounts: Iterable[User], *, content: Callable[[], dict[str, str] | None], at: datetime
) -> None:
    """Queue the mail called `kind`, unless there was one today or `content` returns None."""
    _alert, is_first = Alert.objects.get_or_create(kind=kind, day=at.date())
    built = content() if is_first else None
    if built is None:
        return
    Alert.objects.filter(day__lt=(at - _ALERTS_KEPT).date()).delete()
    _queue_for_each(kind, accounts, content=built | _link(), at=at)


def _queue_for_each(message: str, accounts: Iterable[User], *, content: dict[str, str], at: datetime) -> None:
    for account in accounts:
        if account.email:
            outbox.queue_mail(
                message,
                address=account.email,
                content=content,
                language=settings.LANGUAGE_CODE,
                at=at,
            )


def _build_digest(at: datetime) -> dict[str, str] | None:
    """Return how many wait, how long the oldest has, and what is flagged; None when nothing waits."""
    real = Endorsement.objects.not_being_withdrawn().filter(appeal__is_demo=False)
    undecided = real.filter(state__in=[State.CONFIRMED, State.RETURNED])
    counts = {
        "waiting": real.filter(state=State.CONFIRMED).count(),
        "quarantined": undecided.filter(quarantined_at__isnull=False).count(),
        "corrections": Correction.objects.waiting().filter(endorsement__appeal__is_demo=False).count(),
        "disputes": Dispute.objects.open().filter(appeal__is_demo=False).count(),
    }
    if not any(counts.values()):
        return None
    oldest = attention.get_oldest_waiting()
    hours = int((at - oldest).total_seconds() // 3600) if oldest else 0
    return {name: str(count) for name, count in counts.items()} | {"hours": str(hours)}
