"""Freeze the list as it is delivered to an addressee."""

from datetime import date, datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.listing.revision import bump_revision
from petition.actions.refusals import DateInThePast, EditionExists
from petition.models import Appeal, Edition, Signatory, Status


@transaction.atomic
def freeze(slug: str, *, dated: date, addressee: str, by: Actor, at: datetime) -> Edition:
    """Create the edition of a published appeal under the date `dated`, for `addressee`.

    It stores only numbers, never a name. Raises Appeal.DoesNotExist, DateInThePast, EditionExists.
    """
    appeal = Appeal.objects.published().select_for_update().get(slug=slug)
    if dated < at.date():
        raise DateInThePast
    if Edition.objects.filter(appeal=appeal, dated=dated).exists():
        raise EditionExists
    unlisted = Signatory.objects.filter(appeal=appeal).exclude(status=Status.LISTED).order_by("-kind", "number")
    edition = Edition.objects.create(
        appeal=appeal,
        dated=dated,
        addressee=addressee,
        frozen_at=at,
        last_number=appeal.last_number,
        not_listed=[signatory.reference for signatory in unlisted.only("kind", "number")],
        withheld=appeal.withheld_total,
    )
    record("freeze", subject=appeal, by=by, at=at)
    bump_revision(appeal, at=at, adds=True)
    return edition
