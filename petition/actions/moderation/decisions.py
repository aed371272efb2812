"""What a moderator decides about an endorsement. Each function raises AlreadyDecided where somebody else was first."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from petition.actions import stale_forms
from petition.actions.audit import Actor, record
from petition.actions.lifecycle import (
    lock_endorsement,
    move,
    refuse_if_being_withdrawn,
    refuse_if_decided,
    schedule_withdrawal,
)
from petition.actions.listing import entries
from petition.actions.mailing import decision_mails, queue
from petition.actions.moderation import decision_records, note_encryption
from petition.actions.refusals import AlreadyDecided, EndorsedAgain, MailboxNotConfirmed, NotPossible
from petition.actions.self_service import private_links
from petition.models import AuditEvent, Display, Endorsement, Kind, Origin, Question, Signatory, State, Status
from petition.models.choices import ACTIVE
from petition.security import encryption

WITHDRAWAL_DELAY = timedelta(hours=24)  # in which a colleague can cancel what a stolen staff session has done


@transaction.atomic
def approve(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """List a named endorsement under its number, or encrypt the name of a withheld one, and queue the mail about it."""
    endorsement = lock_endorsement(endorsement_id)
    before = endorsement.state
    event = move(endorsement, to=State.APPROVED, by=by, at=at)
    kind, number = "", 0
    if endorsement.display == Display.NAMED:
        signatory = entries.list_endorsement(endorsement, event=event)
        kind, number = signatory.kind, signatory.number
    endorsement.save()
    spec = decision_mails.build_approval_mail(endorsement, kind=kind, number=number)
    due = decision_records.undo_deadline(at)
    mail = queue.queue_mail_to_contact(spec.message, endorsement, content=spec.content, at=at, due=due)
    decision_records.remember(endorsement, "approve", before=before, by=by, at=at, mail=mail)
    return endorsement


@transaction.atomic
def reject(
    endorsement_id: int, *, by: Actor, at: datetime, reason: str = decision_mails.OTHER_REASON, note: str = ""
) -> Endorsement:
    """Reject the endorsement for the reason with this code, and add `note` to its internal note.

    A mail is queued if the mailbox is confirmed and the reason sends one. Raises UnknownReason, or CannotDecrypt where
    there is an earlier note that cannot be read.
    """
    endorsement = lock_endorsement(endorsement_id)
    spec = decision_mails.build_rejection_mail(reason, endorsement.language)
    before = endorsement.state
    move(endorsement, to=State.REJECTED, by=by, at=at, reason=reason)
    if note:
        note_encryption.append_to_note(endorsement, note)
    endorsement.save()
    mail = None
    if endorsement.confirmed_at and spec:  # a mailbox that was never confirmed may be a stranger's
        due = decision_records.undo_deadline(at)
        mail = queue.queue_mail_to_contact(spec.message, endorsement, content=spec.content, at=at, due=due)
    decision_records.remember(endorsement, "reject", before=before, by=by, at=at, mail=mail)
    return endorsement


@transaction.atomic
def reopen(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Put a rejected endorsement back into the queue. Raises MailboxNotConfirmed, EndorsedAgain, CannotDecrypt."""
    endorsement = lock_endorsement(endorsement_id)
    if endorsement.state == State.REJECTED and endorsement.confirmed_at is None:
        raise MailboxNotConfirmed
    move(endorsement, to=State.CONFIRMED, by=by, at=at, only_from=State.REJECTED)
    if not endorsement.has_clear_name and endorsement.display == Display.NAMED:
        entries.fill_clear_name(endorsement)  # retention empties it 30 days after a rejection
    try:
        endorsement.save()
    except IntegrityError as error:  # endorsement_one_active, which also sees a confirmation of this very moment
        raise EndorsedAgain from error
    return endorsement


