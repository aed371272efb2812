"""Record the worker's state, and set how the site accepts endorsements in an emergency."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from petition.actions.audit import Actor, record_for
from petition.models import Appeal, Endorsement, IntakeRow, Level, OutgoingMail, SiteState, WorkerFailure
from petition.security import encryption

MIN_DECISIONS: Final = 5
"""A median of fewer says nothing."""
KEY_KEPT: Final = timedelta(minutes=1)
"""How long after its last heartbeat the keys of a worker count that has stopped while another runs."""


def publish_figures(*, at: datetime) -> None:
    """Store what the public process shows or needs, but cannot read itself: the ids of our keys, and how long it takes.

    The public process refuses forms that no worker could open, and its pages say when the worker is late.
    """
    figures = {
        "review_days": _list_review_days(),
        "intake_waits_since": _find_oldest_arrival(),
        "mail_waits_since": _find_oldest_due_mail(at),
    }
    SiteState.objects.get_or_create(pk=1)
    with transaction.atomic():
        known = SiteState.objects.select_for_update().filter(pk=1).values_list("intake_keys", flat=True).get()
        keys = _list_keys_of_workers(known, at=at)
        SiteState.objects.filter(pk=1).update(intake_keys=keys, **figures)


def _list_keys_of_workers(known: dict[str, str], *, at: datetime) -> dict[str, str]:
    """Return the ids of the keys that running workers hold, each with the time of the last report of it."""
    # While a key is replaced, one worker may have the new key before another: forms are taken in for both.
    until = (at - KEY_KEPT).isoformat()
    others = {key_id: said_at for key_id, said_at in known.items() if said_at > until}
    return others | dict.fromkeys(encryption.get_key_ids()[1], at.isoformat())


def _list_review_days() -> dict[str, int]:
    """Return for each appeal, by its number, the median time of recent decisions in days; nothing for too few."""
    days = {str(number): compute_review_days(number) for number in Appeal.objects.values_list("pk", flat=True)}
    return {number: median for number, median in days.items() if median is not None}


def compute_review_days(appeal_id: int) -> int | None:
    """Return the median time of recent decisions in days, rounded up; None if there are too few."""
    waits = sorted(Endorsement.objects.latest_waits(appeal_id))
    return waits[len(waits) // 2].days + 1 if len(waits) >= MIN_DECISIONS else None


def _find_oldest_arrival() -> datetime | None:
    # Rows of keys that nobody has wait for ever, and a stolen public process can add them: no page is late for that.
    openable = IntakeRow.objects.waiting().filter(key_id__in=encryption.get_key_ids()[1])
    return openable.order_by("arrived_at").values_list("arrived_at", flat=True).first()


def _find_oldest_due_mail(at: datetime) -> datetime | None:
    mails = OutgoingMail.objects.owed().filter(due_at__lte=at).order_by("created_at")
    return mails.values_list("created_at", flat=True).first()


@transaction.atomic
def record_duty_failure(duty: str, *, error: str, at: datetime) -> None:
    """Record for /readyz that this duty of the worker failed once more, with the class of the error."""
    WorkerFailure.objects.get_or_create(duty=duty, defaults={"error": error, "failed_at": at})
    WorkerFailure.objects.filter(duty=duty).update(failures=F("failures") + 1, error=error, failed_at=at)


def clear_duty_failure(duty: str) -> None:
    """Record that this duty no longer fails."""
    WorkerFailure.objects.filter(duty=duty).delete()


@transaction.atomic
def set_level(level: Level, *, by: Actor, at: datetime) -> bool:
    """Set how the site accepts endorsements, from the next form on; return False if nothing changed."""
    SiteState.objects.get_or_create(pk=1)
    if not SiteState.objects.filter(pk=1).exclude(level=level).update(level=level):
        return False
    record_for("sitestate", None, "set_level", by=by, at=at, reason=level)
    return True
