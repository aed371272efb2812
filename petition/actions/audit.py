"""The audit log: who performed an action, and the event that it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from petition.actions.operations import removal_journal
from petition.models import Appeal, AuditEvent, Endorsement


class Limits(Protocol):
    """What a session of the admin may do in an hour (staff/hourly_limits.py)."""

    # Passed in by the admin, so that nothing of accounts is imported here: a public process has none.
    def check(self, verb: str, *, account_id: int, at: datetime) -> None:
        """Raise LimitReached if the account may not do `verb` once more now."""


@dataclass(frozen=True)
class Actor:
    """Who performs an action: a kind, and for staff the id of the account. Never a name.

    `limits` is set for a session of the admin.
    """

    kind: str
    id: int | None = None
    limits: Limits | None = field(default=None, compare=False, repr=False)

    @classmethod
    def staff(cls, account_id: int, *, limits: Limits | None = None) -> "Actor":
        return cls("staff", account_id, limits)


CONTACT = Actor("contact")
OPERATOR = Actor("operator")
WORKER = Actor("worker")


def record(verb: str, *, subject: Endorsement | Appeal, by: Actor, at: datetime, reason: str = "") -> AuditEvent:
    """Write to the audit log that `by` did `verb` to `subject` at `at`; `reason` is a code.

    Raises LimitReached if `by` is a session that has done this too often.
    """
    _check_limit(verb, by, at)
    if isinstance(subject, Endorsement):
        # Here and not in the use cases, so that no removal can be missing in the journal.
        removal_journal.record_removal(verb, subject, reason=reason, at=at)
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


def record_many(
    verb: str,
    subjects: Iterable[tuple[int, int, bool]],
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    kind: str = "endorsement",
) -> None:
    """Write the same event for many objects of one kind, each given as (id, id of its appeal, is_demo)."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at,
            verb=verb,
            actor_kind=by.kind,
            actor_id=by.id,
            subject_kind=kind,
            subject_id=subject_id,
            appeal_id=appeal_id,
            reason=reason,
            is_demo=is_demo,
        )
        for subject_id, appeal_id, is_demo in subjects
    )


def record_each(verb: str, endorsements: Iterable[Endorsement], *, by: Actor) -> list[AuditEvent]:
    """Write `verb` for each of these new endorsements, at the time of its submission; return the events."""
    return AuditEvent.objects.bulk_create(
        AuditEvent(
            at=endorsement.submitted_at,
            verb=verb,
            actor_kind=by.kind,
            actor_id=by.id,
            subject_kind="endorsement",
            subject_id=endorsement.pk,
            appeal_id=endorsement.appeal_id,
            is_demo=endorsement.appeal.is_demo,
        )
        for endorsement in endorsements
    )


def record_for(
    kind: str, subject_id: int | None, verb: str, *, by: Actor, at: datetime, reason: str = ""
) -> AuditEvent:
    """Write an event about something that belongs to no appeal: the site, a batch. Raises LimitReached."""
    _check_limit(verb, by, at)
    return AuditEvent.objects.create(
        at=at,
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        subject_kind=kind,
        subject_id=subject_id,
        reason=reason,
    )


def is_last_actor(by: Actor, endorsement: Endorsement, verb: str) -> bool:
    """Return whether `by` is who last did `verb` to the endorsement."""
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk, verb=verb)
    last = events.order_by("-pk").first()
    return last is not None and (last.actor_kind, last.actor_id) == (by.kind, by.id)


def _check_limit(verb: str, by: Actor, at: datetime) -> None:
    if by.limits:
        by.limits.check(verb, account_id=by.id or 0, at=at)
