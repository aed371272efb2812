"""What the evidence says of an endorsement is kept as flags, and its name in the forms that a search compares."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from petition.actions.lifecycle import lock_all
from petition.actions.row_by_row import RowsFailed, row_by_row
from petition.evidence.likeness import forms, joined, search_key
from petition.evidence.resemblance import resemblances
from petition.evidence.weighing import evidence
from petition.models import Endorsement, Flag, Origin, State
from petition.protection import contacts


def in_pieces(*, at: datetime) -> Iterator[None]:
    """Weigh all that are due, and come back after each, so that the worker can do something else in between.

    Raises RowsFailed in the end where one could not be weighed; the others are then.
    """
    failed = 0
    for succeeded in row_by_row("weigh", Endorsement.objects.to_weigh, partial(weigh, at=at)):
        failed += not succeeded
        yield
    if failed:
        raise RowsFailed(f"{failed} not weighed")


def weigh(endorsement_id: int, *, at: datetime) -> None:
    """The endorsement has its flags and search forms, and others that the same is true of have the flag as well.

    What takes long is read outside of any transaction. Who decides meanwhile goes first: of a row that was changed or
    sealed since it was read nothing is written. The search forms are there before others are compared with them, so of
    two that are weighed at once one finds the other.
    """
    row = Endorsement.objects.select_related("appeal").filter(pk=endorsement_id, sealed_name="").first()
    if row is None:
        return
    own = forms(row.organisation_name, row.acronym)
    row.looks_index = contacts.index_of("looks", joined(own.looks)) if own.looks else ""
    row.sounds_index = contacts.index_of("sounds", joined(own.sounds)) if own.sounds else ""
    folded = search_key(row.organisation_name, row.acronym)
    if not _as_read(row).update(folded=folded, looks_index=row.looks_index, sounds_index=row.sounds_index):
        return
    flags = _flags(row) if row.origin == Origin.FORM and row.state != State.WITHDRAWN else None
    with transaction.atomic():
        lock_all({row.pk, *(pk for pk, _code in flags or ())})
        if _as_read(row).update(weighed_at=at) == 1 and flags is not None:
            _set_flags(row, flags)


def _as_read(row: Endorsement) -> QuerySet[Endorsement]:
    """The row, if it still is what the evidence looked at."""
    same = Endorsement.objects.filter(pk=row.pk, state=row.state, sealed_name="")
    return same.filter(organisation_name=row.organisation_name, acronym=row.acronym)


def _flags(row: Endorsement) -> list[tuple[int, str]]:
    """Which endorsement gets which flag: `row`, and others that the same is true of."""
    found = [finding for finding in evidence(row, resemblances(row)) if finding.flag]
    return [(pk, str(finding.flag)) for finding in found for pk in (row.pk, *finding.others)]


def _set_flags(row: Endorsement, flags: list[tuple[int, str]]) -> None:
    """The flags of `row` are those of today. Flags of others are only added: they were true when those came in."""
    Flag.objects.filter(endorsement=row).delete()
    present = set(Endorsement.objects.filter(pk__in={pk for pk, _code in flags}).values_list("pk", flat=True))
    rows = [Flag(endorsement_id=pk, code=code) for pk, code in flags if pk in present]
    Flag.objects.bulk_create(rows, ignore_conflicts=True)
