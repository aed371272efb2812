"""Put what a visitor sends into the intake, in the public process: one insert, and that commit is the acknowledgement.

The process cannot read it again: the worker opens it (take.py).
"""

import random
import sqlite3
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, InternalError, OperationalError, connection, connections
from django.db.backends.utils import CursorWrapper

from petition.actions.intake.request_kinds import RequestKind
from petition.actions.intake.submissions import Arrival, Submission
from petition.actions.refusals import CannotBeOpened, NotOpen
from petition.models.appeals import Appeal, Phase
from petition.models.database.replication import require_replicated, wait_for_replication
from petition.models.intake import IntakeFlag
from petition.publishing.cache.site_status import SiteStatus
from petition.reference import clock
from petition.screening.thresholds import MIN_FILL_SECONDS
from petition.security import sealed_boxes, tokens
from petition.security.encryption import compute_keyed_hash
from petition.security.sealed_boxes import Envelope

# Named columns: the public process may set no others. A row that is there already was sent twice.
_INSERT: Final = """
    INSERT INTO petition_intakerow (id, appeal, key_id, flags, network_bucket, box) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""

_PAUSE: Final = (0.0005, 0.002)
"""Seconds between two tries on SQLite while another connection writes: the shortest, and the longest at first."""
_READ_ONLY: Final = "25006"
"""PostgreSQL's code for an attempt to write to a standby server."""


def post_form(
    status: SiteStatus, appeal: Appeal, submission: Submission, arrival: Arrival, *, once: str
) -> tuple[uuid.UUID, str]:
    """Store the form; return the number of its row and its reference word. Raises NotOpen, CannotBeOpened.

    `once` is a random value in the form: the same form with the same value is stored once.
    """
    if status.get_phase(appeal, clock.now()) is not Phase.OPEN:
        raise NotOpen
    form = submission.to_json()
    word = tokens.compute_reference_word(form)
    fields = vars(submission) | {
        "word": word,
        "seconds": arrival.seconds,
        "honeypot": arrival.honeypot_filled,
        "level": status.level,
    }
    row = compute_row_id(RequestKind.FORM, f"{appeal.pk} {form}", once)
    _post(status, row, RequestKind.FORM, appeal.pk, fields, flags=_get_flags(arrival), network_bucket=arrival.network)
    return row, word


def post_request(
    status: SiteStatus, kind: RequestKind, appeal: Appeal, fields: Mapping[str, Any], *, network_bucket: str = ""
) -> None:
    """Store a request that needs no private link. Raises CannotBeOpened."""
    _post(status, uuid.uuid4(), kind, appeal.pk, dict(fields), network_bucket=network_bucket)


def seal_request(
    status: SiteStatus, kind: RequestKind, row: uuid.UUID, fields: Mapping[str, Any] | None = None
) -> tuple[str, bytes]:
    """Return the id of the key and the box of a request that comes through a private link (self_service/links.py).

    Raises CannotBeOpened.
    """
    _refuse_unless_openable(status)
    return sealed_boxes.seal(Envelope(kind, row, 0, dict(fields or {})))


def compute_row_id(kind: str, content: str, once: str) -> uuid.UUID:
    """Return the number of the row: a keyed hash, so that it means nothing outside the form that was opened."""
    once = once or uuid.uuid4().hex
    return uuid.UUID(compute_keyed_hash(settings.SECRET_KEY, f"row {kind}", f"{once}\0{content}")[:32])


def _post(
    status: SiteStatus,
    row: uuid.UUID,
    kind: RequestKind,
    appeal_id: int,
    fields: dict[str, Any],
    *,
    flags: int = 0,
    network_bucket: str = "",
) -> None:
    _refuse_unless_openable(status)
    key_id, box = sealed_boxes.seal(Envelope(kind, row, appeal_id, fields))
    _insert([row.hex, appeal_id, key_id, flags, network_bucket, box])


def _insert(values: Sequence[str | int | bytes]) -> None:
    """Insert the row; once more over a new connection if the database has ended the kept one."""
    # So Django need not ask before whether the connection works, which would cost as much as the insert. A row that was
    # stored before the connection broke is there already.
    # Not through `connection`, a proxy, which would keep the mark for itself.
    vars(connections[DEFAULT_DB_ALIAS])["health_check_done"] = True
    try:
        _execute(values)
    except (OperationalError, InterfaceError, InternalError) as error:
        # A server that is not the primary any more answers, but never writes again.
        is_read_only = getattr(error.__cause__, "sqlstate", None) == _READ_ONLY
        if connection.in_atomic_block or (connection.is_usable() and not is_read_only):
            raise
        connection.close()
        _execute(values)


def _execute(values: Sequence[str | int | bytes]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            _execute_between_others(cursor, values)
        else:
            cursor.execute(_INSERT, values)
        is_repeated = cursor.rowcount == 0
    require_replicated()
    if is_repeated:
        wait_for_replication()  # the row is there, but may be on one machine only


def _execute_between_others(cursor: CursorWrapper, values: Sequence[str | int | bytes]) -> None:
    """Insert the row on SQLite, trying again every millisecond or so while another connection writes.

    SQLite itself waits up to 0.1 seconds between two tries, though a commit takes two milliseconds: with eight visitors
    at once, the slowest of a hundred then took 200 ms instead of 80. Raises OperationalError after the same time.
    """
    seconds = connection.settings_dict["OPTIONS"]["timeout"]
    shortest, longest = _PAUSE
    begun = time.monotonic()
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                cursor.execute(_INSERT, values)
            except OperationalError as error:
                waited = time.monotonic() - begun
                if not _is_busy(error) or waited >= seconds:
                    raise
                # By chance, so that two do not always try together, and less often the longer the file is locked.
                time.sleep(random.uniform(shortest, longest + waited / 20))  # noqa: S311
            else:
                return
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")


def _is_busy(error: OperationalError) -> bool:
    """Return whether another connection is writing to the SQLite file. The lowest byte is the code without details."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _refuse_unless_openable(status: SiteStatus) -> None:
    if not status.can_be_opened:
        raise CannotBeOpened


def _get_flags(arrival: Arrival) -> int:
    flags = [IntakeFlag.HONEYPOT] if arrival.honeypot_filled else []
    if arrival.seconds is None:
        flags.append(IntakeFlag.NO_STAMP)
    elif 0 <= arrival.seconds < MIN_FILL_SECONDS:
        flags.append(IntakeFlag.TOO_FAST)
    return sum(flags)
