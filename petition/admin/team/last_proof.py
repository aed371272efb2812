"""When a session last proved whose it is."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from petition.reference import clock


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last gave what is asked for: the second factor where there is one, else any.

    allauth stamps it by the clock of this machine.
    """
    wanted = is_mfa_enabled(request.user)
    steps = get_authentication_records(request, request.user)
    at = [float(step["at"]) for step in steps if step.get("method") == "mfa" or not wanted]
    return clock.from_machine(datetime.fromtimestamp(at[-1], UTC)) if at else None
