"""What a moderator decides. Each deed raises lifecycle.AlreadyDecided when somebody was first."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from petition.actions import correspondence, leaving, links, listings
from petition.actions.audit import Actor, record
from petition.actions.lifecycle import AlreadyDecided, locked, move
from petition.models import AuditEvent, Display, Endorsement, Kind, Origin, Question, Signatory, State, Status
from petition.models.endorsements import ACTIVE


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
    """A rejected endorsement is back in the queue. Raises MailboxNotProven, EndorsedAgain, CannotOpen.

    Where its name was sealed since, it is readable again: retention seals what was rejected 30 days ago.
    """
    endorsement = locked(endorsement_id)
    if endorsement.state == State.REJECTED and endorsement.confirmed_at is None:
        raise MailboxNotProven
    move(endorsement, to=State.CONFIRMED, by=by, at=at, only_from=State.REJECTED)
    if endorsement.sealed_name and endorsement.display == Display.NAMED:
        listings.open_name(endorsement)
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
    """The endorsement has ended for good, as its organisation asked: unlisted, its name sealed."""
    endorsement = locked(endorsement_id)
    leaving.end(endorsement, by=by, at=at)
    return endorsement


@transaction.atomic
def ask(endorsement_id: int, words: str, *, by: Actor, at: datetime) -> Endorsement:
    """The endorsement is returned with a question; a mail with a link to the own page, where it stands, is owed."""
    endorsement = locked(endorsement_id)
    move(endorsement, to=State.RETURNED, by=by, at=at)
    endorsement.save()
    endorsement.questions.waiting().delete()  # one that was never answered, from before a rejection
    Question.objects.create(endorsement=endorsement, body=words, asked_at=at)
    url = links.address("own_page", links.new_own_page(endorsement), endorsement.language)
    correspondence.owe_to_contact("question", endorsement, content={"url": url}, at=at)
    return endorsement


@transaction.atomic
def hide(appeal_slug: str, kind: Kind, number: int, *, by: Actor, at: datetime) -> None:
    """The name at this number, one of the originals too, is gone at once. Raises Signatory.DoesNotExist."""
    listings.hide(_behind_line(appeal_slug, kind, number), by=by, at=at)


@transaction.atomic
def show(appeal_slug: str, kind: Kind, number: int, *, by: Actor, at: datetime) -> None:
    """A hidden name stands on its line again. Raises Signatory.DoesNotExist, MailboxNotProven, CannotOpen.

    One of the originals after the moderator checked who asks; any other only after its mailbox agreed.
    """
    endorsement = _behind_line(appeal_slug, kind, number)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        return
    name_again(endorsement.pk, by=by, at=at)


@transaction.atomic
def name_again(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """A withheld endorsement is named, as its mailbox asked. Raises AlreadyDecided, MailboxNotProven, CannotOpen."""
    endorsement = locked(endorsement_id)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        raise AlreadyDecided(AuditEvent.objects.get(pk=endorsement.explained_by), State(endorsement.state))
    if endorsement.origin != Origin.IMPORTED and endorsement.name_again_at is None:
        raise MailboxNotProven
    event = record("show", subject=endorsement, by=by, at=at)
    listings.show(endorsement, event=event)
    return endorsement


@transaction.atomic
def issue_own_page(endorsement_id: int, *, by: Actor, at: datetime) -> str:
    """The address of its own page, for the moderator to hand over after checking who asks; earlier ones are dead.

    Raises NotPossible where no mailbox was proven, or nothing is left to be in charge of.
    """
    endorsement = locked(endorsement_id)
    if endorsement.state not in ACTIVE:
        raise leaving.NotPossible
    record("issue_link", subject=endorsement, by=by, at=at)
    return links.address("own_page", links.new_own_page(endorsement, replace=True), endorsement.language)


@transaction.atomic
def note(appeal_slug: str, kind: Kind, number: int, words: str, *, by: Actor, at: datetime) -> None:
    """`words`, dated, stand beside the listed line; '' takes a note away.

    Raises Signatory.DoesNotExist, or NotPossible when the line is no longer listed.
    """
    endorsement = _behind_line(appeal_slug, kind, number)
    if endorsement.signatory is None or endorsement.signatory.status != Status.LISTED:
        raise leaving.NotPossible
    event = record("note", subject=endorsement, by=by, at=at)
    listings.annotate(endorsement, words, event=event)


def _behind_line(appeal_slug: str, kind: Kind, number: int) -> Endorsement:
    """The endorsement behind a public line, locked. Raises Signatory.DoesNotExist."""
    signatory = Signatory.objects.get(appeal__slug=appeal_slug, kind=kind, number=number)
    return locked(Endorsement.objects.values_list("pk", flat=True).get(signatory=signatory))


def _permanent_url(signatory: Signatory, language: str) -> str:
    with translation.override(language):
        path = reverse("signatory", args=[signatory.appeal.slug, signatory.kind, signatory.number])
    return f"{settings.SITE_URL}{path}"
