"""A row that fails holds up no other, is logged by its number, and is reported."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from petition.actions.intake import process
from petition.actions.operations import retention, row_processing
from petition.actions.refusals import RowsFailed
from petition.models import Appeal, Endorsement, Flag, OutgoingMail, RateCount
from petition.models.database.triggers import Trigger
from petition.security import rate_limits
from tests import factories
from tests.factories import NOON
from tests.faults.variants import variant

pytestmark = pytest.mark.both_databases

WEEK = timedelta(days=7)
BAD = "Unmistakable Bad Row"


def refuse(verb: Any, condition: str) -> None:
    """The database refuses `verb` on such endorsements, as a broken disk page or an unforeseen constraint would."""
    refusal = Trigger(f"bad_row_{verb.lower()}", "petition_endorsement", verb, condition, "bad row")
    with connection.cursor() as cursor:
        for statement in refusal.statements(connection.vendor):
            cursor.execute(statement)


def accept(verb: str) -> None:
    """Undo `refuse`, where no transaction does."""
    of_table = " ON petition_endorsement" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER bad_row_{verb.lower()}{of_table}")


def test_bad_rows_stop_no_other_row_and_no_other_step(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(row_processing, "AT_ONCE", 2)  # fewer than there are bad rows: they stay due, and come first
    bad = [factories.submitted(appeal, organisation_name=f"{BAD} {number}")[0].pk for number in range(3)]
    for _ in range(3):
        factories.submitted(appeal)
    OutgoingMail.objects.all().delete()
    rate_limits.consume(rate_limits.MAILS_FROM_OWN_PAGE, "somebody", at=NOON)
    refuse("DELETE", f"OLD.organisation_name >= '{BAD} 0'")
    with pytest.raises(RowsFailed, match="3 not erased"):
        retention.purge(at=NOON + WEEK)
    assert sorted(Endorsement.objects.filter(origin="form").values_list("pk", flat=True)) == bad
    assert not RateCount.objects.exists()
    assert [f"row {pk} failed" in caplog.text for pk in bad] == [True] * 3
    assert "Unmistakable" not in caplog.text


@pytest.mark.usefixtures("committed")
def test_steps_for_whole_tables_run_after_one_that_failed() -> None:
    row = factories.confirmed(factories.an_appeal())
    Endorsement.objects.filter(pk=row.pk).update(network_index="5c1e")
    refuse("UPDATE", "NEW.network_index <> OLD.network_index")
    try:
        with pytest.raises(RowsFailed, match="1 not erased"):
            retention.purge(at=NOON + WEEK)
    finally:
        accept("UPDATE")
    assert not RateCount.objects.exists()


@pytest.mark.usefixtures("committed")
def test_a_bad_row_holds_up_no_screening() -> None:
    appeal = factories.an_appeal()
    bad = factories.confirmed(appeal, organisation_name=BAD)
    good = factories.confirmed(appeal)
    refuse("UPDATE", f"OLD.organisation_name = '{BAD}' AND NEW.folded <> OLD.folded")
    try:
        with pytest.raises(RowsFailed):
            factories.screen_due(at=NOON)
    finally:
        accept("UPDATE")
    assert Endorsement.objects.get(pk=good.pk).weighed_at == NOON
    assert Endorsement.objects.get(pk=bad.pk).weighed_at is None


def _sealed_meanwhile(module: Any, pk: int) -> None:
    """Screens the endorsement `pk`, whose name is changed while the evidence is read."""

    def change(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "petition_comparison" in sql:
            Endorsement.objects.filter(pk=pk).update(organisation_name="Another Name")
        return execute(sql, *rest)

    with connection.execute_wrapper(change):
        module.screen_endorsement(pk, at=NOON)


def _two_alike(appeal: Appeal) -> Endorsement:
    factories.confirmed(appeal, organisation_name="Lake Fund")
    return factories.confirmed(appeal, organisation_name="Lake Fund.")


def test_flags_are_stored_only_for_the_name_that_was_compared(appeal: Appeal) -> None:
    row = _two_alike(appeal)
    _sealed_meanwhile(process, row.pk)
    assert not Flag.objects.exists()
    assert Endorsement.objects.get(pk=row.pk).weighed_at is None
    process.screen_endorsement(row.pk, at=NOON)
    assert Endorsement.objects.get(pk=row.pk).weighed_at == NOON


def test_without_that_condition_flags_of_an_earlier_name_are_stored(appeal: Appeal) -> None:
    row = _two_alike(appeal)
    careless = {
        "if _as_read(row).update(weighed_at=at) == 1 and": "if _as_read(row).update(weighed_at=at) in (0, 1) and"
    }
    _sealed_meanwhile(variant(process, careless), row.pk)
    assert Flag.objects.exists()
