"""Erase what is no longer needed when its time is over (reference/retention_periods.py)."""

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
from petition.actions.lifecycle import lock_endorsements
from petition.actions.operations import backup, erasure
from petition.actions.operations.row_processing import process_rows
from petition.actions.refusals import RowsFailed
from petition.actions.staff import accounts
from petition.mail import file_backend
from petition.models import Endorsement
from petition.security import rate_limits
from petition.text.error_text import describe_error

SESSION_GRACE = timedelta(days=1)
"""How long the row of an ended session stays. Its end was set by the clock of a web process's machine: where that is
slow, staff who work there must not be signed out."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Rule:
    """`run` is called with each row of `due`, each in its own transaction."""

    due: Callable[..., QuerySet[Any]]
    run: Callable[..., None]

    @property
    def name(self) -> str:
        return self.run.__name__


_UNCONFIRMED = _Rule(erasure.find_unconfirmed, erasure.erase_unconfirmed)
_RULES = (
    _UNCONFIRMED,
    _Rule(expiry.find_due_withdrawals, expiry.finish_withdrawal),
    _Rule(expiry.find_unanswered, expiry.expire_unanswered),
    _Rule(expiry.find_questions_to_remind, expiry.queue_reminder),
    _Rule(expiry.find_undecided, expiry.expire_undecided),
    _Rule(erasure.find_ended, erasure.erase_ended),
    _Rule(erasure.find_approved, erasure.erase_approved),
    _Rule(erasure.find_settled_disputes, erasure.erase_dispute),
    _Rule(erasure.find_expired_contact_changes, erasure.erase_contact_change),
    _Rule(erasure.find_final_decisions, erasure.erase_decision),
    _Rule(erasure.find_expired_links, erasure.erase_link),
    _Rule(erasure.find_old_mails, erasure.erase_mail),
    _Rule(erasure.find_old_batches, erasure.erase_batch),
    _Rule(erasure.find_old_uploads, erasure.erase_upload),
    _Rule(erasure.find_forgotten_drafts, erasure.erase_draft),
)


def _apply(rule: _Rule, pk: int, *, at: datetime) -> bool:
    """Apply the rule to this row; return False if the row has changed meanwhile and is no longer due."""
    with transaction.atomic():
        # The endorsement is locked before the row (order of locks: lifecycle.py). Whether the row is due is asked in a
        # statement after that, so it sees what the previous holder of the lock has changed.
        rows = rule.due(at=at).filter(pk=pk)
        lock_endorsements([pk] if rows.model is Endorsement else _get_endorsements_of(rows))
        row = rows.select_for_update(of=("self",)).first()
        if row:
            rule.run(row, at=at)
        return row is not None


def _get_endorsements_of(rows: QuerySet[Any]) -> list[int]:
    """Return the numbers of the endorsements that these rows belong to."""
    if all(field.name != "endorsement" for field in rows.model._meta.fields):
        return []
    return [number for number in rows.values_list("endorsement_id", flat=True) if number]


def erase_unconfirmed(*, at: datetime) -> int:
    """Erase endorsements whose mailbox never confirmed them and no longer can; return how many."""
    erased: list[bool] = []
    due = partial(erasure.find_unconfirmed, at=at)
    for _ in process_rows(_UNCONFIRMED.name, due, lambda pk: erased.append(_apply(_UNCONFIRMED, pk, at=at))):
        pass
    return sum(erased)


def _apply_to_all(rule: _Rule, *, at: datetime) -> Iterator[bool]:
    return process_rows(rule.name, partial(rule.due, at=at), partial(_apply, rule, at=at))


def purge(*, at: datetime) -> None:
    """Erase everything whose time is over. Raises RowsFailed if some of it failed; the rest is done then as well."""
    for _ in purge_in_steps(at=at):
        pass


def purge_in_steps(*, at: datetime) -> Iterator[None]:
    """Do the same as `purge`, but yield after each row, so that the worker can do something else in between."""
    failed = 0
    for rule in _RULES:
        for succeeded in _apply_to_all(rule, at=at):
            failed += not succeeded
            yield
    for step in _get_table_steps(at=at):
        try:
            step()
        except Exception as error:  # noqa: BLE001  (the later steps are done all the same)
            failed += 1
            log.error("One step of the retention failed: %s", describe_error(error))
        yield
    yield from erasure.erase_done_intake_rows(at=at)
    if failed:
        raise RowsFailed(f"{failed} not erased")


def _get_table_steps(*, at: datetime) -> list[Callable[[], object]]:
    """Return the steps that work on whole tables or files."""
    return [
        partial(erasure.erase_network_indexes, at=at),
        partial(erasure.erase_mailbox_indexes, at=at),
        partial(rate_limits.delete_ended_windows, at=at),
        partial(rate_limits.replace_weekly_key, at=at),
        partial(_delete_ended_sessions, at=at),
        partial(accounts.delete_expired_invitations, at=at),
        backup.remove_leftovers,
        partial(backup.delete_old_backups, at=at),
        partial(file_backend.remove_leftovers, at=at),
        truncate_wal,
    ]


def _delete_ended_sessions(*, at: datetime) -> None:
    # Not Django's clearsessions: that uses the machine's clock.
    Session.objects.filter(expire_date__lte=at - SESSION_GRACE).delete()


def truncate_wal() -> None:
    """Empty SQLite's write-ahead log."""
    # secure_delete overwrites erased text in the database file only: the log keeps older pages until it is truncated.
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
