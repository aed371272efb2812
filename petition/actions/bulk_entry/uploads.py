"""A table of endorsements that came by e-mail, letter or call: its rows are checked, corrected, left out and added.

Each row is checked, and added, in a transaction of its own: a worker that is killed loses and repeats nothing.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from petition.actions.audit import Actor, record
from petition.actions.bulk_entry.entry_form import RowForm
from petition.actions.bulk_entry.table_files import TableRow
from petition.actions.intake import accept
from petition.actions.intake.submissions import Submission
from petition.actions.moderation import manual_entry
from petition.actions.refusals import (
    AlreadyEntered,
    DuplicateEndorsement,
    NothingToDo,
    NotOpen,
    NotPossible,
    OnlyItsAuthor,
)
from petition.models import Appeal, AppealText, BulkOutcome, BulkRow, BulkUpload, Endorsement, Origin
from petition.models.appeals import Phase
from petition.models.choices import ACTIVE
from petition.reference import clock
from petition.screening.similar_names import find_resemblances
from petition.security import encryption

_OPEN_TO_CHANGE = (BulkOutcome.READY, BulkOutcome.WRONG, BulkOutcome.DUPLICATE, BulkOutcome.LEFT_OUT)


@transaction.atomic
def create_upload(
    appeal: Appeal, rows: Sequence[TableRow], *, origin: Origin, note: str, by: Actor, at: datetime
) -> BulkUpload:
    """Store the table, encrypted; the worker checks its rows. `note` is for moderators alone. Raises NoKey, NotOpen."""
    if appeal.phase(at) is not Phase.OPEN:
        raise NotOpen
    upload = BulkUpload(appeal=appeal, origin=origin, created_by=by.id or 0, created_at=at)
    encryption.encrypt_column(upload, "sealed_note", note)
    upload.save()
    new = [BulkRow(upload=upload, number=row.number) for row in rows]
    for stored, row in zip(new, rows, strict=True):
        encryption.encrypt_column(stored, "sealed_fields", row.fields)
    BulkRow.objects.bulk_create(new)
    record("upload_table", subject=appeal, by=by, at=at)
    return upload


def read_fields(row: BulkRow) -> dict[str, Any]:
    """Return the cells by the name of the field; {} for a row that was added. Raises CannotDecrypt."""
    return dict(encryption.decrypt_column(row, "sealed_fields") or {})


@transaction.atomic
def open_row(row_id: int, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return the fields of the row, and record that its contact was read. Raises CannotDecrypt, LimitReached."""
    row = BulkRow.objects.select_related("upload__appeal").get(pk=row_id)
    fields = read_fields(row)
    record("open_row", subject=row.upload.appeal, by=by, at=at)
    return fields


@transaction.atomic
def correct_row(row_id: int, fields: dict[str, Any], *, by: Actor) -> BulkRow:
    """Replace the fields of a row that was not added, and check it again. Raises NotPossible, OnlyItsAuthor."""
    row = _lock(row_id)
    _refuse_others(row.upload, by)
    encryption.encrypt_column(row, "sealed_fields", fields)
    row.outcome, row.alike = BulkOutcome.UNCHECKED, []
    _check(row)
    return row


@transaction.atomic
def leave_out_row(row_id: int) -> BulkRow:
    """Leave the row out, or take one back that was left out: it is checked again then. Raises NotPossible."""
    row = _lock(row_id)
    if row.outcome == BulkOutcome.LEFT_OUT:
        _check(row)
    else:
        row.outcome = BulkOutcome.LEFT_OUT
        row.save(update_fields=["outcome"])
    return row


@transaction.atomic
def start(upload_id: int, *, by: Actor, at: datetime) -> int:
    """Let the worker add all rows that are ready; return how many. Raises NothingToDo, NotOpen, OnlyItsAuthor."""
    upload = BulkUpload.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=upload_id)
    if upload.appeal.phase(at) is not Phase.OPEN:
        raise NotOpen
    _refuse_others(upload, by)
    count = upload.rows.filter(outcome=BulkOutcome.READY).update(outcome=BulkOutcome.QUEUED)
    if not count:
        raise NothingToDo
    upload.started_by, upload.started_at = by.id, at
    upload.save(update_fields=["started_by", "started_at"])
    record("add_table", subject=upload.appeal, by=by, at=at)
    return count


def _refuse_others(upload: BulkUpload, by: Actor) -> None:
    """Letters take two people: whoever typed a row must be who entered it, so that another one confirms it."""
    if upload.origin == Origin.LETTER and upload.created_by != (by.id or 0):
        raise OnlyItsAuthor


@transaction.atomic
def delete_upload(upload_id: int, *, by: Actor, at: datetime) -> None:
    """Delete the table with everything that was not added. What was added stays."""
    upload = BulkUpload.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=upload_id)
    record("delete_table", subject=upload.appeal, by=by, at=at)
    upload.delete()


