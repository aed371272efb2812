"""A database whose refusals are gone, or that forgets what it acknowledged, is noticed before it is used."""

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import IntegrityError, connection, transaction

from petition.models import Appeal, AuditEvent, triggers
from tests.models.rows import event_about

NAMES = [refusal.name for refusal in triggers.REFUSALS]
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="it asks PostgreSQL's own settings")


def _drop(name: str) -> None:
    (table,) = {refusal.table for refusal in triggers.REFUSALS if refusal.name == name}
    on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on_table}")


def _found(number: str) -> list[CheckMessage]:
    return [message for message in run_checks(databases=["default"]) if message.id == number]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_dropped_trigger_is_reported_and_put_back(name: str) -> None:
    assert triggers.missing(connection) == []
    _drop(name)
    assert triggers.missing(connection) == [name]
    triggers.install(connection)
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_the_system_check_names_what_is_missing_and_how_to_repair_it() -> None:
    assert _found("petition.E001") == []
    _drop("text_no_update")
    _drop("audit_no_delete")
    (message,) = _found("petition.E001")
    assert message.level >= 40
    assert message.msg.endswith("lacks the triggers audit_no_delete, text_no_update.")
    assert "migrate" in str(message.hint)


def test_installing_twice_changes_nothing_and_a_trigger_put_back_refuses_again(appeal: Appeal) -> None:
    event = event_about(appeal)
    _drop("audit_no_update")
    AuditEvent.objects.filter(pk=event.pk).update(reason="rewritten")
    for _ in range(2):
        triggers.install(connection)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(reason="again")


@pytest.mark.django_db
def test_a_trigger_in_an_older_form_is_replaced() -> None:
    refusal = next(refusal for refusal in triggers.REFUSALS if refusal.name == "audit_no_delete")
    harmless = triggers.Refusal(refusal.name, refusal.table, refusal.verb, "1 = 0", refusal.message)
    with connection.cursor() as cursor:
        for statement in harmless.statements(connection.vendor):
            cursor.execute(statement)
    triggers.install(connection)
    event = AuditEvent.objects.create(at="2026-11-23T12:00Z", verb="test", actor_kind="operator", subject_kind="test")
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()


@pytest.mark.django_db
def test_a_table_that_is_not_there_lacks_no_trigger(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = triggers.Refusal("not_ours", "petition_nowhere", "DELETE", "1 = 1", "never")
    monkeypatch.setattr(triggers, "REFUSALS", (*triggers.REFUSALS, elsewhere))
    triggers.install(connection)
    assert triggers.missing(connection) == []


@postgresql_only
@pytest.mark.django_db
def test_a_disabled_trigger_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE petition_demand DISABLE TRIGGER demand_no_delete")
    assert triggers.missing(connection) == ["demand_no_delete"]


@postgresql_only
@pytest.mark.django_db
def test_a_server_that_does_not_wait_for_the_disk_is_refused() -> None:
    assert _found("petition.E002") == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    (message,) = _found("petition.E002")
    assert "synchronous_commit=off" in message.msg


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it asks SQLite's own settings")
@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)]
)
def test_sqlite_waits_for_the_disk_and_overwrites_what_is_erased(setting: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {setting}")
        assert cursor.fetchone() == (value,)


@pytest.mark.django_db
def test_without_a_database_in_question_nothing_is_asked() -> None:
    _drop("text_no_update")
    assert [message for message in run_checks() if message.id in ("petition.E001", "petition.E002")] == []
