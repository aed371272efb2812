"""One search on top of every staff page, and the page that asks before a name is hidden."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.appeals.demonstration import get_or_create_appeal
from petition.actions.moderation import decisions, hold
from petition.models import Appeal, AuditEvent, Endorsement
from petition.reference import clock
from tests.admin.review.review_pages import press
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT, original
from tests.factories import (
    MODERATOR,
    NOON,
    SLUG,
    an_appeal,
    approved,
    confirmed,
    mails,
    screen_due,
    statement,
    submitted,
    withdraw_for_good,
)


def search(staff: Client, typed: str, **more: str) -> str:
    response = staff.get("/admin/search/", {"q": typed} | more)
    assert response.status_code == 200
    return response.content.decode()


def found(page: str) -> list[int]:
    """Return the endorsements that were found, in the order of the page."""
    return [int(pk) for pk in re.findall(r'<th scope="row"><a href="/admin/endorsements/(\d+)/">', page)]


# --- the search ---


@pytest.mark.parametrize("typed", ["Өнөр", "УКУК", "ukuk", "үкүк «", "ӨҮФ", "  өүф "])
def test_an_entry_is_found_by_any_part_of_its_name_and_its_acronym(staff: Client, appeal: Appeal, typed: str) -> None:
    row = approved(appeal, organisation_name="Өнөр «Үкүк» фонду", acronym="ӨҮФ")
    approved(appeal, organisation_name="Other Fund")
    screen_due(at=NOON)
    assert found(search(staff, typed)) == [row.pk]


def test_a_listed_name_is_found_before_its_form_is_screened(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal, organisation_name="Өнөр «Үкүк» фонду")
    assert found(search(staff, "УКУК")) == [row.pk]
    assert found(search(staff, "Freedom Now")) == [original(32).pk]


@pytest.mark.both_databases
def test_every_state_is_searched(staff: Client, appeal: Appeal) -> None:
    at = clock.now()
    rows = {
        "confirmed": confirmed(appeal, organisation_name="Quince Fund 1"),
        "approved": approved(appeal, organisation_name="Quince Fund 2"),
        "withheld": approved(appeal, organisation_name="Quince Fund 3", display="withheld"),
        "submitted": submitted(appeal, organisation_name="Quince Fund 4")[0],
        "on hold": confirmed(appeal, organisation_name="Quince Fund 5"),
        "rejected": confirmed(appeal, organisation_name="Quince Fund 6"),
        "being withdrawn": approved(appeal, organisation_name="Quince Fund 7"),
    }
    hold.put_on_hold([rows["on hold"].pk], reason="network", by=MODERATOR, at=NOON)
    decisions.reject(rows["rejected"].pk, by=MODERATOR, at=NOON)
    decisions.withdraw(rows["being withdrawn"].pk, by=MODERATOR, at=at)
    withdrawn = approved(appeal, organisation_name="Quince Fund 8")
    withdraw_for_good(withdrawn.pk)
    before = search(staff, "quince")
    screen_due(at=NOON)
    page = search(staff, "quince")
    assert set(found(before)) == set(found(page)), "also before the worker has screened them"
    assert set(found(page)) == {row.pk for row in rows.values()}, "a withdrawn name is erased"
    assert "On hold" in page
    assert found(search(staff, str(withdrawn.pk))) == [withdrawn.pk]


@pytest.mark.parametrize("typed", ["original-12", "Original 12", "12"])
def test_an_entry_is_found_by_its_number(staff: Client, appeal: Appeal, typed: str) -> None:
    page = search(staff, typed)
    assert original(12).pk in found(page)
    assert "original-12" in page
    assert f'href="/admin/hide/{original(12).pk}/"' in page


@pytest.mark.parametrize("typed", ["original-36", "further-1", "nobody", "original-0", "9" * 30, "«»", "%", SCRIPT])
def test_what_is_not_there_is_not_found(staff: Client, appeal: Appeal, typed: str) -> None:
    page = search(staff, typed)
    assert found(page) == []
    assert "Nothing found." in page
    assert SCRIPT not in page
    assert (ESCAPED in page) == (typed == SCRIPT), "what was typed stands in the field again"


def test_the_chosen_appeal_comes_first_and_demonstrations_last(staff: Client, appeal: Appeal) -> None:
    demo = confirmed(get_or_create_appeal("demo", statement(), at=NOON), organisation_name="Quince Fund")
    other = confirmed(an_appeal("other"), organisation_name="Quince Fund")
    row = confirmed(appeal, organisation_name="Quince Fund")
    screen_due(at=NOON)
    assert found(search(staff, "quince", appeal=SLUG)) == [row.pk, other.pk, demo.pk]
    assert found(search(staff, "quince", appeal="other")) == [other.pk, row.pk, demo.pk]


def test_nothing_typed_finds_nothing(staff: Client, appeal: Appeal) -> None:
    for typed in ("", "  "):
        page = search(staff, typed)
        assert found(page) == []
        assert "Type a name, an acronym or a number" in page


def test_more_than_a_page_holds_is_said(staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petition.admin.public_list.staff_search._MAX_ROWS", 2)
    for number in range(3):
        confirmed(appeal, organisation_name=f"Quince Fund {number}")
    screen_due(at=NOON)
    page = search(staff, "quince")
    assert len(found(page)) == 2
    assert "There are more." in page


@pytest.mark.both_databases
def test_many_cost_as_many_queries_as_one(staff: Client, appeal: Appeal) -> None:
    counted = []
    for rows in (1, 3):
        for _ in range(rows):
            approved(appeal, organisation_name=f"Quince Fund {Endorsement.objects.count()}")
            confirmed(appeal, organisation_name=f"Quince Fund {Endorsement.objects.count()}", display="withheld")
        screen_due(at=NOON)
        with CaptureQueriesContext(connection) as queries:
            page = search(staff, "quince")
        counted.append(len(queries))
    assert len(found(page)) == 8
    assert counted[0] == counted[1]


# --- hiding a name ---


@pytest.mark.both_databases
@pytest.mark.parametrize("further", [False, True])
def test_a_name_is_hidden_in_two_presses_without_a_mail(staff: Client, appeal: Appeal, further: bool) -> None:
    row = approved(appeal, organisation_name="Quince Fund") if further else original(12)
    assert row.signatory
    label, sent = row.signatory.label, {message for message, *_ in mails()}
    found_page = search(staff, row.signatory.reference)
    assert f'<a href="/admin/hide/{row.pk}/"' in found_page  # the first press
    asked = staff.get(f"/admin/hide/{row.pk}/").content.decode()
    assert f"<bdi>{label}</bdi>" in asked
    assert f'action="/admin/endorsements/{row.pk}/name/"' in asked
    assert '<button name="decision" value="hide"' in asked
    assert not AuditEvent.objects.filter(verb="hide").exists(), "opening the page hides nothing"
    done = press(staff, row, "name", decision="hide")  # the second
    assert "The name is removed from the whole site." in done
    assert label not in staff.get(f"/appeals/{SLUG}/").content.decode()
    assert {message for message, *_ in mails()} <= sent
    assert staff.get(f"/admin/hide/{row.pk}/").status_code == 404
    assert f"/admin/hide/{row.pk}/" not in search(staff, row.signatory.reference)


def test_a_hidden_name_can_be_brought_back_for_a_minute(staff: Client, appeal: Appeal) -> None:
    row = original(12)
    label = row.label
    done = press(staff, row, "name", decision="hide")
    assert f'action="/admin/endorsements/{row.pk}/undo/"' in done
    press(staff, row, "undo")
    assert label in staff.get(f"/appeals/{SLUG}/").content.decode()


def test_only_what_is_listed_can_be_hidden(staff: Client, appeal: Appeal) -> None:
    gone = approved(appeal)
    withdraw_for_good(gone.pk)
    for row in (confirmed(appeal), approved(appeal, display="withheld"), gone):
        assert staff.get(f"/admin/hide/{row.pk}/").status_code == 404
        assert f"/admin/hide/{row.pk}/" not in search(staff, str(row.pk))
    assert staff.get("/admin/hide/99999/").status_code == 404
    assert staff.post(f"/admin/hide/{original().pk}/").status_code == 405


# --- the list ---


def test_every_entry_leads_to_its_endorsement(staff: Client, appeal: Appeal) -> None:
    row, last = approved(appeal), original(35)
    approved(an_appeal("other"), organisation_name="Elsewhere Fund")
    page = staff.get("/admin/lines/", {"appeal": SLUG}).content.decode()
    assert page.count('<li><a href="/admin/endorsements/') == 36
    for one in (row, last):
        assert one.signatory
        assert f'<a href="/admin/endorsements/{one.pk}/">{one.signatory.reference}</a>' in page
    assert page.index("further-1") < page.index("original-1"), "the newest first"
    assert "Elsewhere Fund" not in page


def test_a_long_list_shows_its_newest_entries(staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petition.admin.public_list.entries._MAX_FURTHER", 2)
    for _ in range(3):
        approved(appeal)
    page = staff.get("/admin/lines/").content.decode()
    assert "There are more. Use the search field." in page
    assert ("further-3" in page, "further-1<" in page) == (True, False)
