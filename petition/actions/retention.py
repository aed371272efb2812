"""What is not needed is erased on time. The worker calls these; each may be called at any moment."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import WORKER
from petition.actions.endorsements import CONFIRM_WITHIN, erase
from petition.models import Endorsement, State
from petition.protection import rate_limits

_AT_ONCE = 200


def erase_unconfirmed(*, at: datetime) -> int:
    """Endorsements whose mailbox did not confirm within CONFIRM_WITHIN are gone; says how many, 200 at the most."""
    late = Endorsement.objects.filter(state=State.SUBMITTED, submitted_at__lte=at - CONFIRM_WITHIN)
    erased = 0
    for pk in late.values_list("pk", flat=True)[:_AT_ONCE]:
        with transaction.atomic():
            endorsement = late.select_for_update().filter(pk=pk).first()
            if endorsement:
                erase(endorsement, by=WORKER, reason="unconfirmed", at=at)
                erased += 1
    return erased


def purge(*, at: datetime) -> None:
    """Everything whose time is over is erased."""
    while erase_unconfirmed(at=at) == _AT_ONCE:
        pass
    rate_limits.forget_ended(at=at)
