"""What is not needed is erased on time (vocabulary/retention_periods.py). Each may be called at any moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import QuerySet

from petition.actions import backups, erasing, lapsing, staff
from petition.mail import files
from petition.protection import rate_limits

_AT_ONCE = 200


@dataclass(frozen=True)
class _Duty:
    """`carry_out` is called with each row of `due`, in a transaction of its own."""

    due: Callable[..., QuerySet[Any]]
    carry_out: Callable[..., None]


_UNCONFIRMED = _Duty(erasing.unconfirmed, erasing.erase_unconfirmed)
_DUTIES = (
    _UNCONFIRMED,
    _Duty(lapsing.unanswered, lapsing.lapse),
    _Duty(lapsing.to_remind, lapsing.remind),
    _Duty(lapsing.undecided, lapsing.close),
    _Duty(erasing.ended, erasing.erase_ended),
    _Duty(erasing.approved, erasing.erase_approved),
    _Duty(erasing.disputes, erasing.erase_dispute),
    _Duty(erasing.new_contacts, erasing.erase_new_contact),
    _Duty(erasing.decisions, erasing.erase_decision),
    _Duty(erasing.dead_links, erasing.erase_link),
    _Duty(erasing.mails, erasing.erase_mail),
    _Duty(erasing.batches, erasing.erase_batch),
)


def _one_round(duty: _Duty, *, at: datetime) -> int:
    """How many rows the duty was carried out on, _AT_ONCE at the most. Whatever changed meanwhile is left alone."""
    done = 0
    for pk in duty.due(at=at).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]:
        with transaction.atomic():
            row = duty.due(at=at).select_for_update(of=("self",)).filter(pk=pk).first()
            if row:
                duty.carry_out(row, at=at)
                done += 1
    return done


def erase_unconfirmed(*, at: datetime) -> int:
    """Endorsements whose mailbox never confirmed, and no longer can, are gone; says how many, 200 at the most."""
    return _one_round(_UNCONFIRMED, at=at)


def purge(*, at: datetime) -> None:
    """Everything whose time is over is erased or has lapsed, and so is what a killed process left half written."""
    for duty in _DUTIES:
        while _one_round(duty, at=at) == _AT_ONCE:
            pass
    erasing.forget_networks(at=at)
    rate_limits.forget_ended(at=at)
    rate_limits.weekly_key(at=at)  # also where nobody comes who would have it replaced
    SessionStore.clear_expired()
    staff.forget_invitations(at=at)
    backups.clear_leftovers()
    backups.remove_old(at=at)
    files.clear_leftovers(at=at)
    forget_journal()


def forget_journal() -> None:
    """What was overwritten in SQLite's file is gone from its journal as well (secure_delete does not reach there)."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
