"""A decision is taken back within its minute; both stay on record."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor, record
from petition.actions.lifecycle import AlreadyDecided, locked, move
from petition.actions.listing import entries
from petition.actions.moderation.decision_records import until
from petition.actions.moderation.decisions import EndorsedAgain
from petition.models import AuditEvent, Correction, CorrectionState, Decision, Endorsement, OutgoingMail, State
from petition.security import encryption
from petition.text.names import folded


class NothingToUndo(Exception):
    """No decision is there that could be taken back."""


class TooLate(Exception):
    """The minute is over, or the mail has left."""


@transaction.atomic
def undo(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """State and listing are as before the last decision, and its mail does not leave. A number once given is kept.

    Raises NothingToUndo, TooLate, EndorsedAgain, CannotOpen, or AlreadyDecided when something else was done since.
    """
    endorsement = locked(endorsement_id)
    decision = Decision.objects.filter(endorsement=endorsement).first()
    if decision is None:
        raise NothingToUndo
    if decision.explained_by != endorsement.explained_by:
        raise AlreadyDecided(AuditEvent.objects.get(pk=endorsement.explained_by), State(endorsement.state))
    if at >= until(decision.decided_at) or not _mail_waits(decision):
        raise TooLate
    _TAKEN_BACK[decision.verb](endorsement, decision, by=by, at=at)
    decision.delete()
    return endorsement


def _mail_waits(decision: Decision) -> bool:
    """Whether no worker has begun with its mail, which is then dropped when it is about to leave (mail_claims.py)."""
    mails = OutgoingMail.objects.select_for_update().filter(pk__in=[decision.mail_id])
    return not any(mail.attempts for mail in mails)


def _state(endorsement: Endorsement, decision: Decision, *, by: Actor, at: datetime) -> None:
    event = move(endorsement, to=State(decision.before), by=by, at=at, verb="undo", reason=decision.verb)
    entries.unlist(endorsement, event=event)
    question = endorsement.questions.waiting().first()
    if question and endorsement.state == State.RETURNED:
        endorsement.returned_at = question.asked_at
    elif question and decision.verb == "return":
        question.delete()
    try:
        endorsement.save()
    except IntegrityError as error:  # its mailbox has sent the form again, and one of two is enough
        raise EndorsedAgain from error


def _name(endorsement: Endorsement, decision: Decision, *, by: Actor, at: datetime) -> None:
    beside = entries.Beside.from_told(encryption.opened(decision.sealed_before))
    event = record("undo", subject=endorsement, by=by, at=at, reason=decision.verb)
    entries.show_as_before(endorsement, beside, event=event)


def _correction(endorsement: Endorsement, decision: Decision, *, by: Actor, at: datetime) -> None:
    was = encryption.opened(decision.sealed_before)
    if endorsement.corrections.waiting().exists():
        raise Correction.DoesNotExist
    event = record("undo", subject=endorsement, by=by, at=at, reason=decision.verb)
    if decision.verb == "correct":
        entries.correct(endorsement, was["line"], event=event)
        endorsement.name_index = encryption.index_of("name", folded(was["line"]["organisation_name"]))
        endorsement.save()
        endorsement.spellings.order_by("-pk")[:1].get().delete()
    correction = Correction.objects.get(pk=was["correction"])
    correction.state, correction.decided_at = CorrectionState.PROPOSED, None
    correction.sealed_proposal = encryption.seal(was["proposal"])
    correction.save()


_TAKEN_BACK: dict[str, Callable[..., None]] = {
    "approve": _state,
    "reject": _state,
    "return": _state,
    "hide": _name,
    "correct": _correction,
    "refuse_correction": _correction,
}
