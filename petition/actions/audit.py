"""Who does a deed, and the line it leaves in the trail."""

from dataclasses import dataclass
from datetime import datetime

from petition.models import Appeal, AuditEvent, Endorsement


@dataclass(frozen=True)
class Actor:
    """Who does a deed: a kind, and for staff the number of the account. Never a name."""

    kind: str
    id: int | None = None

    @classmethod
    def staff(cls, account_id: int) -> "Actor":
        return cls("staff", account_id)


CONTACT = Actor("contact")
OPERATOR = Actor("operator")
WORKER = Actor("worker")


def record(verb: str, *, subject: Endorsement | Appeal, by: Actor, at: datetime, reason: str = "") -> AuditEvent:
    """One line is in the trail: `by` did `verb` to `subject` at `at`, for the reason with this code."""
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


def record_apart(verb: str, *, kind: str, number: int | None, by: Actor, at: datetime, reason: str = "") -> AuditEvent:
    """One line is in the trail that is about no appeal: of a staff account by its number, or of the trail itself."""
    return AuditEvent.objects.create(
        at=at, verb=verb, actor_kind=by.kind, actor_id=by.id, subject_kind=kind, subject_id=number, reason=reason
    )
