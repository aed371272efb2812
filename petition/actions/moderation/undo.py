"""Undo a decision within its minute. Both stay in the audit log."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import lock_endorsement, move
from petition.actions.listing import entries
from petition.actions.moderation.decision_records import undo_deadline
from petition.actions.moderation.name_changes import restore_name
from petition.actions.refusals import AlreadyDecided, EndorsedAgain, NothingToUndo, TooLateToUndo
from petition.models import AuditEvent, Correction, CorrectionState, Decision, Endorsement, OutgoingMail, State
from petition.security import encryption


@transaction.atomic
def undo_decision(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Bring back state and listing as before the last decision, and drop its mail. A number once assigned is kept.

    Raises NothingToUndo, TooLateToUndo, EndorsedAgain, CannotDecrypt, or AlreadyDecided when something else was done
    since.
    """
    endorsement = lock_endorsement(endorsement_id)
    decision = Decision.objects.filter(endorsement=endorsement).first()
    if decision is None:
        raise NothingToUndo
    if decision.explained_by != endorsement.explained_by:
        raise AlreadyDecided(AuditEvent.objects.get(pk=endorsement.explained_by), State(endorsement.state))
    if at >= undo_deadline(decision.decided_at) or not _is_mail_unsent(decision):
        raise TooLateToUndo
    _UNDO_BY_VERB[decision.verb](endorsement, decision, by=by, at=at)
    decision.delete()
    return endorsement


def _is_mail_unsent(decision: Decision) -> bool:
    """Return whether no worker has begun to send its mail."""
    # Nothing recalls the mail: pre_send_checks.py drops it, since another decision follows the one that it reports.
    mails = OutgoingMail.objects.select_for_update().filter(pk__in=[decision.mail_id])
    return not any(mail.attempts for mail in mails)


def _undo_move(endorsement: Endorsement, decision: Decision, *, by: Actor, at: datetime) -> None:
    event = move(endorsement, to=State(decision.before), by=by, at=at, verb="undo", reason=decision.verb)
    entries.unlist_endorsement(endorsement, event=event)
    question = endorsement.questions.waiting().first()
    if question and endorsement.state == State.RETURNED:
        endorsement.returned_at = question.asked_at
    elif question and decision.verb == "return":
        question.delete()
    try:
        endorsement.save()
    except IntegrityError as error:  # its mailbox has sent the form again since, and only one may be active
        raise EndorsedAgain from error


def _undo_hiding(endorsement: Endorsement, decision: Decision, *, by: Actor, at: datetime) -> None:
    snapshot = entries.EntrySnapshot.from_json(encryption.decrypt_column(decision, "sealed_before"))
    event = record("undo", subject=endorsement, by=by, at=at, reason=decision.verb)
    entries.show_name_as_before(endorsement, snapshot, event=event)


def _undo_correction(endorsement: Endorsement, decision: Decision, *, by: Actor, at: datetime) -> None:
    was = encryption.decrypt_column(decision, "sealed_before")
    if endorsement.corrections.waiting().exists():
        raise Correction.DoesNotExist
    event = record("undo", subject=endorsement, by=by, at=at, reason=decision.verb)
    if decision.verb == "correct":
        restore_name(endorsement, was["line"], event=event)
    correction = Correction.objects.get(pk=was["correction"])
    correction.state, correction.decided_at = CorrectionState.PROPOSED, None
    encryption.encrypt_column(correction, "sealed_proposal", was["proposal"])
    correction.save()


_UNDO_BY_VERB: dict[str, Callable[..., None]] = {
    "approve": _undo_move,
    "reject": _undo_move,
    "return": _undo_move,
    "hide": _undo_hiding,
    "correct": _undo_correction,
    "refuse_correction": _undo_correction,
}
