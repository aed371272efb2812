"""How often an hour one staff account may do what harms most when its session is stolen.

The audit log is what is counted, so every way to do such a thing counts, whichever page it has. Above a limit the
account gives its second factor again and then has the same allowance once more. What two people carry out together (a
batch that one proposed) counts for neither of them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User

from petition.models import AuditEvent, Batch

APPROVALS, CONTACTS, HIDES, REVOKES, WITHDRAWALS = "approvals", "contacts", "hides", "revokes", "withdrawals"
MOST_APPROVALS = 300
VERBS: dict[str, frozenset[str]] = {
    APPROVALS: frozenset({"approve"}),
    CONTACTS: frozenset({"open_contact", "open_dispute"}),
    HIDES: frozenset({"hide"}),
    REVOKES: frozenset({"revoke"}),
    # Whoever holds a private link can withdraw for good at once, without the 24 hours.
    WITHDRAWALS: frozenset({"start_withdrawal", "issue_link"}),
}
_LIMIT_OF = {verb: limit for limit, verbs in VERBS.items() for verb in verbs}
_HOUR = timedelta(hours=1)

LastProof = Callable[[], datetime | None]
"""Returns when the session last gave its second factor (on http its password); asked for only near a limit."""


class LimitReached(Exception):
    """The account has used up the allowance called `limit`; nothing was done."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"hourly limit of {limit}")
        self.limit = limit


def most(limit: str) -> int:
    """Return how many an hour this limit allows."""
    return MOST_APPROVALS if limit == APPROVALS else int(settings.HOURLY_LIMITS[limit])


def check(verb: str, *, account_id: int, last_proof: LastProof, at: datetime) -> None:
    """Return if the account may do one more `verb` now, within the caller's transaction. Raises LimitReached.

    The account's row is locked until that transaction ends: of two requests at once the second counts the first.
    It is locked after the endorsement and before the appeal.
    """
    limit = _LIMIT_OF.get(verb)
    if limit is None:
        return
    User.objects.select_for_update(no_key=True).filter(pk=account_id).only("pk").first()
    if is_above(limit, account_id=account_id, coming=1, last_proof=last_proof, at=at):
        raise LimitReached(limit)


def is_above(limit: str, *, account_id: int, coming: int, last_proof: LastProof, at: datetime) -> bool:
    """Return whether `coming` more are above the limit, of what was done within the hour and since the last proof."""
    if used(limit, account_id=account_id, since=at - _HOUR) + coming <= most(limit):
        return False
    proof = last_proof()
    if proof is None or proof <= at - _HOUR:
        return True
    return used(limit, account_id=account_id, since=proof) + coming > most(limit)


def used(limit: str, *, account_id: int, since: datetime) -> int:
    """Return how much of its allowance the account has used after `since`; no more than the limit is counted."""
    mine = AuditEvent.objects.filter(actor_kind="staff", actor_id=account_id, verb__in=VERBS[limit], at__gt=since)
    seconded = Batch.objects.filter(carried_out_by=account_id, carried_out_at__gt=since).exclude(begun_by=account_id)
    # All decisions of a batch have its moment.
    return mine.exclude(at__in=seconded.values("carried_out_at")).order_by()[: most(limit)].count()
