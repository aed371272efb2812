"""What the worker reports about itself."""

from datetime import datetime

from petition.models import SiteState


def worker_lives(*, at: datetime) -> None:
    """/readyz sees that the worker was at work at `at`."""
    SiteState.objects.update_or_create(pk=1, defaults={"worker_seen_at": at})
