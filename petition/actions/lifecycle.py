"""The only place where the state of an endorsement changes. The first decision wins.

Everybody, staff, visitors and the worker, takes locks in the same order: the batch, then endorsements in ascending
order of their ids, then the appeal. Rows that belong to an endorsement (question, contact, link, decision, mail) are
written only while its lock is held, or by a transaction that takes no other lock afterwards. So no two transactions can
wait for each other in a circle (tests/faults/test_lock_order.py).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from petition.actions.audit import Actor, record
from petition.actions.refusals import AlreadyDecided, BeingWithdrawn
from petition.models import AuditEvent, Endorsement, State
from petition.models.choices import LEGAL_MOVES, UNDECIDED

VERBS = {
    (State.SUBMITTED, State.CONFIRMED): "confirm",
    (State.RETURNED, State.CONFIRMED): "answer",
    (State.REJECTED, State.CONFIRMED): "reopen",
    (State.APPROVED, State.CONFIRMED): "revoke",
}
_VERB_OF_TARGET = {
    State.APPROVED: "approve",
    State.RETURNED: "return",
    State.REJECTED: "reject",
    State.WITHDRAWN: "withdraw",
}
_TIMESTAMPS = {
    State.APPROVED: "decided_at",
    State.REJECTED: "decided_at",
    State.RETURNED: "returned_at",
    State.WITHDRAWN: "withdrawn_at",
}


def lock_endorsement(endorsement_id: int) -> Endorsement:
    """Return the endorsement, which nobody else can change until this transaction ends."""
    # PostgreSQL locks the row. SQLite has no row locks: a transaction holds the only write lock from its beginning.
    return Endorsement.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=endorsement_id)


def lock_endorsements(endorsement_ids: Iterable[int]) -> None:
    """Lock several endorsements in ascending order, leaving out those that no longer exist.

    For a transaction that changes several, before it takes the appeal's lock for the first of them.
    """
    rows = Endorsement.objects.select_for_update(of=("self",)).filter(pk__in=list(endorsement_ids))
    list(rows.order_by("pk").values_list("pk", flat=True))


def move(
    endorsement: Endorsement,
    *,
    to: State,
    by: Actor,
    at: datetime,
    reason: str = "",
    only_from: State | None = None,
    verb: str = "",
) -> AuditEvent:
    """Change the state of a locked endorsement, to be saved by the caller, and return the audit event.

    `verb` replaces the usual verb of such a move in the audit log.

    Raises AlreadyDecided if LEGAL_MOVES does not allow the move or the state is not `only_from`, and BeingWithdrawn.
    """
    before = State(endorsement.state)
    if to != State.WITHDRAWN:
        refuse_if_being_withdrawn(endorsement)
    refuse_if_decided(endorsement, to=to, only_from=only_from)
    verb = verb or VERBS.get((before, to)) or _VERB_OF_TARGET[to]
    event = record(verb, subject=endorsement, by=by, at=at, reason=reason)
    endorsement.decided_at = endorsement.returned_at = endorsement.withdrawn_at = None
    if to in _TIMESTAMPS:
        setattr(endorsement, _TIMESTAMPS[to], at)
    elif before is State.SUBMITTED:
        endorsement.confirmed_at = at
    endorsement.withdrawal_due_at, endorsement.sealed_listing = None, ""
    endorsement.counted_at = None  # every approval of a withheld name needs a second moderator of its own
    if to not in UNDECIDED:  # a decision ends the hold, since somebody has looked
        endorsement.quarantined_at, endorsement.quarantined_for = None, ""
    endorsement.state = to
    endorsement.explained_by = event.pk
    return event


def refuse_if_decided(endorsement: Endorsement, *, to: State, only_from: State | None = None) -> None:
    """Raise AlreadyDecided if the endorsement cannot move to `to`, or its state is not `only_from`."""
    before = State(endorsement.state)
    if to not in LEGAL_MOVES[before] or only_from not in (None, before):
        raise AlreadyDecided(get_last_move(endorsement), before)


def refuse_if_being_withdrawn(endorsement: Endorsement) -> None:
    """Raise BeingWithdrawn if staff have withdrawn the endorsement and that is not final yet."""
    if endorsement.withdrawal_due_at:
        raise BeingWithdrawn


def schedule_withdrawal(endorsement: Endorsement, due: datetime | None, *, event: AuditEvent) -> None:
    """Set when a withdrawal by staff becomes final, or cancel it (None). To be saved by the caller."""
    endorsement.withdrawal_due_at, endorsement.sealed_listing = due, ""
    endorsement.explained_by = event.pk


def get_last_move(endorsement: Endorsement) -> AuditEvent:
    """Return the event that led to the present state; for an imported endorsement its import."""
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk)
    verbs = {*VERBS.values(), *_VERB_OF_TARGET.values()}
    moves = events.filter(Q(verb__in=verbs) | Q(verb="undo", reason__in=verbs))
    return moves.order_by("-pk").first() or AuditEvent.objects.get(pk=endorsement.explained_by)
