"""What the worker reports about itself, and the level that a moderator sets in an emergency."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record_of
from petition.models import Level, SiteState


def worker_lives(*, at: datetime) -> None:
    """/readyz sees that the worker was at work at `at`."""
    SiteState.objects.update_or_create(pk=1, defaults={"worker_seen_at": at})


@transaction.atomic
def set_level(level: Level, *, by: Actor, at: datetime) -> bool:
    """The site takes endorsements as `level` says, in every process from its next form on; False if it did already."""
    SiteState.objects.get_or_create(pk=1)
    if not SiteState.objects.filter(pk=1).exclude(level=level).update(level=level):
        return False
    record_of("sitestate", None, "set_level", by=by, at=at, reason=level)
    return True
