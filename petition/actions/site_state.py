"""What the worker reports about itself, and the level that a moderator sets in an emergency."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from petition.actions.audit import Actor, record_of
from petition.models import Level, SiteState, WorkerFailure


@transaction.atomic
def duty_failed(duty: str, *, error: str, at: datetime) -> None:
    """/readyz names this duty of the worker, which has failed once more in a row, with the class of the error."""
    WorkerFailure.objects.get_or_create(duty=duty, defaults={"error": error, "failed_at": at})
    WorkerFailure.objects.filter(duty=duty).update(failures=F("failures") + 1, error=error, failed_at=at)


def duty_succeeded(duty: str) -> None:
    """It is no longer named."""
    WorkerFailure.objects.filter(duty=duty).delete()


@transaction.atomic
def set_level(level: Level, *, by: Actor, at: datetime) -> bool:
    """The site takes endorsements as `level` says, in every process from its next form on; False if it did already."""
    SiteState.objects.get_or_create(pk=1)
    if not SiteState.objects.filter(pk=1).exclude(level=level).update(level=level):
        return False
    record_of("sitestate", None, "set_level", by=by, at=at, reason=level)
    return True
