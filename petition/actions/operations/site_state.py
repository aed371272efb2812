"""Record the worker's state, and set how the site accepts endorsements in an emergency."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from petition.actions.audit import Actor, record_for
from petition.models import Level, SiteState, WorkerFailure


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
