"""The appeal that staff pages are about: the address wins, then the session, then the newest real one."""

import re

import pytest
from django.test import Client

from petition.actions.appeals.demonstration import get_or_create_appeal
from petition.models import Appeal
from tests.factories import NOON, SLUG, an_appeal, confirmed, screen_due, statement


@pytest.fixture
def other(appeal: Appeal) -> Appeal:
    return an_appeal("other", issued_on=appeal.issued_on.replace(year=2019))


def chosen(page: str) -> str:
    """Return the appeal that the switch shows."""
    (switch,) = re.findall(r'<select name="appeal" id="chosen-appeal">.*?</select>', page, re.S)
    (slug,) = re.findall(r'<option value="([^"]+)" selected>', switch)
    return str(slug)


def read(staff: Client, path: str = "", **query: str) -> str:
    return staff.get(f"/admin/{path}", query).content.decode()


def test_the_address_wins_then_the_session_then_the_newest(staff: Client, other: Appeal) -> None:
    assert chosen(read(staff)) == SLUG
    assert chosen(read(staff, appeal="other")) == "other"
    assert chosen(read(staff)) == SLUG, "an address changes nothing that stays"
    answer = staff.post("/admin/appeal/", {"appeal": "other", "back": "/admin/lines/"})
    assert (answer.status_code, answer["Location"]) == (303, "/admin/lines/")
    assert chosen(read(staff)) == "other"
    assert chosen(read(staff, appeal=SLUG)) == SLUG
    assert chosen(read(staff, appeal="nowhere")) == "other"
    staff.post("/admin/appeal/", {"appeal": "nowhere"})
    assert chosen(read(staff)) == "other"


def test_demonstrations_come_last_and_unpublished_appeals_are_not_offered(staff: Client, other: Appeal) -> None:
    get_or_create_appeal("demo", statement(), at=NOON)
    an_appeal("draft", published_at=None)
    page = read(staff)
    assert chosen(page) == SLUG
    offered = [part.split('"')[0] for part in page.split('id="chosen-appeal"')[1].split('<option value="')[1:4]]
    assert offered == [SLUG, "other", "demo"]
    assert 'value="draft"' not in page
    staff.post("/admin/appeal/", {"appeal": "draft"})
    assert chosen(read(staff)) == SLUG


def test_the_queue_stays_within_the_chosen_appeal(staff: Client, appeal: Appeal, other: Appeal) -> None:
    here, there = confirmed(appeal), confirmed(other)
    screen_due(at=NOON)
    for slug, shown, left_out in ((SLUG, here, there), ("other", there, here)):
        staff.post("/admin/appeal/", {"appeal": slug})
        for query in ({}, {"q": "fund"}, {"state": "confirmed"}):
            page = read(staff, **query)
            assert f"/admin/endorsements/{shown.pk}/" in page
            assert f"/admin/endorsements/{left_out.pk}/" not in page
            assert f"appeal={slug}" in page
            assert "Waiting <b>1</b>" in page


def test_opening_an_endorsement_of_another_appeal_switches_to_it(staff: Client, appeal: Appeal, other: Appeal) -> None:
    first, second, _ = confirmed(other), confirmed(other), confirmed(appeal)
    assert chosen(read(staff, f"endorsements/{first.pk}/")) == "other"
    assert chosen(read(staff)) == "other"
    page = read(staff, f"endorsements/{first.pk}/")
    assert f'href="/admin/endorsements/{second.pk}/" rel="next"' in page
    decided = staff.post(f"/admin/endorsements/{first.pk}/decide/", {"decision": "approve"})
    assert decided["Location"] == f"/admin/endorsements/{second.pk}/"


def test_arrivals_are_counted_for_the_appeal_of_the_page(staff: Client, appeal: Appeal, other: Appeal) -> None:
    confirmed(other)
    assert "arrivals/?since=" in read(staff)
    assert staff.get("/admin/arrivals/?since=1&appeal=other").json()["words"].endswith(": 1")
    assert staff.get(f"/admin/arrivals/?since=1&appeal={SLUG}").json() == {"words": ""}


@pytest.mark.parametrize(
    "back", ["", "https://evil.example/admin/", "//evil.example/admin/", "/admin/../../", "/appeals/", "javascript:x"]
)
def test_the_switch_leads_to_a_page_of_staff_only(staff: Client, other: Appeal, back: str) -> None:
    answer = staff.post("/admin/appeal/", {"appeal": "other", "back": back})
    assert answer["Location"] in ("/admin/", "/admin/../../")


def test_the_switch_needs_an_account_and_a_csrf_token(staff: Client, client: Client, other: Appeal) -> None:
    assert client.post("/admin/appeal/", {"appeal": "other"})["Location"].startswith("/admin/login/")
    assert staff.get("/admin/appeal/").status_code == 405
    staff.handler.enforce_csrf_checks = True
    assert staff.post("/admin/appeal/", {"appeal": "other"}).status_code == 403
    assert chosen(read(staff)) == SLUG
