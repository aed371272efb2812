"""The one gate through which the state of an endorsement changes. First decision wins.

The order of locks, for staff, visitors and worker alike: the batch, then the endorsements in ascending order of their
numbers, then the appeal. A row that hangs on an endorsement (question, contact, link, decision, mail) is written only
by whoever holds the lock of that endorsement, or by a transaction that takes no other lock after it.
Two that keep to this order never wait for each other in a circle; tests/faults/test_lock_order.py holds them to it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from petition.actions.audit import Actor, record
from petition.models import AuditEvent, Endorsement, State
from petition.models.endorsements import LEGAL_MOVES, UNDECIDED

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
_STAMP = {State.APPROVED: "decided_at", State.REJECTED: "decided_at", State.RETURNED: "returned_at"} | {
    State.WITHDRAWN: "withdrawn_at"
}


class AlreadyDecided(Exception):
    """Somebody was first. `event` is what they did, `state` what the endorsement is now."""

    def __init__(self, event: AuditEvent, state: State) -> None:
        super().__init__(f"already {state}")
        self.event = event
        self.state = state


class NotPossible(Exception):
    """This endorsement is not in a state for it."""


class BeingWithdrawn(NotPossible):
    """Staff have withdrawn it: nothing else is decided about it until that is cancelled or final."""


def locked(endorsement_id: int) -> Endorsement:
    """The endorsement, which nobody else can move until this transaction ends.

    PostgreSQL locks the row; on SQLite the transaction itself began IMMEDIATE and holds the only write lock.
    """
    return Endorsement.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=endorsement_id)


def lock_all(endorsement_ids: Iterable[int]) -> None:
    """Lock these endorsements, as `locked` does, in ascending order; those that are gone are left out.

    For a transaction that is about several of them, before it takes the appeal's lock for the first.
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
    """`endorsement`, which came from `locked`, is in the state `to`, with its timestamps, and the trail says so.

    The trail calls it `verb`, else as every such move is called.

    Raises AlreadyDecided when LEGAL_MOVES has no way from its present state to `to`, or that state isn't `only_from`,
    and BeingWithdrawn.
    """
    before = State(endorsement.state)
    if to != State.WITHDRAWN:
        refuse_if_being_withdrawn(endorsement)
    refuse_if_decided(endorsement, to=to, only_from=only_from)
    verb = verb or VERBS.get((before, to)) or _VERB_OF_TARGET[to]
    event = record(verb, subject=endorsement, by=by, at=at, reason=reason)
    endorsement.decided_at = endorsement.returned_at = endorsement.withdrawn_at = None
    if to in _STAMP:
        setattr(endorsement, _STAMP[to], at)
    elif before is State.SUBMITTED:
        endorsement.confirmed_at = at
    endorsement.withdrawal_due_at, endorsement.sealed_listing = None, ""
    endorsement.counted_at = None  # two moderators stood for one approval; the next one takes two again
    if to not in UNDECIDED:  # who decided has looked
        endorsement.quarantined_at, endorsement.quarantined_for = None, ""
    endorsement.state = to
    endorsement.explained_by = event.pk
    return event


def refuse_if_decided(endorsement: Endorsement, *, to: State, only_from: State | None = None) -> None:
    """Return where LEGAL_MOVES has a way from its state, which is `only_from`, to `to`. Raises AlreadyDecided."""
    before = State(endorsement.state)
    if to not in LEGAL_MOVES[before] or only_from not in (None, before):
        raise AlreadyDecided(last_move(endorsement), before)


def plan_withdrawal(endorsement: Endorsement, due: datetime | None, *, event: AuditEvent, listing: str = "") -> None:
    """`endorsement`, to be saved by the caller, is withdrawn at `due`, or no longer is (None), as `event` says.

    `listing`, sealed, is what brings its line back until then.
    """
    endorsement.withdrawal_due_at, endorsement.sealed_listing = due, listing
    endorsement.explained_by = event.pk


def refuse_if_being_withdrawn(endorsement: Endorsement) -> None:
    """Return where nothing stands in the way of a decision. Raises BeingWithdrawn."""
    if endorsement.withdrawal_due_at:
        raise BeingWithdrawn


def last_move(endorsement: Endorsement) -> AuditEvent:
    """Return the event that brought the endorsement where it is; of an imported one, its import."""
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk)
    verbs = {*VERBS.values(), *_VERB_OF_TARGET.values()}
    moves = events.filter(Q(verb__in=verbs) | Q(verb="undo", reason__in=verbs))
    return moves.order_by("-pk").first() or AuditEvent.objects.get(pk=endorsement.explained_by)
