"""Who does a deed, and the line it leaves in the trail."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from petition.actions.operations import removal_journal
from petition.actions.staff import hourly_limits
from petition.actions.staff.hourly_limits import LastProof
from petition.models import Appeal, AuditEvent, Endorsement


@dataclass(frozen=True)
class Actor:
    """Who does a deed: a kind, and for staff the number of the account. Never a name.

    A session of the admin has `last_proof` too, and the hourly limits of staff_limits.py.
    """

    kind: str
    id: int | None = None
    last_proof: LastProof | None = field(default=None, compare=False, repr=False)

    @classmethod
    def staff(cls, account_id: int, *, last_proof: LastProof | None = None) -> "Actor":
        return cls("staff", account_id, last_proof)


CONTACT = Actor("contact")
OPERATOR = Actor("operator")
WORKER = Actor("worker")


def record(verb: str, *, subject: Endorsement | Appeal, by: Actor, at: datetime, reason: str = "") -> AuditEvent:
    """One line is in the trail: `by` did `verb` to `subject` at `at`, for the reason with this code.

    What removes a name or a contact is in the journal of removals as well, so no removal can miss there.
    Raises LimitReached where `by` is a session that does so too often.
    """
    _check_limit(verb, by, at)
    if isinstance(subject, Endorsement):
        removal_journal.note(verb, subject, reason=reason, at=at)
    appeal = subject.appeal if isinstance(subject, Endorsement) else subject
    return AuditEvent.objects.create(
        at=at,
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        appeal_id=appeal.pk,
        reason=reason,
        is_demo=appeal.is_demo,
    )


def record_each(
    verb: str,
    subjects: Iterable[tuple[int, int, bool]],
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    kind: str = "endorsement",
) -> None:
    """The same line for each of many of one kind, given as its number, its appeal's, and whether that is made up."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            verb=verb,
            actor_kind=by.kind,
            actor_id=by.id,
            subject_kind=kind,
            subject_id=number,
            appeal_id=appeal_id,
            reason=reason,
            is_demo=is_demo,
        )
        for number, appeal_id, is_demo in subjects
    )


def record_of(kind: str, number: int | None, verb: str, *, by: Actor, at: datetime, reason: str = "") -> AuditEvent:
    """The same line about something that belongs to no appeal: the site itself, a batch. Raises LimitReached."""
    _check_limit(verb, by, at)
    return AuditEvent.objects.create(
        at=at,
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        subject_kind=kind,
        subject_id=number,
        reason=reason,
    )


def _check_limit(verb: str, by: Actor, at: datetime) -> None:
    if by.last_proof:
        hourly_limits.check(verb, account_id=by.id or 0, last_proof=by.last_proof, at=at)
