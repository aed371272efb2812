"""The hourly limit of what is done to many at once, checked before the first of them."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from petition.actions.mailing import staff_alerts
from petition.actions.refusals import LimitReached
from petition.actions.staff import hourly_limits
from petition.admin.actors import current_actor
from petition.admin.team.last_proof import last_proof
from petition.reference import clock


def check_hourly_limit(request: HttpRequest, limit: str, *, coming: int) -> None:
    """Raise LimitReached where `coming` at once are above the limit, so that the second factor is asked for first.

    Given within five minutes, and nothing of the kind done since, all of them may be done.
    """
    account_id, now = current_actor(request).id or 0, clock.now()
    proof = last_proof(request)
    if not hourly_limits.is_above_limit(limit, account_id=account_id, coming=coming, last_proof=lambda: proof, at=now):
        return
    is_fresh = proof is not None and now - proof <= timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    if not is_fresh or hourly_limits.count_used(limit, account_id=account_id, since=proof or now):
        raise LimitReached(limit)
    staff_alerts.alert_limit_reached(account_id, limit, at=now)
