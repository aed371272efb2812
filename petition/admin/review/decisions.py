"""The decisions that a moderator can press, and which of them may come next."""

from collections.abc import Callable

from petition.actions.moderation import decisions
from petition.models import Endorsement, Origin, State

DECISIONS: dict[str, tuple[State, Callable[..., Endorsement]]] = {
    "approve": (State.APPROVED, decisions.approve),
    "reject": (State.REJECTED, decisions.reject),
    "reopen": (State.CONFIRMED, decisions.reopen),
    "revoke": (State.CONFIRMED, decisions.revoke),
    "withdraw": (State.WITHDRAWN, decisions.withdraw),
    "cancel_withdrawal": (State.CONFIRMED, decisions.cancel_withdrawal),
}
"""The state that each leads to, and what carries it out."""
DECISIONS_IN_STATE: dict[str, tuple[str, ...]] = {
    State.SUBMITTED: ("reject", "withdraw"),
    State.CONFIRMED: ("approve", "reject", "withdraw"),
    State.RETURNED: ("reject", "withdraw"),
    State.REJECTED: ("reopen", "withdraw"),
    State.APPROVED: ("revoke", "withdraw"),
    State.WITHDRAWN: (),
}


def list_decisions(endorsement: Endorsement) -> tuple[str, ...]:
    """Return the names of the decisions that may come next."""
    if endorsement.withdrawal_due_at:
        return ("cancel_withdrawal",)
    names = DECISIONS_IN_STATE[endorsement.state]
    # One of the originals is never withdrawn, only hidden: it signed the appeal and nobody can undo that.
    return tuple(name for name in names if name != "withdraw" or endorsement.origin != Origin.IMPORTED)
