"""What is not needed is erased on time (reference/retention_periods.py). Each may be called at any moment."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import QuerySet

from petition.actions.endorsing import expiry
from petition.actions.lifecycle import lock_all
from petition.actions.operations import backup, erasure
from petition.actions.operations.row_by_row import RowsFailed, row_by_row
from petition.actions.staff import accounts
from petition.mail import file_backend
from petition.models import Endorsement
from petition.security import rate_limits
from petition.text.error_text import describe_error

SESSION_GRACE = timedelta(days=1)
"""An ended session opens nothing. Its end was reckoned by the clock of a web process's machine, so its row stays for
a while longer: where that clock is slow, whoever is signed in there stays signed in."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Duty:
    """`carry_out` is called with each row of `due`, in a transaction of its own."""

    due: Callable[..., QuerySet[Any]]
    carry_out: Callable[..., None]

    @property
    def name(self) -> str:
        return self.carry_out.__name__


_UNCONFIRMED = _Duty(erasure.unconfirmed, erasure.erase_unconfirmed)
_DUTIES = (
    _UNCONFIRMED,
    _Duty(expiry.withdrawals, expiry.finish_withdrawal),
    _Duty(expiry.unanswered, expiry.lapse),
    _Duty(expiry.to_remind, expiry.remind),
    _Duty(expiry.undecided, expiry.close),
    _Duty(erasure.ended, erasure.erase_ended),
    _Duty(erasure.approved, erasure.erase_approved),
    _Duty(erasure.disputes, erasure.erase_dispute),
    _Duty(erasure.new_contacts, erasure.erase_new_contact),
    _Duty(erasure.decisions, erasure.erase_decision),
    _Duty(erasure.dead_links, erasure.erase_link),
    _Duty(erasure.mails, erasure.erase_mail),
    _Duty(erasure.batches, erasure.erase_batch),
)


def _carry_out(duty: _Duty, pk: int, *, at: datetime) -> bool:
    """Whether the duty was carried out on this row; one that has changed meanwhile and is no longer due is left alone.

    The endorsement, or the one that the row hangs on, is locked first (order of locks: lifecycle.py). What is due is
    asked in a statement of its own after that, so it sees what whoever held the lock before has done.
    """
    with transaction.atomic():
        rows = duty.due(at=at).filter(pk=pk)
        lock_all([pk] if rows.model is Endorsement else _endorsements_of(rows))
        row = rows.select_for_update(of=("self",)).first()
        if row:
            duty.carry_out(row, at=at)
        return row is not None


def _endorsements_of(rows: QuerySet[Any]) -> list[int]:
    """Those that these rows hang on."""
    if all(field.name != "endorsement" for field in rows.model._meta.fields):
        return []
    return [number for number in rows.values_list("endorsement_id", flat=True) if number]


def erase_unconfirmed(*, at: datetime) -> int:
    """Endorsements whose mailbox never confirmed, and no longer can, are gone; says how many."""
    erased: list[bool] = []
    due = partial(erasure.unconfirmed, at=at)
    for _ in row_by_row(_UNCONFIRMED.name, due, lambda pk: erased.append(_carry_out(_UNCONFIRMED, pk, at=at))):
        pass
    return sum(erased)


def _rows(duty: _Duty, *, at: datetime) -> Iterator[bool]:
    return row_by_row(duty.name, partial(duty.due, at=at), partial(_carry_out, duty, at=at))


def purge(*, at: datetime) -> None:
    """Everything whose time is over is erased or has lapsed. Raises RowsFailed where something could not be; the rest
    is done then as well."""
    for _ in in_pieces(at=at):
        pass


def in_pieces(*, at: datetime) -> Iterator[None]:
    """Do what `purge` does, and come back after each row, so that the worker can do something else in between."""
    failed = 0
    for duty in _DUTIES:
        for succeeded in _rows(duty, at=at):
            failed += not succeeded
            yield
    for forget in _whole_tables(at=at):
        try:
            forget()
        except Exception as error:  # noqa: BLE001  (whatever it is, the steps behind it are done)
            failed += 1
            log.error("One step of the retention failed: %s", describe_error(error))
        yield
    if failed:
        raise RowsFailed(f"{failed} not erased")


def _whole_tables(*, at: datetime) -> list[Callable[[], object]]:
    """What goes in one statement for all rows, and what a killed process left half written."""
    return [
        partial(erasure.forget_networks, at=at),
        partial(erasure.forget_mailboxes, at=at),
        partial(rate_limits.forget_ended, at=at),
        partial(rate_limits.weekly_key, at=at),  # also where nobody comes who would have it replaced
        partial(_forget_sessions, at=at),
        partial(accounts.forget_invitations, at=at),
        backup.clear_leftovers,
        partial(backup.remove_old, at=at),
        partial(file_backend.clear_leftovers, at=at),
        forget_journal,
    ]


def _forget_sessions(*, at: datetime) -> None:
    """Sessions that ended SESSION_GRACE ago are gone. Django's own clean-up asks the machine for the time."""
    Session.objects.filter(expire_date__lte=at - SESSION_GRACE).delete()


def forget_journal() -> None:
    """What was overwritten in SQLite's file is gone from its journal as well (secure_delete does not reach there)."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
