"""Process the intake, in the worker: open what visitors sent, check it again, and do it.

Rows are taken a few at a time. How often each was tried is committed before it is opened, so a row that kills the
worker is not tried for ever. Opening, checking and encrypting happen outside the transaction that stores the result.
"""

import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import Error, connection, transaction
from django.db.models import F

from petition.actions.intake import accept, handlers, validation
from petition.actions.intake.plan import Plan, find_free
from petition.actions.intake.request_kinds import FROM_ANYBODY, RequestKind
from petition.actions.intake.submissions import ReceivedForm
from petition.actions.mailing import mailbox_mails
from petition.actions.refusals import InvalidRequest, NoSuchLink, NotOpen
from petition.models import Appeal, IntakeRow, Outcome
from petition.models.appeals import Phase
from petition.models.intake import MOST_TRIES
from petition.reference import clock
from petition.security import sealed_boxes
from petition.security.encryption import CannotDecrypt, NoKey
from petition.security.sealed_boxes import Envelope
from petition.text.error_text import describe_error

IN_ONE_COMMIT: Final = {"sqlite": 7, "postgresql": 10}
"""How many forms one transaction stores. On SQLite visitors wait for its lock, which it holds for some five
milliseconds."""
_LEASE: Final = timedelta(seconds=120)
_PAUSES: Final = (timedelta(seconds=10), timedelta(seconds=60))  # after the first and the second failure
_WAIT: Final = timedelta(seconds=60)  # until a row is tried again whose key is missing, or that met a lock
_LOCK_NOT_AVAILABLE: Final = "55P03"  # PostgreSQL's code
_CLOSING_TOLERANCE: Final = timedelta(minutes=1)  # a web process looks at the opening times every second or so
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedRow:
    row: IntakeRow
    envelope: Envelope


def has_waiting() -> bool:
    """Return whether a row waits that no worker is processing."""
    return find_free(at=clock.now()).exists()


class _DoneElsewhere(Exception):
    """Another worker has done the row meanwhile: this one took longer than _LEASE."""


def process_intake(*, at: datetime) -> bool:
    """Process up to IN_ONE_COMMIT rows; return whether there may be more to do at once."""
    chosen = _plan.take(IN_ONE_COMMIT[connection.vendor], at=at)
    rows = _lease(chosen, at=at)
    opened = [one for row in rows if (one := _open(row))]
    forms = [one for one in opened if one.envelope.kind == RequestKind.FORM]
    _store_forms(forms, at=at)
    for one in opened:
        if one.envelope.kind != RequestKind.FORM:
            _handle(one, at=at)
    return bool(chosen)


_plan = Plan()


def forget_plan() -> None:
    """Make the order again when the next rows are taken, so that a row that has just come is not missed."""
    _plan.forget()


@transaction.atomic
def _lease(chosen: Sequence[uuid.UUID], *, at: datetime) -> list[IntakeRow]:
    """Return those of `chosen` that are free, counted as tried once more; no other worker takes them meanwhile."""
    if not chosen:
        return []
    free = find_free(at=at).filter(pk__in=chosen)
    locked = free.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    rows = sorted(locked, key=lambda row: (row.arrived_at, row.pk))
    # A row that was tried before is tried alone: if it kills the worker, no other row may be set apart with it.
    if tried := [row for row in rows if row.attempts]:
        rows = tried[:1]
    numbers = [row.pk for row in rows]
    IntakeRow.objects.filter(pk__in=numbers).update(attempts=F("attempts") + 1, leased_until=at + _LEASE)
    return rows


def _open(row: IntakeRow) -> OpenedRow | None:
    """Return the opened row; None if it is nothing that a page of this site sends."""
    try:
        envelope = sealed_boxes.open_box(row.key_id, bytes(row.box), row=row.pk, appeal=row.appeal)
        if (envelope.kind in FROM_ANYBODY) == bool(row.link_digest):
            raise InvalidRequest("kind")
    except (CannotDecrypt, InvalidRequest) as error:
        _set_apart(row, error)
        return None
    return OpenedRow(row, envelope)


def _set_apart(row: IntakeRow, error: Exception) -> None:
    """Mark a row that can never be processed, so that it is not tried again. Staff see it (staff/attention.py)."""
    log.error("Intake row %s was set apart: %s", row.pk, describe_error(error))
    IntakeRow.objects.filter(pk=row.pk).update(attempts=MOST_TRIES, leased_until=None)


