"""What a moderator decides. Each deed raises lifecycle.AlreadyDecided when somebody was first."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import (
    AlreadyDecided,
    locked,
    move,
    plan_withdrawal,
    refuse_if_being_withdrawn,
    refuse_if_decided,
)
from petition.actions.listing import entries
from petition.actions.moderation import decision_mails, decision_records, notes
from petition.actions.moderation.spelling import ChangedMeanwhile
from petition.actions.self_service import private_links, withdrawal
from petition.models import AuditEvent, Display, Endorsement, Kind, Origin, Question, Signatory, State, Status
from petition.models.endorsements import ACTIVE
from petition.security import encryption

WITHDRAWAL_WAITS = timedelta(hours=24)


class MailboxNotProven(Exception):
    """The endorsement was never confirmed by its mailbox, so it can't come back into the queue."""


class EndorsedAgain(Exception):
    """Its mailbox has endorsed again under this name since, and that endorsement is active: there is one at a time."""


@transaction.atomic
def approve(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """A named endorsement is listed with its number, a withheld one is sealed; the contact is told by mail."""
    endorsement = locked(endorsement_id)
    before = endorsement.state
    event = move(endorsement, to=State.APPROVED, by=by, at=at)
    kind, number = "", 0
    if endorsement.display == Display.NAMED:
        signatory = entries.list_name(endorsement, event=event)
        kind, number = signatory.kind, signatory.number
    else:
        entries.seal_name(endorsement)
    endorsement.save()
    told = decision_mails.of_approval(endorsement, kind=kind, number=number)
    mail = decision_records.owe_later(told.message, endorsement, content=told.content, at=at)
    decision_records.remember(endorsement, "approve", before=before, by=by, at=at, mail=mail)
    return endorsement


@transaction.atomic
def reject(
    endorsement_id: int, *, by: Actor, at: datetime, reason: str = decision_mails.OTHER, note: str = ""
) -> Endorsement:
    """The endorsement is decided against, for the reason with this code, and moderators read `note` below others.

    The contact is told by mail if the mailbox was proven and the reason sends one. Raises UnknownReason, or CannotOpen
    where the note would be the second and the first cannot be read.
    """
    endorsement = locked(endorsement_id)
    told = decision_mails.of_rejection(reason, endorsement.language)
    before = endorsement.state
    move(endorsement, to=State.REJECTED, by=by, at=at, reason=reason)
    if note:
        notes.add(endorsement, note)
    endorsement.save()
    mail = None
    if endorsement.confirmed_at and told:
        mail = decision_records.owe_later(told.message, endorsement, content=told.content, at=at)
    decision_records.remember(endorsement, "reject", before=before, by=by, at=at, mail=mail)
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
        entries.open_name(endorsement)
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
    entries.unlist(endorsement, event=event)
    endorsement.save()
    return endorsement


@transaction.atomic
def withdraw(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """The name is off the list and sealed at once; after WITHDRAWAL_WAITS the worker withdraws it for good.

    Until then any moderator can cancel it, and the organisation can withdraw at once (leaving.withdraw). The state is
    what it was, and nothing else is decided. Raises AlreadyDecided, BeingWithdrawn, and NotPossible for one of the
    originals: its name is hidden, and can be shown again.
    """
    endorsement = locked(endorsement_id)
    if endorsement.origin == Origin.IMPORTED:
        raise withdrawal.NotPossible
    refuse_if_decided(endorsement, to=State.WITHDRAWN)
    refuse_if_being_withdrawn(endorsement)
    line = endorsement.signatory
    beside = entries.Beside.of(line) if line and line.status == Status.LISTED else None
    event = record("start_withdrawal", subject=endorsement, by=by, at=at)
    entries.unlist(endorsement, event=event)
    entries.seal_name(endorsement)
    listing = encryption.seal(beside.told()) if beside else ""
    plan_withdrawal(endorsement, at + WITHDRAWAL_WAITS, event=event, listing=listing)
    endorsement.save()
    decision_records.forget(endorsement)
    withdrawal.tell_of_change(endorsement, at=at)
    return endorsement


@transaction.atomic
def cancel_withdrawal(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """An endorsement that staff have withdrawn is as it was, unless its organisation has decided otherwise since.

    Where it asked not to be named, its name does not come back. Raises NotPossible where it is not being withdrawn, or
    no longer, and CannotOpen.
    """
    endorsement = locked(endorsement_id)
    due = endorsement.withdrawal_due_at
    if due is None or due <= at:
        raise withdrawal.NotPossible
    event = record("cancel_withdrawal", subject=endorsement, by=by, at=at)
    if endorsement.display == Display.NAMED:
        entries.open_name(endorsement)
        if endorsement.sealed_listing:
            beside = entries.Beside.from_told(encryption.opened(endorsement.sealed_listing))
            entries.relist(endorsement, beside, event=event)
    plan_withdrawal(endorsement, None, event=event)
    endorsement.save()
    withdrawal.tell_of_change(endorsement, at=at)
    return endorsement


@transaction.atomic
def ask(endorsement_id: int, words: str, *, by: Actor, at: datetime) -> Endorsement:
    """The endorsement is returned with a question; a mail with a link to the own page, where it stands, is owed."""
    endorsement = locked(endorsement_id)
    before = endorsement.state
    move(endorsement, to=State.RETURNED, by=by, at=at, only_from=State.CONFIRMED)
    endorsement.save()
    endorsement.questions.waiting().delete()  # one that was never answered, from before a rejection
    question = Question.objects.create(endorsement=endorsement, body=words, asked_at=at)
    mail = decision_records.owe_later("question", endorsement, content={"question": question.pk}, at=at)
    decision_records.remember(endorsement, "return", before=before, by=by, at=at, mail=mail)
    return endorsement


@transaction.atomic
def hide(appeal_slug: str, kind: Kind, number: int, *, by: Actor, at: datetime) -> None:
    """The name at this number, one of the originals too, is gone at once. Raises Signatory.DoesNotExist."""
    endorsement = _behind_line(appeal_slug, kind, number)
    line = endorsement.signatory
    beside = entries.Beside.of(line) if line and line.status == Status.LISTED else None
    entries.hide(endorsement, by=by, at=at)
    if beside:
        decision_records.remember(endorsement, "hide", before=endorsement.state, by=by, at=at, was=beside.told())


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
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        raise AlreadyDecided(AuditEvent.objects.get(pk=endorsement.explained_by), State(endorsement.state))
    if endorsement.origin != Origin.IMPORTED and endorsement.name_again_at is None:
        raise MailboxNotProven
    event = record("show", subject=endorsement, by=by, at=at)
    entries.show(endorsement, event=event)
    return endorsement


@transaction.atomic
def issue_own_page(endorsement_id: int, *, by: Actor, at: datetime) -> str:
    """The address of its own page, for the moderator to hand over after checking who asks; earlier ones are dead.

    Raises NotPossible where no mailbox was proven, or nothing is left to be in charge of.
    """
    endorsement = locked(endorsement_id)
    if endorsement.state not in ACTIVE:
        raise withdrawal.NotPossible
    record("issue_link", subject=endorsement, by=by, at=at)
    return private_links.address(
        "own_page", private_links.new_own_page(endorsement, replace=True), endorsement.language
    )


@transaction.atomic
def note(
    appeal_slug: str, kind: Kind, number: int, words: str, *, seen: str | None = None, by: Actor, at: datetime
) -> None:
    """`words`, dated, stand beside the listed line; '' takes a note away.

    Raises Signatory.DoesNotExist, NotPossible when the line is no longer listed, or ChangedMeanwhile where another
    note stands there than the one `seen`.
    """
    endorsement = _behind_line(appeal_slug, kind, number)
    if endorsement.signatory is None or endorsement.signatory.status != Status.LISTED:
        raise withdrawal.NotPossible
    if seen not in (None, endorsement.signatory.note):
        raise ChangedMeanwhile
    event = record("note", subject=endorsement, by=by, at=at)
    entries.annotate(endorsement, words, event=event)


def _behind_line(appeal_slug: str, kind: Kind, number: int) -> Endorsement:
    """The endorsement behind a public line, locked. Raises Signatory.DoesNotExist."""
    signatory = Signatory.objects.get(appeal__slug=appeal_slug, kind=kind, number=number)
    return locked(Endorsement.objects.values_list("pk", flat=True).get(signatory=signatory))
