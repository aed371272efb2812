"""LEGAL_MOVES as the database enforces it: every ordered pair of states, by a plain UPDATE."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from petition.models import Appeal, AuditEvent, Endorsement, State
from petition.models.choices import LEGAL_MOVES
from tests import factories
from tests.factories import NOON
from tests.models.rows import a_signatory, create_in_state, get_columns_for, record_event, update_row, update_with_event

pytestmark = pytest.mark.both_databases

PAIRS = list(product(State, State))
UNEXPLAINED = "a change of state, display, quarantine or withdrawal names its audit event"


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{old}-{new}" for old, new in PAIRS])
def test_a_move_succeeds_exactly_when_the_table_has_it(appeal: Appeal, old: State, new: State) -> None:
    endorsement = create_in_state(appeal, old)
    columns = get_columns_for(new, a_signatory(appeal))
    if new == old or new in LEGAL_MOVES[old]:
        assert update_with_event(endorsement, **columns) == 1
        assert Endorsement.objects.get(pk=endorsement.pk).state == new
    else:
        with pytest.raises(IntegrityError, match="not in the table of legal moves"), transaction.atomic():
            update_with_event(endorsement, **columns)
        assert Endorsement.objects.get(pk=endorsement.pk).state == old


def test_the_table_has_exactly_these_moves() -> None:
    moves = {(old.value, new.value) for old, following in LEGAL_MOVES.items() for new in following}
    assert moves == {
        ("submitted", "confirmed"),
        ("submitted", "rejected"),
        ("submitted", "withdrawn"),
        ("confirmed", "approved"),
        ("confirmed", "returned"),
        ("confirmed", "rejected"),
        ("confirmed", "withdrawn"),
        ("returned", "confirmed"),
        ("returned", "rejected"),
        ("returned", "withdrawn"),
        ("rejected", "confirmed"),
        ("rejected", "withdrawn"),
        ("rejected", "returned"),
        ("rejected", "submitted"),
        ("approved", "confirmed"),
        ("approved", "withdrawn"),
    }


@pytest.mark.parametrize("which", ["none", "the last one", "an earlier one", "of another", "of the appeal"])
def test_a_move_without_a_new_event_about_it_is_refused(appeal: Appeal, which: str) -> None:
    endorsement, other = factories.confirmed(appeal), factories.confirmed(appeal)
    submitted = AuditEvent.objects.get(subject_kind="endorsement", subject_id=endorsement.pk, verb="submit")
    event = {
        "none": 10**9,
        "the last one": endorsement.explained_by,
        "an earlier one": submitted.pk,
        "of another": record_event(other).pk,
        "of the appeal": record_event(appeal).pk,
    }[which]
    with pytest.raises(IntegrityError, match=UNEXPLAINED), transaction.atomic():
        update_row(endorsement, state=State.REJECTED, decided_at=NOON, explained_by=event)
    assert Endorsement.objects.get(pk=endorsement.pk).state == State.CONFIRMED


def test_a_signatory_cannot_be_explained_by_an_earlier_event(appeal: Appeal) -> None:
    signatory = factories.approved(appeal).signatory
    assert signatory
    imported = AuditEvent.objects.get(verb="import")
    with pytest.raises(IntegrityError, match="a change of a listing names its audit event"), transaction.atomic():
        update_row(signatory, label="Other", explained_by=imported.pk)


def test_other_changes_need_no_event(appeal: Appeal) -> None:
    assert update_row(factories.confirmed(appeal), website="https://fund.example") == 1