def _fail(row: IntakeRow, error: Exception, *, at: datetime) -> None:
    """Let a row be tried again after a pause, or leave it set apart after MOST_TRIES."""
    changes: dict[str, Any]
    # No failures of the row: it concerns something encrypted with a key that is missing here, or somebody keeps a lock.
    if isinstance(error, NoKey) or getattr(error.__cause__, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
        log.error("Intake row %s waits: %s", row.pk, describe_error(error))
        changes = {"leased_until": at + _WAIT, "attempts": row.attempts}
    else:
        log.error("Intake row %s failed at its try %s: %s", row.pk, row.attempts + 1, describe_error(error))
        # The cause may be over soon, such as a full disk.
        changes = {"leased_until": at + _PAUSES[row.attempts] if row.attempts < len(_PAUSES) else None}
    if isinstance(error, Error) and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    # Unless another worker has it now, since this one took longer than _LEASE.
    IntakeRow.objects.filter(pk=row.pk, attempts=row.attempts + 1).update(**changes)


def _store_forms(opened: Sequence[OpenedRow], *, at: datetime) -> None:
    """Make endorsements of the forms and queue their mails; one that fails holds up no other."""
    appeals = Appeal.objects.in_bulk({one.row.appeal for one in opened}) if opened else {}
    received = [(one.row, form) for one in opened if (form := _read_form(one, appeals.get(one.row.appeal)))]
    if received:
        _store_received(received, at=at)


def _store_received(received: Sequence[tuple[IntakeRow, ReceivedForm]], *, at: datetime) -> None:
    try:
        _store_together(received, at=at)
    except Exception as error:  # noqa: BLE001  (each is tried alone, to find the one that fails)
        if len(received) > 1:
            for one in received:
                _store_received([one], at=at)
        elif not isinstance(error, _DoneElsewhere):
            _fail(received[0][0], error, at=at)


def _read_form(one: OpenedRow, appeal: Appeal | None) -> ReceivedForm | None:
    """Return the form in the row; None if it is refused, or no form of this site."""
    row, fields = one.row, one.envelope.fields
    try:
        if appeal is None:
            raise InvalidRequest("appeal")
        # The time of arrival counts. The level cannot refuse what was acknowledged (arrivals.py). Nor can a date that
        # was changed later, so what seems too late is set apart: staff put the date back and let it be tried again.
        if Phase.OPEN not in {appeal.phase(row.arrived_at), appeal.phase(row.arrived_at - _CLOSING_TOLERANCE)}:
            raise NotOpen
        submission = validation.parse_submission(fields)
        arrival = validation.parse_arrival(fields, network=row.network_bucket)
        return ReceivedForm(appeal, submission, row.arrived_at, arrival, validation.parse_word(fields), row.pk)
    except (InvalidRequest, NotOpen) as error:
        _set_apart(row, error)
    return None


def _store_together(received: Sequence[tuple[IntakeRow, ReceivedForm]], *, at: datetime) -> None:
    prepared = accept.prepare_forms([form for _, form in received])
    with transaction.atomic():
        accept.store_forms(prepared, at=at)
        _mark_done([row for row, _ in received], Outcome.DONE, at=at)
    # In a commit of its own, so that no lock is held for long. The mail is owed from the first commit on: what is not
    # queued here, also because the worker is killed now, is queued by the duty that delivers mail.
    try:
        mailbox_mails.queue_mails(list(dict.fromkeys(one.endorsement.mailbox_index for one in prepared)), at=at)
    except Exception as error:  # noqa: BLE001  (the forms are stored, whatever happens to their mails now)
        log.warning("The mails of some forms are queued later: %s", describe_error(error))


def _handle(one: OpenedRow, *, at: datetime) -> None:
    row = one.row
    try:
        with transaction.atomic():
            if outcome := handlers.handle(row, one.envelope):
                _mark_done([row], outcome, at=at)
            else:
                _release(row)
    except InvalidRequest as error:
        _set_apart(row, error)
    except NoSuchLink:
        _refuse(row, at=at)
    except _DoneElsewhere:
        pass
    except Exception as error:  # noqa: BLE001  (one row that fails holds up no other)
        _fail(row, error, at=at)


def _release(row: IntakeRow) -> None:
    """Let the rest of what the row asks for be done at once, which is no second try."""
    if not IntakeRow.objects.filter(pk=row.pk, done_at=None).update(leased_until=None, attempts=row.attempts):
        raise _DoneElsewhere


def _refuse(row: IntakeRow, *, at: datetime) -> None:
    with suppress(_DoneElsewhere):
        _mark_done([row], Outcome.REFUSED, at=at)


def _mark_done(rows: Sequence[IntakeRow], outcome: Outcome, *, at: datetime) -> None:
    """Empty the boxes of these rows; for a day they show the visitor that the request was done or refused.

    Raises _DoneElsewhere, so that the caller's transaction stores nothing a second time.
    """
    same = IntakeRow.objects.filter(pk__in=[row.pk for row in rows], done_at=None)
    changes = {"box": b"", "network_bucket": "", "flags": 0, "done_at": at, "outcome": outcome, "leased_until": None}
    if same.update(**changes) != len(rows):
        raise _DoneElsewhere
