"""Migrations run backwards and forwards again with rows in every table, and leave every trigger installed."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

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
    Removal,
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
    a_notice(appeal)
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
    LinkRequest.objects.create(mailbox_index="a" * 64, requested_at=factories.NOON)


def test_migrations_run_to_zero_and_back_with_rows_in_every_table() -> None:
    tables = _tables()
    _rows_everywhere()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT 1 FROM {table}")
            assert cursor.fetchone() is not None, table
    try:
        call_command("migrate", "petition", "zero", verbosity=0)
        assert _tables() == set()
    finally:
        call_command("migrate", verbosity=0)
    assert _tables() == tables
    assert triggers.find_missing_triggers(connection) == []
    assert not Appeal.objects.exists()
    assert Signatory.objects.filter(appeal=factories.an_appeal()).count() == 35
    with pytest.raises(IntegrityError):
        AuditEvent.objects.update(reason="rewritten")


def test_migrating_an_up_to_date_database_installs_a_lost_trigger_and_changes_no_row() -> None:
    factories.approved(factories.an_appeal())
    on_table = " ON petition_auditevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_no_delete{on_table}")
    before = list(AuditEvent.objects.values_list()), list(Signatory.objects.values_list())
    call_command("migrate", verbosity=0, skip_checks=True)
    assert triggers.find_missing_triggers(connection) == []
    assert (list(AuditEvent.objects.values_list()), list(Signatory.objects.values_list())) == before


def test_signatories_from_before_the_search_get_their_latin_column() -> None:
    """0014 fills the column. Meanwhile no trigger queries a table that does not exist."""
    factories.approved(factories.an_appeal(), organisation_name="Адилет")
    try:
        call_command("migrate", "petition", "0004", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE petition_appeal SET revision = revision + 1")  # an older program still writes
    finally:
        call_command("migrate", verbosity=0)
    assert triggers.find_missing_triggers(connection) == []
    assert Signatory.objects.get(kind="further").latin == "adilet kirgizstan"
    assert Signatory.objects.get(kind="original", number=32).latin == "freedom nov usa"


def test_the_earlier_default_notice_stays_with_the_appeal_of_2020() -> None:
    """0022 finds it by slug or text. Other appeals do not get the notice, and an editor's notice stays."""
    appeal, renamed = factories.an_appeal(), factories.an_appeal("renamed")
    demo = str(factories.STATEMENT.with_name("demo.txt"))
    call_command("import_statement", demo, "--slug", "other", "--issuer", "Made-up", verbosity=0, stdout=io.StringIO())
    worded = a_notice(appeal, language="ru")
    try:
        call_command("migrate", "petition", "0015", verbosity=0)
        assert Notice.objects.get() == worded
    finally:
        call_command("migrate", verbosity=0)
    assert Notice.objects.get(appeal=appeal, language="ru").paragraphs == worded.paragraphs
    others = Notice.objects.exclude(pk=worded.pk)
    assert set(others.values_list("appeal__slug", "language")) == {
        *((renamed.slug, language) for language in ("en", "ru", "ky")),
        *((appeal.slug, language) for language in ("en", "ky")),
    }
    fixture = json.loads(factories.STATEMENT.with_name("statement.notice.json").read_text(encoding="utf-8"))
    assert [fixture["paragraphs"][notice.language] == notice.paragraphs for notice in others] == [True] * 5
    events = AuditEvent.objects.filter(verb="set_notice", actor_kind="operator")
    assert set(events.values_list("subject_id", "appeal_id")) == {(appeal.pk, appeal.pk), (renamed.pk, renamed.pk)}


def test_removals_from_before_the_table_are_added_to_it() -> None:
    appeal = factories.an_appeal()
    listed, gone, _ = (factories.approved(appeal) for _ in range(3))
    decisions.revoke(listed.pk, by=factories.MODERATOR, at=factories.NOON)
    decisions.approve(listed.pk, by=factories.MODERATOR, at=factories.NOON)
    factories.withdraw_for_good(gone.pk, by=factories.MODERATOR, at=factories.NOON)
    decisions.hide(appeal.slug, Kind.FURTHER, 3, by=factories.MODERATOR, at=factories.NOON)
    columns = ("kind", "appeal", "reference", "endorsement", "submitted_at", "at")
    before = list(Removal.objects.values_list(*columns))
    uids = []
    for _ in range(2):
        try:
            call_command("migrate", "petition", "0015", verbosity=0)
        finally:
            call_command("migrate", verbosity=0)
        assert list(Removal.objects.values_list(*columns)) == before
        uids.append(list(Removal.objects.values_list("uid", flat=True)))
    assert uids[0] == uids[1], "an older copy of this database must get the same ones"
