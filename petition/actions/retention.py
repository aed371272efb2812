"""What is not needed is erased on time. The worker calls these; each may be called at any moment."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from petition.actions.audit import WORKER
from petition.actions.endorsements import CONFIRM_WITHIN, erase
from petition.models import Endorsement
from petition.protection import rate_limits

_AT_ONCE = 200


def erase_unconfirmed(*, at: datetime) -> int:
    """Endorsements whose mailbox never confirmed, and no longer can, are gone; says how many, 200 at the most."""
    old = Endorsement.objects.unproven().filter(submitted_at__lte=at - CONFIRM_WITHIN)
    late = old.exclude(links__expires_at__gt=at)
    erased = 0
    for pk in late.values_list("pk", flat=True)[:_AT_ONCE]:
        with transaction.atomic():
            endorsement = old.select_for_update().filter(pk=pk).first()
            if endorsement and not endorsement.links.filter(expires_at__gt=at).exists():  # nor asked for once more
                erase(endorsement, by=WORKER, reason="unconfirmed", at=at)
                erased += 1
    return erased


def purge(*, at: datetime) -> None:
    """Everything whose time is over is erased."""
    while erase_unconfirmed(at=at) == _AT_ONCE:
        pass
    rate_limits.forget_ended(at=at)
    SessionStore.clear_expired()
    forget_journal()


def forget_journal() -> None:
    """What was overwritten in SQLite's file is gone from its journal as well (secure_delete does not reach there)."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