def continue_uploads(*, upload_id: int | None = None, seconds: float = 0) -> bool:
    """Check or add one row of the oldest table, or of this one, and more until `seconds` have passed.

    Return whether there may be more to do. Several processes may call it at once; each row is done by one.
    """
    until = time.monotonic() + seconds
    while (row_id := _list_under_way(upload_id).values_list("pk", flat=True).first()) is not None:
        _do_row(row_id)
        if time.monotonic() >= until:
            return True
    return False


def _list_under_way(upload_id: int | None) -> QuerySet[BulkRow]:
    rows = BulkRow.objects.filter(outcome__in=(BulkOutcome.UNCHECKED, BulkOutcome.QUEUED)).order_by(
        "upload_id", "number"
    )
    return rows.filter(upload=upload_id) if upload_id else rows


@transaction.atomic
def _do_row(row_id: int) -> None:
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("upload__appeal").filter(pk=row_id).first()
    if row is None:
        return  # deleted meanwhile
    try:
        if row.outcome == BulkOutcome.UNCHECKED:
            _check(row)
        elif row.outcome == BulkOutcome.QUEUED:
            _enter(row)
    except encryption.NoKey:
        raise  # it waits until this worker has the key
    except encryption.CannotDecrypt:
        row.outcome = BulkOutcome.WRONG
        row.save()


def _lock(row_id: int) -> BulkRow:
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("upload__appeal").get(pk=row_id)
    if row.outcome not in _OPEN_TO_CHANGE:
        raise NotPossible
    return row


def _check(row: BulkRow) -> None:
    """Set how far the row is, and which endorsements its name resembles."""
    row.alike = []
    if submission := _read_submission(row):
        endorsement = _build_endorsement(row, submission)
        row.alike = [[one.endorsement, one.how] for one in find_resemblances(endorsement)]
        row.outcome = BulkOutcome.DUPLICATE if _is_known(row, endorsement) else BulkOutcome.READY
    row.save()


def _read_submission(row: BulkRow) -> Submission | None:
    """Return what the row has for the form; None, with its outcome set, where the form would refuse it."""
    form = RowForm(read_fields(row), origin=row.upload.origin)
    if form.is_valid():
        return form.to_submission()
    row.outcome = BulkOutcome.WRONG
    return None


def _build_endorsement(row: BulkRow, submission: Submission) -> Endorsement:
    """Return the endorsement that the row would become, not saved, and set the row's key."""
    appeal, origin = row.upload.appeal, Origin(row.upload.origin)
    fingerprint = accept.compute_fingerprint(appeal, submission, kind=origin)
    text = AppealText.objects.signed(appeal.pk)
    endorsement = accept.build_endorsement(appeal, text, submission, fingerprint, origin=origin, at=clock.now())
    who = endorsement.mailbox_index or fingerprint
    row.match_key = encryption.compute_index("row", f"{appeal.pk} {endorsement.name_index} {who}")
    return endorsement


def _is_known(row: BulkRow, endorsement: Endorsement) -> bool:
    """Return whether the same was entered before, the organisation endorses already, or another row is the same."""
    rows = Endorsement.objects.filter(appeal=endorsement.appeal_id, fingerprint=endorsement.fingerprint)
    active = Endorsement.objects.of_same_organisation(endorsement).filter(state__in=ACTIVE)
    earlier = BulkRow.objects.filter(upload=row.upload_id, match_key=row.match_key, number__lt=row.number)
    return (
        rows.exists()
        or (endorsement.mailbox_index != "" and active.exists())
        or earlier.exclude(outcome__in=(BulkOutcome.LEFT_OUT, BulkOutcome.WRONG)).exists()
    )


def _enter(row: BulkRow) -> None:
    """Add the row's endorsement, unless that has become impossible, and erase the row's fields."""
    submission = _read_submission(row)
    if submission and _is_known(row, _build_endorsement(row, submission)):
        row.outcome = BulkOutcome.DUPLICATE
    elif submission:
        _enter_submission(row, submission)
    row.save()


def _enter_submission(row: BulkRow, submission: Submission) -> None:
    upload = row.upload
    try:
        with transaction.atomic():
            row.endorsement = manual_entry.enter_endorsement(
                upload.appeal,
                submission,
                origin=Origin(upload.origin),
                note=str(encryption.decrypt_column(upload, "sealed_note")),
                by=Actor.staff(upload.started_by or 0),
                at=clock.now(),
            )
    except (AlreadyEntered, DuplicateEndorsement):
        row.outcome = BulkOutcome.DUPLICATE
    except NotOpen:
        row.outcome = BulkOutcome.READY  # it can be added when the appeal accepts endorsements again
    else:
        row.outcome, row.sealed_fields, row.alike = BulkOutcome.ENTERED, "", []
