"""Migrations run forwards and backwards with rows in every table, and leave every trigger installed."""

import itertools

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from petition.actions.audit import OPERATOR
from petition.actions.database.releases import find_irreversible
from petition.actions.intake import known_organisations, process
from petition.actions.moderation import comparisons, decisions, manual_entry
from petition.actions.staff import accounts
from petition.models import (
    Alert,
    AuditEvent,
    CodeTries,
    ContactChange,
    Dispute,
    Endorsement,
    FollowUp,
    IntakeRow,
    LinkRequest,
    Origin,
    PutBackProposal,
    RateCount,
    Reason,
    Role,
    RoleProposal,
    Signatory,
    SiteState,
    Spelling,
    TextProposal,
    Verdict,
    VisitorCount,
    WorkerFailure,
)
from petition.models.database import triggers
from petition.models.intake import BLOCK_BYTES, OVERHEAD_BYTES
from tests import factories
from tests.models.next_migrations import NEXT, OURS, AddsColumn, ChangesProtectedRows, Irreversible, more_migrations
from tests.models.rows import (
    a_batch,
    a_change,
    a_correction,
    a_mail_paragraph,
    a_notice,
    a_question,
    a_removal,
    a_timeline_entry,
    an_appeal_draft,
    an_edition,
    an_upload,
    an_upload_row,
    record_event,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]


def _tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("petition_")}


def _rows_everywhere() -> None:
    appeal = factories.an_appeal()
    factories.submitted(appeal)
    factories.approved(appeal)
    a_change(Signatory.objects.get(kind="further"))
    factories.approved(appeal, display="withheld")
    a_removal(appeal)
    RateCount.objects.get_or_create(key="made up", defaults={"count": 1, "ends_at": factories.NOON})
    VisitorCount.objects.create(key="made up", count=1, ends_at=factories.NOON)
    IntakeRow.objects.create(appeal=appeal.pk, key_id="00000000", box=b"x" * (BLOCK_BYTES + OVERHEAD_BYTES))
    FollowUp.objects.create(endorsement=factories.confirmed(appeal), verb="hide", at=factories.NOON)
    a_correction(factories.confirmed(appeal))
    waiting = factories.confirmed(appeal)
    a_question(waiting)
    ContactChange.objects.create(endorsement=waiting, requested_at=factories.NOON)
    Dispute.objects.create(appeal=appeal, sealed_message="sealed", raised_at=factories.NOON)
    a_notice(appeal, language="ru")
    a_mail_paragraph()
    a_timeline_entry(appeal, edition=an_edition(appeal))
    an_appeal_draft()
    an_upload_row(an_upload(appeal))
    a_batch(waiting)
    Reason.objects.get_or_create(code="other")
    WorkerFailure.objects.create(duty="mirror", error="OSError", failed_at=factories.NOON)
    respelled = factories.confirmed(appeal)
    Spelling.objects.create(endorsement=respelled, sealed_before="a", sealed_after="b", changed_at=factories.NOON)
    for origin in (Origin.EMAIL, Origin.LETTER):
        for second in (False, True):
            row = factories.entered(appeal, origin)
            if second and origin == Origin.LETTER:
                manual_entry.confirm_letter(row.pk, by=factories.SECOND, at=factories.NOON)
    Alert.objects.create(kind="digest", day=factories.NOON)
    guest = accounts.invite("guest", "guest@desk.example", [], language="en", by=OPERATOR, at=factories.NOON)
    CodeTries.objects.create(account=guest)
    decisions.withdraw(factories.approved(appeal).pk, by=factories.MODERATOR, at=factories.NOON)
    proposed = {"proposed_by": guest.pk, "proposed_at": factories.NOON}
    PutBackProposal.objects.create(appeal=appeal, **proposed)
    RoleProposal.objects.create(account=guest, role=Role.EDITOR, **proposed)
    TextProposal.objects.create(appeal=appeal, language="ru", dated=factories.NOON, source="made up", **proposed)
    SiteState.objects.create(worker_seen_at=factories.NOON)
    factories.screen_due(at=factories.NOON)
    process.screen_endorsement(factories.confirmed(appeal, organisation_name="Freedom Now").pk, at=factories.NOON)
    comparisons.record_comparison(
        waiting.pk, Endorsement.objects.latest("pk").pk, Verdict.SAME, by=factories.MODERATOR, at=factories.NOON
    )
    known_organisations.replace_known_organisations(
        [known_organisations.KnownEntry("Made-up Fund", "fund.example", "", member=True)]
    )
    # The last, because whatever looks at mails meanwhile would answer it.
    LinkRequest.objects.create(mailbox_index="a" * 64, requested_at=factories.NOON)


