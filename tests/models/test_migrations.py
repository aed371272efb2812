"""Migrations run backwards and forwards again with rows in every table, and leave every trigger installed."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from petition.actions.audit import OPERATOR
from petition.actions.intake import known_organisations, process
from petition.actions.moderation import comparisons, decisions, manual_entry
from petition.actions.staff import accounts
from petition.models import (
    Alert,
    Appeal,
    AuditEvent,
    CodeTries,
    ContactChange,
    Dispute,
    Endorsement,
    Kind,
    LinkRequest,
    Notice,
    Origin,
    RateCount,
    Reason,
    Role,
    RoleProposal,
    Signatory,
    SiteState,
    Spelling,
    TextProposal,
    Verdict,
    WorkerFailure,
    triggers,
)
from tests import factories
from tests.models.rows import a_batch, a_change, a_correction, a_notice, a_question, a_removal, an_edition

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]
REMOVAL_COLUMNS = ("uid", "kind", "appeal", "reference", "endorsement", "submitted_at", "at")


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
    a_correction(factories.confirmed(appeal))
    waiting = factories.confirmed(appeal)
    a_question(waiting)
    ContactChange.objects.create(endorsement=waiting, requested_at=factories.NOON)
    Dispute.objects.create(appeal=appeal, sealed_message="sealed", raised_at=factories.NOON)
    a_notice(appeal, language="ru")
    an_edition(appeal)
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


def _rows_that_migrations_change() -> None:
    """Add removals of each kind, a name in Cyrillic, and two more appeals, one of them with the text of 2020."""
    appeal = Appeal.objects.get()
    listed = factories.approved(appeal)
    decisions.revoke(listed.pk, by=factories.MODERATOR, at=factories.NOON)
    decisions.approve(listed.pk, by=factories.MODERATOR, at=factories.NOON)
    factories.withdraw_for_good(factories.approved(appeal).pk)
    hidden = factories.approved(appeal).signatory
    assert hidden
    decisions.hide(appeal.slug, Kind.FURTHER, hidden.number, by=factories.MODERATOR, at=factories.NOON)
    factories.approved(appeal, organisation_name="Адилет")
    factories.an_appeal("renamed")
    demo = str(factories.STATEMENT.with_name("demo.txt"))
    call_command("import_statement", demo, "--slug", "other", "--issuer", "Made-up", verbosity=0, stdout=io.StringIO())
    # The last, because whatever looks at mails meanwhile would answer it.
    LinkRequest.objects.create(mailbox_index="a" * 64, requested_at=factories.NOON)


def _removals() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(REMOVAL_COLUMNS)} FROM petition_removal ORDER BY id")
        return list(cursor.fetchall())


def _migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0)


def _run_to_zero_and_roll_back() -> None:
    with connection.constraint_checks_disabled(), transaction.atomic():
        _migrate("petition", "zero")
        assert _tables() == set()
        transaction.set_rollback(True)


def test_migrations_run_backwards_and_forwards_with_rows_in_every_table() -> None:
    """One walk for all checks, since each step rebuilds tables. This database was made from zero forwards."""
    tables = _tables()
    _rows_everywhere()
    _rows_that_migrations_change()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT 1 FROM {table}")
            assert cursor.fetchone() is not None, table
    younger = set(AuditEvent.objects.filter(verb="start_withdrawal").values_list("subject_id", flat=True))
    removals = [row for row in _removals() if row[REMOVAL_COLUMNS.index("endorsement")] not in younger]
    (worded,) = Notice.objects.all()
    try:
        _migrate("petition", "0015")
        assert Notice.objects.get() == worded
        _migrate("petition", "0017")
        added = _removals()
        _migrate("petition", "0004")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE petition_appeal SET revision = revision + 1")  # an older program still writes
        _run_to_zero_and_roll_back()
    finally:
        _migrate()
    assert _tables() == tables
    assert triggers.find_missing_triggers(connection) == []
    with pytest.raises(IntegrityError):
        AuditEvent.objects.update(reason="rewritten")
    _check_latin()
    _check_notices(worded)
    assert [row[1:] for row in added] == [row[1:] for row in removals], "those from before the table are in it"
    assert _removals() == added, "an older copy of this database must get the same ones"


def _check_latin() -> None:
    """0006 fills the column of the search. Meanwhile no trigger queries a table that does not exist."""
    assert Signatory.objects.get(name="Адилет").latin == "adilet kirgizstan"
    original = Signatory.objects.get(appeal__slug=factories.SLUG, kind="original", number=32)
    assert original.latin == "freedom nov usa"


def _check_notices(worded: Notice) -> None:
    """0022 adds the default to the appeal of 2020, found by slug or text, and to no other. An editor's notice stays."""
    assert Notice.objects.get(pk=worded.pk).paragraphs == worded.paragraphs
    others = Notice.objects.exclude(pk=worded.pk).select_related("appeal")
    assert {(notice.appeal.slug, notice.language) for notice in others} == {
        *(("renamed", language) for language in ("en", "ru", "ky")),
        *((factories.SLUG, language) for language in ("en", "ky")),
    }
    fixture = json.loads(factories.STATEMENT.with_name("statement.notice.json").read_text(encoding="utf-8"))
    assert [fixture["paragraphs"][notice.language] == notice.paragraphs for notice in others] == [True] * 5
    appeals = {(notice.appeal_id, notice.appeal_id) for notice in others}
    events = AuditEvent.objects.filter(verb="set_notice", actor_kind="operator")
    assert set(events.values_list("subject_id", "appeal_id")) == appeals


def test_migrating_an_up_to_date_database_installs_a_lost_trigger_and_changes_no_row() -> None:
    factories.approved(factories.an_appeal())
    on_table = " ON petition_auditevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_no_delete{on_table}")
    before = list(AuditEvent.objects.values_list()), list(Signatory.objects.values_list())
    call_command("migrate", verbosity=0, skip_checks=True)
    assert triggers.find_missing_triggers(connection) == []
    assert (list(AuditEvent.objects.values_list()), list(Signatory.objects.values_list())) == before
