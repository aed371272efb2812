"""Set from when to when an appeal accepts endorsements."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.actions.refusals import StatementRefused
from petition.models import Appeal


@dataclass(frozen=True)
class Opening:
    """From when to when an appeal accepts endorsements; None is open on that side.

    `time_zone` is the zone (IANA) in which both are shown, `closes_for` to whom the list is delivered then, or ''.
    """

    opens_at: datetime | None
    closes_at: datetime | None
    time_zone: str = "UTC"
    closes_for: str = ""


@transaction.atomic
def set_opening(slug: str, opening: Opening, *, by: Actor, at: datetime) -> None:
    """Set when the appeal accepts endorsements. Raises StatementRefused."""
    if opening.opens_at and opening.closes_at and opening.opens_at >= opening.closes_at:
        raise StatementRefused("The opening must be before the closing.")
    appeal = Appeal.objects.select_for_update().get(slug=slug)
    fields = asdict(opening)
    if all(getattr(appeal, name) == value for name, value in fields.items()):
        return
    for name, value in fields.items():
        setattr(appeal, name, value)
    appeal.save(update_fields=list(fields))
    record("set_opening", subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at)