def _migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0)


def _check_tables_and_triggers(tables: set[str]) -> None:
    assert _tables() == tables
    assert triggers.find_missing_triggers(connection) == []
    event = record_event(factories.an_appeal("after-migrating"))
    with pytest.raises(IntegrityError):
        AuditEvent.objects.filter(pk=event.pk).update(reason="rewritten")


@pytest.mark.long  # ten seconds
def test_all_tables_with_rows_are_dropped_and_made_again() -> None:
    tables, reasons = _tables(), list(Reason.objects.values_list())
    _rows_everywhere()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT 1 FROM {table}")
            assert cursor.fetchone() is not None, table
    try:
        _migrate("petition", "zero")
        assert _tables() == set()
    finally:
        _migrate()
    _check_tables_and_triggers(tables)
    assert list(Reason.objects.values_list()) == reasons
    assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)


def test_a_later_migration_finds_no_trigger_in_its_way() -> None:
    """An upgrade of a site with rows, by a made-up migration."""
    tables = _tables()
    _rows_everywhere()
    before = list(Signatory.objects.order_by("pk").values_list())
    with more_migrations(ChangesProtectedRows):
        try:
            _migrate()
            assert set(AuditEvent.objects.values_list("reason", flat=True)) == {"migrated"}
            _check_tables_and_triggers(tables)
        finally:
            _migrate("petition", OURS[-1])
    assert triggers.find_missing_triggers(connection) == []
    assert list(Signatory.objects.order_by("pk").values_list())[: len(before)] == before


def _read_rows(columns: dict[str, list[str]]) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of these tables with these columns."""
    quote = connection.ops.quote_name
    rows = {}
    with connection.cursor() as cursor:
        for table, names in columns.items():
            cursor.execute(f"SELECT {', '.join(map(quote, names))} FROM {quote(table)}")
            rows[table] = sorted(cursor.fetchall(), key=repr)
    return rows


def _list_columns() -> dict[str, list[str]]:
    """Return each table that there is now, with its columns."""
    with connection.cursor() as cursor:
        return {
            table: sorted(column.name for column in connection.introspection.get_table_description(cursor, table))
            for table in _tables()
        }


def _list_steps() -> list[tuple[str, str]]:
    """Return each migration after the first with the one before it."""
    names = sorted(name for app, name in MigrationLoader(None).disk_migrations if app == "petition")
    return list(itertools.pairwise(names))


@pytest.mark.parametrize("made_up", [(AddsColumn,), ()], ids=["made up", "ours"])
def test_every_migration_goes_back_and_forward_with_all_rows(made_up: tuple[type[Migration], ...]) -> None:
    """The last step, with rows in every table: what the schema before it can hold stays as it is."""
    with more_migrations(*made_up):
        before, after = _list_steps()[-1]
        _rows_everywhere()
        try:
            _migrate("petition", before)
            columns = _list_columns()
            rows = _read_rows(columns)
            for target in (after, before, after):
                _migrate("petition", target)
                assert _read_rows(columns) == rows
                assert triggers.find_missing_triggers(connection) == []
            assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)
        finally:
            if made_up:
                _migrate("petition", OURS[-1])


def test_every_migration_has_a_reverse() -> None:
    assert find_irreversible(MigrationLoader(None).disk_migrations.values()) == []
    assert find_irreversible([Irreversible(NEXT, "petition")]) == [f"petition.{NEXT}"]


def test_migrating_an_up_to_date_database_installs_a_lost_trigger_and_changes_no_row() -> None:
    factories.approved(factories.an_appeal())
    on_table = " ON petition_auditevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_no_delete{on_table}")
    before = list(AuditEvent.objects.values_list()), list(Signatory.objects.values_list())
    call_command("migrate", verbosity=0, skip_checks=True)
    assert triggers.find_missing_triggers(connection) == []
    assert (list(AuditEvent.objects.values_list()), list(Signatory.objects.values_list())) == before
