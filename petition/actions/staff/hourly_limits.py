"""Hourly limits of a staff account for what does most harm if its session is stolen.

Above a limit the account gives its second factor again and then has the same allowance once more. What two people do
together (a bulk action that one proposed) counts for neither.
"""
# The audit log is counted, so every way to do such a thing counts, whichever page it is on.

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User

from petition.actions.refusals import LimitReached
from petition.models.audit import AuditEvent
from petition.models.review import Batch

APPROVALS, CONTACTS, HIDES, REVOKES, WITHDRAWALS = "approvals", "contacts", "hides", "revokes", "withdrawals"
ENTRIES = "entries"
MOST_APPROVALS = 300
MOST_ENTRIES = 300
VERBS: dict[str, frozenset[str]] = {
    APPROVALS: frozenset({"approve"}),
    CONTACTS: frozenset({"open_contact", "open_dispute", "answer_dispute", "open_row"}),
    ENTRIES: frozenset({"submit"}),  # each may send a mail to any address
    HIDES: frozenset({"hide"}),
    REVOKES: frozenset({"revoke"}),
    # A private link withdraws for good at once, without the 24 hours that staff must wait.
    WITHDRAWALS: frozenset({"start_withdrawal", "issue_link"}),
}
_LIMIT_OF = {verb: limit for limit, verbs in VERBS.items() for verb in verbs}
_HOUR = timedelta(hours=1)

LastProof = Callable[[], datetime | None]
"""Returns when the session last gave its second factor (on http its password); asked for only near a limit."""


def get_limit(limit: str) -> int:
    """Return how many this limit allows an hour."""
    fixed = {APPROVALS: MOST_APPROVALS, ENTRIES: MOST_ENTRIES}
    return fixed.get(limit) or int(settings.HOURLY_LIMITS[limit])


@dataclass(frozen=True)
class SessionLimits:
    """The limits of one session of the admin."""

    last_proof: LastProof

    def check(self, verb: str, *, account_id: int, at: datetime) -> None:
        """Raise LimitReached if the account may not do `verb` once more now; call it in the transaction that does."""
        limit = _LIMIT_OF.get(verb)
        if limit is None:
            return
        # Locked until the transaction ends (after the endorsement, before the appeal): of two requests at the same time
        # the second counts the first.
        User.objects.select_for_update(no_key=True).filter(pk=account_id).only("pk").first()
        if is_above_limit(limit, account_id=account_id, coming=1, last_proof=self.last_proof, at=at):
            raise LimitReached(limit)


def is_above_limit(limit: str, *, account_id: int, coming: int, last_proof: LastProof, at: datetime) -> bool:
    """Return whether `coming` more would exceed the limit, within the hour and since the last second factor."""
    if count_used(limit, account_id=account_id, since=at - _HOUR) + coming <= get_limit(limit):
        return False
    proof = last_proof()
    if proof is None or proof <= at - _HOUR:
        return True
    return count_used(limit, account_id=account_id, since=proof) + coming > get_limit(limit)


def count_used(limit: str, *, account_id: int, since: datetime) -> int:
    """Return how much of its allowance the account has used after `since`; counting stops at the limit."""
    own = AuditEvent.objects.filter(actor_kind="staff", actor_id=account_id, verb__in=VERBS[limit], at__gt=since)
    shared = Batch.objects.filter(carried_out_by=account_id, carried_out_at__gt=since).exclude(begun_by=account_id)
    # All decisions of a bulk action have its time.
    return own.exclude(at__in=shared.values("carried_out_at")).order_by()[: get_limit(limit)].count()
