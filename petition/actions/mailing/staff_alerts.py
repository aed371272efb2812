"""What the staff are told by mail, without a name: the day's digest, and what cannot wait. Each once a day."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from petition.actions.audit import Actor, record_of
from petition.actions.mailing import queue
from petition.actions.staff import attention, hourly_limits
from petition.models import Alert, AuditEvent, Correction, Dispute, Endorsement, Role, State, holders

_KEPT = timedelta(days=30)


def tell_staff(*, at: datetime) -> None:
    """Whatever the staff should hear of at `at`, and have not heard of today, is owed to them."""
    moderators = holders([Role.MODERATOR])
    if at.hour >= settings.DIGEST_HOUR:
        _tell("digest", moderators, content=_digest, at=at)
    if attention.queue_is_overdue(at):
        _tell("overdue", moderators, content=lambda _at: {"hours": str(24 * settings.OVERDUE_AFTER_DAYS)}, at=at)
    if attention.flood_began(at):
        _tell("flood", moderators, content=lambda _at: {"count": str(settings.FLOOD_PER_HOUR)}, at=at)
    if attention.clock_is_doubtful(at):
        _tell("clock", holders([Role.MODERATOR, Role.ADMINISTRATOR]), content=lambda _at: {}, at=at)
    hidden = attention.names_hidden(at)
    if hidden > attention.MOST_HIDDEN:
        staff = User.objects.filter(is_active=True, is_staff=True)
        _tell("hiding", staff, content=lambda _at: {"count": str(hidden)}, at=at)


def tell_mirror_failed(*, at: datetime) -> None:
    """Those who look after the site hear that the served mirror had to be put up without its lists."""
    _tell("mirror", holders([Role.ADMINISTRATOR]), content=lambda _at: {}, at=at)


@transaction.atomic
def tell_limit_reached(account_id: int, limit: str, *, at: datetime) -> None:
    """The other staff hear that this account wants to go on above an hourly limit: once for each of both and hour."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    reached = AuditEvent.objects.filter(verb="reach_limit", subject_kind="account", subject_id=account_id, reason=limit)
    if limit == hourly_limits.APPROVALS or reached.filter(at__gt=at - timedelta(hours=1)).exists():
        return
    record_of("account", account_id, "reach_limit", by=Actor.staff(account_id), at=at, reason=limit)
    content = {"account": account.get_username(), "limit": limit, "count": str(hourly_limits.most(limit))} | _link()
    for other in User.objects.filter(is_active=True, is_staff=True).exclude(pk=account_id).exclude(email=""):
        queue.owe_to("limit_reached", other.email, content=content, language=settings.LANGUAGE_CODE, at=at)


def _link() -> dict[str, str]:
    return {"url": f"{settings.SITE_URL}{reverse('admin:index')}"} if settings.ROLE != "public" else {}


@transaction.atomic
def _tell(
    kind: str, whom: Iterable[User], *, content: Callable[[datetime], dict[str, str] | None], at: datetime
) -> None:
    """Each of `whom` that has a mailbox is owed the mail called `kind`, unless it was today or there is no content."""
    _alert, is_first = Alert.objects.get_or_create(kind=kind, day=at.date())
    said = content(at) if is_first else None
    if said is None:
        return
    Alert.objects.filter(day__lt=(at - _KEPT).date()).delete()
    said |= _link()
    for account in whom:
        if account.email:
            queue.owe_to(kind, account.email, content=said, language=settings.LANGUAGE_CODE, at=at)


def _digest(at: datetime) -> dict[str, str] | None:
    """How many wait, how long the oldest has, and what is flagged; None when nothing waits."""
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
    oldest = attention.oldest_waiting()
    hours = int((at - oldest).total_seconds() // 3600) if oldest else 0
    return {name: str(count) for name, count in counts.items()} | {"hours": str(hours)}
