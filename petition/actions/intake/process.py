"""Process new endorsements in the worker: screen them, and store flags for moderators and columns for search."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from petition.actions.lifecycle import lock_endorsements
from petition.actions.listing.entries import read_name
from petition.actions.operations.row_processing import process_rows
from petition.actions.refusals import RowsFailed
from petition.models import Endorsement, Flag, Origin, State
from petition.screening.evaluation import evaluate
from petition.screening.similar_names import find_resemblances
from petition.screening.similarity import build_name_forms, build_search_key, join_words
from petition.security import encryption


def screen_in_steps(*, at: datetime) -> Iterator[None]:
    """Screen all that are due, yielding after each, so that the worker can do something else in between.

    Raises RowsFailed at the end if some could not be screened.
    """
    failed = 0
    for succeeded in process_rows("screen", Endorsement.objects.to_screen, partial(screen_endorsement, at=at)):
        failed += not succeeded
        yield
    if failed:
        raise RowsFailed(f"{failed} not screened")


def screen_endorsement(endorsement_id: int, *, at: datetime) -> None:
    """Store the search columns and flags of an endorsement, and flag others that it was found to resemble.

    Comparing takes long, so it is done outside a transaction. If the endorsement is changed or encrypted meanwhile,
    nothing is stored.
    """
    row = Endorsement.objects.select_related("appeal").filter(pk=endorsement_id).first()
    if row is None or row.state == State.WITHDRAWN:
        return
    name = read_name(row)
    own = build_name_forms(name["organisation_name"], name["acronym"])
    row.looks_index = encryption.compute_index("looks", join_words(own.looks)) if own.looks else ""
    row.sounds_index = encryption.compute_index("sounds", join_words(own.sounds)) if own.sounds else ""
    folded = build_search_key(row.organisation_name, row.acronym) if row.has_clear_name else ""
    # Stored before comparing: of two that are screened at the same time, one finds the other.
    if not _as_read(row).update(folded=folded, looks_index=row.looks_index, sounds_index=row.sounds_index):
        return
    flags = _find_flags(row) if row.origin == Origin.FORM and row.state != State.WITHDRAWN else None
    with transaction.atomic():
        lock_endorsements({row.pk, *(pk for pk, _code in flags or ())})
        if _as_read(row).update(weighed_at=at) == 1 and flags is not None:
            _set_flags(row, flags)


def _as_read(row: Endorsement) -> QuerySet[Endorsement]:
    """Return the row, if it is still as it was read."""
    same = Endorsement.objects.filter(pk=row.pk, state=row.state, sealed_name=row.sealed_name)
    return same.filter(organisation_name=row.organisation_name)


def _find_flags(row: Endorsement) -> list[tuple[int, str]]:
    """Return pairs of endorsement id and flag, for `row` and for others that it resembles."""
    findings = [finding for finding in evaluate(row, find_resemblances(row)) if finding.flag]
    return [(pk, str(finding.flag)) for finding in findings for pk in (row.pk, *finding.others)]


def _set_flags(row: Endorsement, flags: list[tuple[int, str]]) -> None:
    """Replace the flags of `row`, and add those of others, whose earlier flags stay."""
    Flag.objects.filter(endorsement=row).delete()
    present = set(Endorsement.objects.filter(pk__in={pk for pk, _code in flags}).values_list("pk", flat=True))
    rows = [Flag(endorsement_id=pk, code=code) for pk, code in flags if pk in present]
    Flag.objects.bulk_create(rows, ignore_conflicts=True)
