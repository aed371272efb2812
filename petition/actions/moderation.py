"""What a moderator decides. Each deed raises lifecycle.AlreadyDecided when somebody was first."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from petition.actions import correspondence, listings
from petition.actions.audit import Actor
from petition.actions.lifecycle import locked, move
from petition.models import Display, Endorsement, Kind, Signatory, State


class MailboxNotProven(Exception):
    """The endorsement was never confirmed by its mailbox, so it can't come back into the queue."""


class EndorsedAgain(Exception):
    """Its mailbox has endorsed again under this name since, and that endorsement is active: there is one at a time."""


@transaction.atomic
def approve(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """A named endorsement is listed with its number, a withheld one is sealed; the contact is told by mail."""
    endorsement = locked(endorsement_id)
    event = move(endorsement, to=State.APPROVED, by=by, at=at)
    content: dict[str, str] = {}
    if endorsement.display == Display.NAMED:
        signatory = listings.list_name(endorsement, event=event)
        content = {"line": signatory.label, "url": _permanent_url(signatory, endorsement.language)}
    else:
        listings.seal_name(endorsement)
    endorsement.save()
    correspondence.owe_to_contact("listed" if content else "counted", endorsement, content=content, at=at)
    return endorsement


@transaction.atomic
def reject(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """The endorsement is decided against; the contact is told by mail if the mailbox was proven."""
    endorsement = locked(endorsement_id)
    move(endorsement, to=State.REJECTED, by=by, at=at)
    endorsement.save()
    if endorsement.confirmed_at:
        correspondence.owe_to_contact("rejected", endorsement, content={}, at=at)
    return endorsement


@transaction.atomic
def reopen(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """A rejected endorsement is back in the queue. Raises MailboxNotProven, or EndorsedAgain."""
    endorsement = locked(endorsement_id)
    if endorsement.state == State.REJECTED and endorsement.confirmed_at is None:
        raise MailboxNotProven
    move(endorsement, to=State.CONFIRMED, by=by, at=at, only_from=State.REJECTED)
    try:
        endorsement.save()
    except IntegrityError as error:  # endorsement_one_active, which also sees a confirmation of this very moment
        raise EndorsedAgain from error
    return endorsement


@transaction.atomic
def revoke(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """An approved endorsement is unlisted and back in the queue; it keeps its number for when it is listed again."""
    endorsement = locked(endorsement_id)
    event = move(endorsement, to=State.CONFIRMED, by=by, at=at, only_from=State.APPROVED)
    listings.unlist(endorsement, event=event)
    endorsement.save()
    return endorsement


@transaction.atomic
def withdraw(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """The endorsement has ended for good: unlisted, its name sealed."""
    endorsement = locked(endorsement_id)
    event = move(endorsement, to=State.WITHDRAWN, by=by, at=at)
    listings.unlist(endorsement, event=event)
    listings.seal_name(endorsement)
    endorsement.save()
    return endorsement


@transaction.atomic
def hide(appeal_slug: str, kind: Kind, number: int, *, by: Actor, at: datetime) -> None:
    """The name at this number, one of the originals too, is gone at once. Raises Signatory.DoesNotExist."""
    signatory = Signatory.objects.get(appeal__slug=appeal_slug, kind=kind, number=number)
    endorsement_id = Endorsement.objects.values_list("pk", flat=True).get(signatory=signatory)
    listings.hide(locked(endorsement_id), by=by, at=at)


def _permanent_url(signatory: Signatory, language: str) -> str:
    with translation.override(language):
        path = reverse("signatory", args=[signatory.appeal.slug, signatory.kind, signatory.number])
    return f"{settings.SITE_URL}{path}"
