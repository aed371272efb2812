"""When a session last gave its second factor."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from petition.reference import clock


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last gave its second factor, or any proof where the account has none."""
    needs_factor = is_mfa_enabled(request.user)
    steps = get_authentication_records(request, request.user)
    at = [float(step["at"]) for step in steps if step.get("method") == "mfa" or not needs_factor]
    # allauth stamps each step by the clock of this machine.
    return clock.from_machine(datetime.fromtimestamp(at[-1], UTC)) if at else None
