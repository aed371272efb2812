"""The list as it is delivered: frozen by its numbers, under the date of the delivery."""

from datetime import date, datetime

from django.db import transaction

from petition.actions.appeals.publication import new_revision
from petition.actions.audit import Actor, record
from petition.models import Appeal, Edition, Signatory, Status


class AlreadyFrozen(Exception):
    """There is an edition of this date; its address is taken for ever."""


class NotThatDay(Exception):
    """The list can be frozen as it is now, for today or a later day, and not as it was."""


@transaction.atomic
def freeze(slug: str, *, dated: date, addressee: str, by: Actor, at: datetime) -> Edition:
    """The list of the published appeal `slug`, as it is at `at`, stands at an address of its own for `addressee`.

    Numbers alone are kept, never a name. Raises Appeal.DoesNotExist, NotThatDay, AlreadyFrozen.
    """
    appeal = Appeal.objects.select_for_update().get(slug=slug, published_at__isnull=False)
    if dated < at.date():
        raise NotThatDay
    if Edition.objects.filter(appeal=appeal, dated=dated).exists():
        raise AlreadyFrozen
    gone = Signatory.objects.filter(appeal=appeal).exclude(status=Status.LISTED).order_by("-kind", "number")
    edition = Edition.objects.create(
        appeal=appeal,
        dated=dated,
        addressee=addressee,
        frozen_at=at,
        last_number=appeal.last_number,
        not_listed=[signatory.reference for signatory in gone.only("kind", "number")],
        withheld=appeal.withheld_total,
    )
    record("freeze", subject=appeal, by=by, at=at)
    new_revision(appeal, at=at, adds=True)
    return edition