@transaction.atomic
def revoke(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Unlist an approved endorsement and put it back into the queue; it keeps its number for later."""
    endorsement = lock_endorsement(endorsement_id)
    event = move(endorsement, to=State.CONFIRMED, by=by, at=at, only_from=State.APPROVED)
    entries.unlist_endorsement(endorsement, event=event)
    endorsement.save()
    return endorsement


@transaction.atomic
def withdraw(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Unlist the endorsement and encrypt its name at once; after WITHDRAWAL_DELAY the worker withdraws it for good.

    Until then its state stays, nothing else can be decided, any moderator can cancel, and the organisation can still
    withdraw at once (self_service/withdrawal.py). Raises AlreadyDecided, BeingWithdrawn, and NotPossible for one of
    the originals, whose name is hidden instead.
    """
    endorsement = lock_endorsement(endorsement_id)
    if endorsement.origin == Origin.IMPORTED:
        raise NotPossible
    refuse_if_decided(endorsement, to=State.WITHDRAWN)
    refuse_if_being_withdrawn(endorsement)
    snapshot = _snapshot_entry(endorsement)
    event = record("start_withdrawal", subject=endorsement, by=by, at=at)
    entries.unlist_endorsement(endorsement, event=event)
    entries.empty_clear_name(endorsement)
    schedule_withdrawal(endorsement, at + WITHDRAWAL_DELAY, event=event)
    if snapshot:
        encryption.encrypt_column(endorsement, "sealed_listing", snapshot.to_json())
    endorsement.save()
    decision_records.forget(endorsement)
    queue.queue_mail_to_contact("changed", endorsement, at=at)
    return endorsement


@transaction.atomic
def cancel_withdrawal(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Bring back an endorsement that staff are withdrawing. Raises NotPossible (they are not), CannotDecrypt."""
    endorsement = lock_endorsement(endorsement_id)
    due = endorsement.withdrawal_due_at
    if due is None or due <= at:
        raise NotPossible
    event = record("cancel_withdrawal", subject=endorsement, by=by, at=at)
    if endorsement.display == Display.NAMED:  # else the organisation has asked meanwhile not to be named
        entries.fill_clear_name(endorsement)
        if endorsement.sealed_listing:
            snapshot = entries.EntrySnapshot.from_json(encryption.decrypt_column(endorsement, "sealed_listing"))
            entries.relist_as_before(endorsement, snapshot, event=event)
    schedule_withdrawal(endorsement, None, event=event)
    endorsement.save()
    queue.queue_mail_to_contact("changed", endorsement, at=at)
    return endorsement


@transaction.atomic
def ask_question(endorsement_id: int, text: str, *, by: Actor, at: datetime) -> Endorsement:
    """Return the endorsement with a question, and queue a mail with a link to the page where it can be answered."""
    endorsement = lock_endorsement(endorsement_id)
    before = endorsement.state
    move(endorsement, to=State.RETURNED, by=by, at=at, only_from=State.CONFIRMED)
    endorsement.save()
    endorsement.questions.waiting().delete()  # one that was never answered, from before a rejection
    question = Question.objects.create(endorsement=endorsement, body=text, asked_at=at)
    content, due = {"question": question.pk}, decision_records.undo_deadline(at)
    mail = queue.queue_mail_to_contact("question", endorsement, content=content, at=at, due=due)
    decision_records.remember(endorsement, "return", before=before, by=by, at=at, mail=mail)
    return endorsement


@transaction.atomic
def hide(appeal_slug: str, kind: Kind, number: int, *, by: Actor, at: datetime) -> None:
    """Hide the name at this number, one of the originals too, at once. Raises Signatory.DoesNotExist."""
    endorsement = _lock_by_entry(appeal_slug, kind, number)
    snapshot = _snapshot_entry(endorsement)
    entries.hide_name(endorsement, by=by, at=at)
    if snapshot:
        decision_records.remember(endorsement, "hide", before=endorsement.state, by=by, at=at, was=snapshot.to_json())


@transaction.atomic
def show(appeal_slug: str, kind: Kind, number: int, *, by: Actor, at: datetime) -> None:
    """Show a hidden name again. Raises Signatory.DoesNotExist, MailboxNotConfirmed, CannotDecrypt.

    For one of the originals the moderator checks who asks; any other is shown only after its mailbox agreed.
    """
    endorsement = _lock_by_entry(appeal_slug, kind, number)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        return
    show_as_requested(endorsement.pk, by=by, at=at)


@transaction.atomic
def show_as_requested(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Name a withheld endorsement, as its mailbox asked. Raises AlreadyDecided, MailboxNotConfirmed, CannotDecrypt."""
    endorsement = lock_endorsement(endorsement_id)
    refuse_if_being_withdrawn(endorsement)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        raise AlreadyDecided(AuditEvent.objects.get(pk=endorsement.explained_by), State(endorsement.state))
    if endorsement.origin != Origin.IMPORTED and endorsement.name_again_at is None:
        raise MailboxNotConfirmed
    event = record("show", subject=endorsement, by=by, at=at)
    entries.show_name(endorsement, event=event)
    return endorsement


@transaction.atomic
def issue_private_link(endorsement_id: int, *, by: Actor, at: datetime) -> str:
    """Return a new URL of the organisation's own page, and end the earlier ones. The moderator has checked who asks.

    Raises NotPossible where the mailbox was never confirmed or the endorsement has ended.
    """
    endorsement = lock_endorsement(endorsement_id)
    if endorsement.state not in ACTIVE:
        raise NotPossible
    record("issue_link", subject=endorsement, by=by, at=at)
    return private_links.build_url(
        "own_page", private_links.create_own_page_link(endorsement, replace=True), endorsement.language
    )


@transaction.atomic
def set_public_note(
    appeal_slug: str, kind: Kind, number: int, text: str, *, seen: int | None = None, by: Actor, at: datetime
) -> None:
    """Publish a dated note with the listed entry; '' takes it away.

    Raises Signatory.DoesNotExist, NotPossible when the entry is no longer listed, or ChangedMeanwhile where another
    note was published after the event `seen`.
    """
    endorsement = _lock_by_entry(appeal_slug, kind, number)
    if endorsement.signatory is None or endorsement.signatory.status != Status.LISTED:
        raise NotPossible
    stale_forms.refuse_if_changed(endorsement, stale_forms.PUBLIC_NOTE, seen=seen)
    if endorsement.signatory.note == text:
        return
    event = record("note", subject=endorsement, by=by, at=at)
    entries.set_note(endorsement, text, event=event)


def _lock_by_entry(appeal_slug: str, kind: Kind, number: int) -> Endorsement:
    """Return the endorsement of a public entry, locked. Raises Signatory.DoesNotExist."""
    signatory = Signatory.objects.get(appeal__slug=appeal_slug, kind=kind, number=number)
    return lock_endorsement(Endorsement.objects.values_list("pk", flat=True).get(signatory=signatory))


def _snapshot_entry(endorsement: Endorsement) -> entries.EntrySnapshot | None:
    """Return what brings the entry back as it is, or None where it is not listed."""
    signatory = endorsement.signatory
    return entries.EntrySnapshot.of(signatory) if signatory and signatory.status == Status.LISTED else None
