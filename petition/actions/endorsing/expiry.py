"""What time decides: who has not answered is reminded, then lapses; what is undecided after the closing ends, and
what staff have withdrawn is withdrawn for good."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format

from petition.actions.audit import WORKER
from petition.actions.lifecycle import locked, move
from petition.actions.mailing import queue
from petition.actions.self_service import withdrawal
from petition.actions.self_service.own_page import has_contact
from petition.models import Endorsement, Origin, Question, State
from petition.reference import retention_periods as periods


def unanswered(*, at: datetime) -> QuerySet[Endorsement]:
    """Those returned with a question that has waited too long. One of the originals waits for a moderator."""
    asked = Endorsement.objects.not_being_withdrawn().filter(state=State.RETURNED).exclude(origin=Origin.IMPORTED)
    return asked.filter(returned_at__lte=at - periods.UNANSWERED)


def undecided(*, at: datetime) -> QuerySet[Endorsement]:
    """Those that nobody has decided long after their appeal closed, the originals aside."""
    waiting = Endorsement.objects.filter(state__in=(State.CONFIRMED, State.RETURNED))
    waiting = waiting.not_being_withdrawn().exclude(origin=Origin.IMPORTED)
    return waiting.filter(appeal__closes_at__lte=at - periods.UNDECIDED_AFTER_CLOSING)


def to_remind(*, at: datetime) -> QuerySet[Question]:
    """Open questions that were asked long enough ago, whose organisation was not reminded yet."""
    waiting = Question.objects.waiting().filter(endorsement__state=State.RETURNED, reminded_at=None)
    waiting = waiting.filter(endorsement__withdrawal_due_at=None)
    return waiting.filter(asked_at__lte=at - periods.REMINDER)


def withdrawals(*, at: datetime) -> QuerySet[Endorsement]:
    """Those that staff have withdrawn, when the time to cancel it is over."""
    return Endorsement.objects.being_withdrawn().filter(withdrawal_due_at__lte=at)


def finish_withdrawal(endorsement: Endorsement, *, at: datetime) -> None:
    """The endorsement is withdrawn for good; its name has been off since it began."""
    withdrawal.end(locked(endorsement.pk), by=WORKER, at=at)


def lapse(endorsement: Endorsement, *, at: datetime) -> None:
    """The endorsement is rejected because its organisation did not answer; the contact is told."""
    _end(endorsement, reason="unanswered", at=at)


def close(endorsement: Endorsement, *, at: datetime) -> None:
    """The endorsement is rejected because the appeal is over; the contact is told."""
    _end(endorsement, reason="closed", at=at)


def _end(endorsement: Endorsement, *, reason: str, at: datetime) -> None:
    endorsement = locked(endorsement.pk)
    move(endorsement, to=State.REJECTED, by=WORKER, at=at, reason=reason)
    endorsement.save()
    queue.owe_to_contact("rejected", endorsement, content={}, at=at)


def remind(question: Question, *, at: datetime) -> None:
    """Owe a mail with a new link to the own page, this once; earlier links go on working."""
    endorsement = locked(question.endorsement_id)  # before the question is written (order of locks: lifecycle.py)
    question.reminded_at = at
    question.save(update_fields=["reminded_at"])
    if endorsement.returned_at is None or not has_contact(endorsement):
        return
    with translation.override(endorsement.language):
        until = date_format((endorsement.returned_at + periods.UNANSWERED).date(), "DATE_FORMAT")
    content = {"question": question.pk, "until": until}
    queue.owe_to_contact("question_reminder", endorsement, content=content, at=at)
