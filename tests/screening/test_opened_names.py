"""The names that a staff process keeps decrypted are those that the database holds encrypted only, at any moment."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from petition.actions import stale_forms
from petition.actions.audit import record
from petition.actions.listing.entries import EntryProposal, get_entry_text_for_staff
from petition.actions.moderation import decisions, spelling, undo
from petition.actions.operations import retention
from petition.models import Appeal, AuditEvent, Endorsement
from petition.models.database.triggers import remove_triggers
from petition.screening import opened_names
from petition.screening.opened_names import load_names
from petition.security import encryption
from petition.security.encrypted_names import get_name
from tests import factories
from tests.actions.every_action import own
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SLUG, approved, confirmed, submitted

pytestmark = pytest.mark.both_databases


def list_names() -> dict[int, str]:
    return {pk: name.organisation_name for pk, name in load_names().items()}


def read_names_from_rows() -> dict[int, str]:
    """Return the same as read from each row by itself."""
    names = {row.pk: get_name(row)["organisation_name"] for row in Endorsement.objects.filter(organisation_name="")}
    return {pk: name for pk, name in names.items() if name}


def count_queries(function: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        function()
    return len(queries)


# --- what is in memory ---


def test_withheld_names_are_read_with_what_a_search_compares(appeal: Appeal) -> None:
    row = confirmed(
        appeal, organisation_name="Голос Ала-Тоо", acronym="ГАТ", countries=("KG", "DE"), display="withheld"
    )
    confirmed(appeal, organisation_name="Other Fund")
    (name,) = load_names().values()
    assert (name.organisation_name, name.acronym, name.countries) == ("Голос Ала-Тоо", "ГАТ", "KG DE")
    assert name.search_key == "голос ала тоо|гат|golos ala to"
    assert list(load_names()) == [row.pk]


@pytest.mark.usefixtures("committed")
def test_every_change_is_seen_at_once() -> None:
    appeal = factories.an_appeal()
    assert list_names() == {}
    row = confirmed(appeal, organisation_name="First Fund", display="withheld")
    named = approved(appeal, organisation_name="Named Fund")
    waiting = submitted(appeal, organisation_name="Waiting Fund", display="withheld")[0]
    assert list_names() == {row.pk: "First Fund", waiting.pk: "Waiting Fund"}

    def seen() -> int:
        return stale_forms.last_change_of(row.pk)

    spelling.correct_spelling(row.pk, EntryProposal("Second Fund", "", ""), seen=seen(), by=MODERATOR, at=NOON)
    assert list_names()[row.pk] == "Second Fund"
    assert named.signatory
    decisions.hide(SLUG, named.signatory.kind, named.signatory.number, by=MODERATOR, at=NOON)  # type: ignore[arg-type]
    assert list_names()[named.pk] == "Named Fund"
    undo.undo_decision(named.pk, by=MODERATOR, at=NOON)
    assert named.pk not in list_names()
    decisions.withdraw(named.pk, by=MODERATOR, at=NOON)
    assert list_names()[named.pk] == "Named Fund"
    decisions.cancel_withdrawal(named.pk, by=MODERATOR, at=NOON)
    assert named.pk not in list_names()
    leaving.withdraw(own(named), at=NOON)
    assert named.pk not in list_names()
    decisions.approve(row.pk, by=MODERATOR, at=NOON)
    Endorsement.objects.filter(pk=row.pk).update(name_again_at=NOON)
    decisions.show_as_requested(row.pk, by=MODERATOR, at=NOON)
    assert list_names() == {waiting.pk: "Waiting Fund"}
    leaving.stop_being_named(own(row), at=NOON)
    assert list_names() == {row.pk: "Second Fund", waiting.pk: "Waiting Fund"} == read_names_from_rows()
    factories.mails_left(waiting)
    retention.purge(at=NOON + timedelta(days=8))
    assert list_names() == {row.pk: "Second Fund"}
    rejected = confirmed(appeal, organisation_name="Rejected Fund", at=NOON + timedelta(days=9))
    decisions.reject(rejected.pk, by=MODERATOR, at=NOON + timedelta(days=9))
    assert rejected.pk not in list_names()
    factories.mails_left(rejected)
    retention.purge(at=NOON + timedelta(days=40))
    assert list_names() == {row.pk: "Second Fund", rejected.pk: "Rejected Fund"} == read_names_from_rows()


@pytest.mark.usefixtures("committed")
def test_what_is_rolled_back_is_forgotten() -> None:
    row = confirmed(factories.an_appeal(), organisation_name="First Fund", display="withheld")
    load_names()
    with transaction.atomic():
        proposal = EntryProposal("Second Fund", "", "")
        seen = stale_forms.last_change_of(row.pk)
        spelling.correct_spelling(row.pk, proposal, seen=seen, by=MODERATOR, at=NOON)
        assert list_names() == {row.pk: "Second Fund"}
        transaction.set_rollback(True)
    assert list_names() == {row.pk: "First Fund"}


@pytest.mark.usefixtures("committed")
def test_an_event_that_appears_after_newer_ones_is_seen() -> None:
    """As on PostgreSQL, where the transaction that took the lower number may be committed later."""
    row = confirmed(factories.an_appeal(), organisation_name="First Fund", display="withheld")
    newest = stale_forms.newest_event()
    event = AuditEvent.objects.get(pk=newest)
    event.pk, event.subject_kind = newest + 3, "site"
    event.save(force_insert=True)
    for number in (newest + 2, newest + 1):
        assert list_names() == {row.pk: "First Fund" if number == newest + 2 else "Fund 2"}
        row = Endorsement.objects.get(pk=row.pk)
        encrypt_name(row, f"Fund {number - newest}")
        AuditEvent.objects.create(
            pk=number, at=NOON, verb="respell", actor_kind="staff", subject_kind="endorsement", subject_id=row.pk
        )
    assert list_names() == {row.pk: "Fund 1"}


def encrypt_name(row: Endorsement, name: str) -> None:
    encryption.encrypt_column(row, "sealed_name", get_name(row) | {"organisation_name": name})
    Endorsement.objects.filter(pk=row.pk).update(sealed_name=row.sealed_name)


@pytest.mark.usefixtures("committed")
def test_another_database_in_its_place_is_read_as_a_whole() -> None:
    row = confirmed(factories.an_appeal(), organisation_name="First Fund", display="withheld")
    load_names()
    remove_triggers(connection)
    AuditEvent.objects.filter(pk=stale_forms.newest_event()).delete()
    encrypt_name(row, "Restored Fund")
    assert list_names() == {row.pk: "Restored Fund"}


@pytest.mark.usefixtures("committed")
def test_after_many_changes_all_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_names, "_MOST_CHANGED", 2)
    appeal = factories.an_appeal()
    rows = [confirmed(appeal, display="withheld") for _ in range(4)]
    assert len(list_names()) == 4
    for row in rows[:3]:
        decisions.approve(row.pk, by=MODERATOR, at=NOON)
        factories.withdraw_for_good(row.pk)
    assert list(list_names()) == [rows[3].pk]


# --- what is not ---


def test_without_the_private_key_there_is_none_and_nothing_is_asked(appeal: Appeal, settings: Settings) -> None:
    row = confirmed(appeal, display="withheld")
    settings.CONTACT_PRIVATE_KEYS = []
    assert count_queries(load_names) == 0
    assert load_names() == {}
    assert get_entry_text_for_staff(Endorsement.objects.get(pk=row.pk)) == ""


def test_the_public_process_opens_no_name_whatever_keys_it_holds(appeal: Appeal, settings: Settings) -> None:
    confirmed(appeal, display="withheld")
    settings.ROLE = "public"
    assert count_queries(load_names) == 0
    assert load_names() == {}


def test_a_name_that_cannot_be_read_is_left_out_and_logged_once(
    appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    row = confirmed(appeal, organisation_name="Good Fund", display="withheld")
    other = confirmed(appeal, organisation_name="Other Fund", display="withheld")
    Endorsement.objects.filter(pk=other.pk).update(sealed_name=row.sealed_name)
    with caplog.at_level(logging.ERROR, "petition.screening.opened_names"):
        for _ in range(3):
            assert list_names() == {row.pk: "Good Fund"}
    ours = [line.getMessage() for line in caplog.records if line.name == "petition.screening.opened_names"]
    assert len(ours) == 1
    assert f"endorsement {other.pk} " in ours[0]
    assert "Fund" not in caplog.text
    other = Endorsement.objects.get(pk=other.pk)
    assert set(get_name(other).values()) == {""}


# --- what it costs ---


@pytest.mark.usefixtures("committed")
def test_it_takes_one_query_while_nothing_changes_and_two_after_any_number_of_changes() -> None:
    appeal = factories.an_appeal()
    for rows in (1, 3):
        opened_names.forget_names()
        for _ in range(rows):
            confirmed(appeal, display="withheld")
        assert count_queries(load_names) == 2
        for _ in range(rows):
            confirmed(appeal, display="withheld")
        assert count_queries(load_names) == 2
        assert count_queries(load_names) == 1
        record("test", subject=appeal, by=MODERATOR, at=NOON)
    assert list_names() == read_names_from_rows()


@pytest.mark.usefixtures("committed")
def test_threads_that_begin_together_see_the_same() -> None:
    appeal = factories.an_appeal()
    rows = [confirmed(appeal, display="withheld").pk for _ in range(5)]
    barrier, seen = Barrier(6), []

    def load() -> None:
        try:
            barrier.wait()
            seen.append(sorted(load_names()))
        finally:
            connection.close()

    threads = [Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [rows] * 6
