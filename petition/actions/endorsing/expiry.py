"""What the worker does when time has passed: remind, reject what was not answered or decided, finish withdrawals."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format

from petition.actions.audit import WORKER
from petition.actions.lifecycle import lock_endorsement, move
from petition.actions.mailing import queue
from petition.actions.self_service import withdrawal
from petition.models import Endorsement, Origin, Question, State
from petition.reference import retention_periods as periods


def find_unanswered(*, at: datetime) -> QuerySet[Endorsement]:
    """Return those whose question was not answered in time. Originals wait for a moderator instead."""
    asked = Endorsement.objects.not_being_withdrawn().filter(state=State.RETURNED).exclude(origin=Origin.IMPORTED)
    return asked.filter(returned_at__lte=at - periods.UNANSWERED)


def find_undecided(*, at: datetime) -> QuerySet[Endorsement]:
    """Return those that are still undecided long after their appeal has closed, except originals."""
    waiting = Endorsement.objects.filter(state__in=(State.CONFIRMED, State.RETURNED))
    waiting = waiting.not_being_withdrawn().exclude(origin=Origin.IMPORTED)
    return waiting.filter(appeal__closes_at__lte=at - periods.UNDECIDED_AFTER_CLOSING)


def find_questions_to_remind(*, at: datetime) -> QuerySet[Question]:
    """Return questions that have waited long enough for a reminder and had none."""
    waiting = Question.objects.waiting().filter(endorsement__state=State.RETURNED, reminded_at=None)
    waiting = waiting.filter(endorsement__withdrawal_due_at=None)
    return waiting.filter(asked_at__lte=at - periods.REMINDER)


def find_due_withdrawals(*, at: datetime) -> QuerySet[Endorsement]:
    """Return those withdrawn by staff whose time for cancelling is over."""
    return Endorsement.objects.being_withdrawn().filter(withdrawal_due_at__lte=at)


def finish_withdrawal(endorsement: Endorsement, *, at: datetime) -> None:
    """Make a withdrawal by staff final. The name was removed when it began."""
    withdrawal.end_endorsement(lock_endorsement(endorsement.pk), by=WORKER, at=at)


def expire_unanswered(endorsement: Endorsement, *, at: datetime) -> None:
    """Reject the endorsement because its organisation did not answer, and tell the contact."""
    _reject(endorsement, reason="unanswered", at=at)


def expire_undecided(endorsement: Endorsement, *, at: datetime) -> None:
    """Reject the endorsement because the appeal has closed, and tell the contact."""
    _reject(endorsement, reason="closed", at=at)


def _reject(endorsement: Endorsement, *, reason: str, at: datetime) -> None:
    endorsement = lock_endorsement(endorsement.pk)
    move(endorsement, to=State.REJECTED, by=WORKER, at=at, reason=reason)
    endorsement.save()
    queue.queue_mail_to_contact("rejected", endorsement, content={}, at=at)


def queue_reminder(question: Question, *, at: datetime) -> None:
    """Queue one reminder with a new link to the own page; earlier links stay valid."""
    endorsement = lock_endorsement(
        question.endorsement_id
    )  # before the question is saved: order of locks, see lifecycle.py
    question.reminded_at = at
    question.save(update_fields=["reminded_at"])
    if endorsement.returned_at is None or not endorsement.has_contact():
        return
    with translation.override(endorsement.language):
        until = date_format((endorsement.returned_at + periods.UNANSWERED).date(), "DATE_FORMAT")
    content = {"question": question.pk, "until": until}
    queue.queue_mail_to_contact("question_reminder", endorsement, content=content, at=at)
