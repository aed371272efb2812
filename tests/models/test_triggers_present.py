"""System checks notice a database without its triggers; SQLite waits for the disk."""

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import IntegrityError, connection, transaction

from petition.models import Appeal, AuditEvent
from petition.models.database import triggers
from tests.models.rows import record_event

NAMES = [trigger.name for trigger in triggers.TRIGGERS]
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="checks settings of PostgreSQL")


def _drop(name: str) -> None:
    (table,) = {trigger.table for trigger in triggers.TRIGGERS if trigger.name == name}
    on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on_table}")


def _run_check(number: str) -> list[CheckMessage]:
    return [message for message in run_checks(databases=["default"]) if message.id == number]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_dropped_trigger_is_reported_and_installed_again(name: str) -> None:
    assert triggers.find_missing_triggers(connection) == []
    _drop(name)
    assert triggers.find_missing_triggers(connection) == [name]
    triggers.install_triggers(connection)
    assert triggers.find_missing_triggers(connection) == []


@pytest.mark.django_db
def test_the_system_check_names_what_is_missing_and_how_to_repair_it() -> None:
    assert _run_check("petition.E001") == []
    _drop("text_no_update")
    _drop("audit_no_delete")
    (message,) = _run_check("petition.E001")
    assert message.level >= 40
    assert message.msg.endswith("lacks the triggers audit_no_delete, text_no_update.")
    assert "migrate" in str(message.hint)


def test_installing_twice_changes_nothing_and_a_reinstalled_trigger_refuses_again(appeal: Appeal) -> None:
    event = record_event(appeal)
    _drop("audit_no_update")
    AuditEvent.objects.filter(pk=event.pk).update(reason="rewritten")
    for _ in range(2):
        triggers.install_triggers(connection)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(reason="again")


@pytest.mark.django_db
def test_an_older_version_of_a_trigger_is_replaced() -> None:
    trigger = next(trigger for trigger in triggers.TRIGGERS if trigger.name == "audit_no_delete")
    harmless = triggers.Trigger(trigger.name, trigger.table, trigger.verb, "1 = 0", trigger.message)
    with connection.cursor() as cursor:
        for statement in harmless.statements(connection.vendor):
            cursor.execute(statement)
    triggers.install_triggers(connection)
    event = AuditEvent.objects.create(at="2026-11-23T12:00Z", verb="test", actor_kind="operator", subject_kind="test")
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()


def test_no_trigger_is_installed_on_or_queries_a_table_that_does_not_exist(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after migrating backwards: none is missing, and an older program can still write."""
    on_it = triggers.Trigger("not_ours", "petition_nowhere", "DELETE", "1 = 1", "never")
    queries_it = triggers.Trigger(
        "not_yet", "petition_appeal", "UPDATE", "EXISTS (SELECT 1 FROM petition_nowhere)", "never"
    )
    monkeypatch.setattr(triggers, "TRIGGERS", (*triggers.TRIGGERS, on_it, queries_it))
    triggers.install_triggers(connection)
    assert triggers.find_missing_triggers(connection) == []
    assert Appeal.objects.filter(pk=appeal.pk).update(revision=appeal.revision + 1) == 1


@postgresql_only
@pytest.mark.django_db
def test_a_disabled_trigger_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE petition_demand DISABLE TRIGGER demand_no_delete")
    assert triggers.find_missing_triggers(connection) == ["demand_no_delete"]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="checks settings of SQLite")
@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)]
)
def test_sqlite_waits_for_the_disk_and_overwrites_erased_content(setting: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {setting}")
        assert cursor.fetchone() == (value,)


@pytest.mark.django_db
def test_checks_without_databases_query_nothing() -> None:
    _drop("text_no_update")
    assert [message for message in run_checks() if message.id == "petition.E001"] == []
