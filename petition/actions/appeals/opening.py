"""Set from when to when an appeal accepts endorsements."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.actions.refusals import StatementRefused
from petition.models import Appeal


@transaction.atomic
def set_opening(slug: str, opens_at: datetime | None, closes_at: datetime | None, *, by: Actor, at: datetime) -> None:
    """Accept endorsements from `opens_at` to `closes_at`; None is open on that side. Raises StatementRefused."""
    if opens_at and closes_at and opens_at >= closes_at:
        raise StatementRefused("The opening must be before the closing.")
    appeal = Appeal.objects.select_for_update().get(slug=slug)
    if (appeal.opens_at, appeal.closes_at) == (opens_at, closes_at):
        return
    appeal.opens_at, appeal.closes_at = opens_at, closes_at
    appeal.save(update_fields=["opens_at", "closes_at"])
    record("set_opening", subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at)
