"""The filters of the queue: what can be chosen, a search in either alphabet, and a constant number of queries."""

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.response import TemplateResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from petition.actions.audit import Actor
from petition.actions.moderation import decisions, hold
from petition.admin.queue.filters import has_one_of
from petition.models import Appeal, Endorsement, Flag
from petition.reference import clock
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, confirmed

_OTHER_SPELLINGS = ("голос", "golos", "ãla too", "гат")


def listed_ids(staff: Client, **chosen: Any) -> set[int]:
    """Return the ids of the endorsements in the queue."""
    return {row["endorsement"].pk for row in context(staff, **chosen)["rows"]}


def context(staff: Client, **chosen: Any) -> dict[str, Any]:
    """Return the context of the queue's page."""
    response = staff.get("/admin/", chosen)
    assert response.status_code == 200
    assert isinstance(response, TemplateResponse)
    return dict(response.context_data or {})


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "typed", ["голос", "ГОЛОС АЛА-ТОО", "golos", "Golos Ala", "ãla too", "gat", "ГАТ", "  голос   ала "]
)
def test_a_search_folds_case_marks_and_alphabets(staff: Client, appeal: Appeal, typed: str) -> None:
    row = confirmed(appeal, organisation_name="Голос Ала-Тоо", acronym="GAT" if typed == "gat" else "ГАТ")
    confirmed(appeal, organisation_name="Other Fund")
    factories.screen_due(at=NOON)
    assert listed_ids(staff, q=typed) == {row.pk}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "typed",
    # Each decrypts the names that the index keeps, which takes one or two seconds.
    [*("ГОЛОС АЛА-ТОО", "alat"), *(pytest.param(typed, marks=pytest.mark.long) for typed in _OTHER_SPELLINGS)],
)
def test_a_search_finds_withheld_names(staff: Client, appeal: Appeal, typed: str) -> None:
    names: dict[str, Any] = {"organisation_name": "Голос Ала-Тоо", "acronym": "ALAT" if typed == "alat" else "ГАТ"}
    row = confirmed(appeal, **names, display="withheld", countries=("DE",))
    confirmed(appeal, organisation_name="Other Fund", display="withheld")
    for _ in ("before it is screened", "after"):
        assert listed_ids(staff, q=typed) == listed_ids(staff, q=typed, country="DE") == {row.pk}
        assert listed_ids(staff, q=typed, country="PL") == set()
        factories.screen_due(at=NOON)
    assert "Голос Ала-Тоо (" in staff.get("/admin/", {"q": typed}).content.decode()
    decisions.withdraw(row.pk, by=MODERATOR, at=clock.now())
    assert listed_ids(staff, q=typed, state="being-withdrawn") == {row.pk}
    factories.withdraw_for_good(row.pk)
    assert listed_ids(staff, q=typed, state="withdrawn") == set()


def test_all_that_a_search_finds_are_acted_on(staff: Client, appeal: Appeal) -> None:
    for display in ("withheld", "named", "withheld"):
        confirmed(appeal, organisation_name="Тихий фонд", contact_email=f"{Endorsement.objects.count()}@x.example")
        confirmed(appeal, organisation_name="Тихая палата", display=display)
    factories.screen_due(at=NOON)
    values = {"deed": "quarantine", "which": "all", "query": "q=палата"}
    page = staff.post("/admin/bulk/", values).content.decode()
    assert "3 endorsements" in page
    assert page.count("Тихая палата") == 3


@pytest.mark.both_databases
def test_more_ids_are_compared_than_a_database_takes_as_parameters(appeal: Appeal) -> None:
    rows = [original.pk for original in Endorsement.objects.all()[:2]]
    assert {row.pk for row in Endorsement.objects.filter(has_one_of([*range(10**6, 10**6 + 70_000), *rows]))} == {*rows}
    assert not Endorsement.objects.filter(has_one_of([])).exists()


@pytest.mark.both_databases
def test_a_search_finds_a_number_and_nothing_where_nothing_is(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Other Fund")
    factories.screen_due(at=NOON)
    assert listed_ids(staff, q=str(row.pk)) == {row.pk}
    for typed in ("nowhere", "…", "%", "_", "9" * 30, "<script>"):
        assert listed_ids(staff, q=typed) == set()


@pytest.mark.both_databases
def test_each_filter_narrows(staff: Client, appeal: Appeal) -> None:
    other = an_appeal("other")
    kyrgyz, german = confirmed(appeal, countries=("KG",)), confirmed(appeal, countries=("PL", "DE"))
    withheld = confirmed(appeal, countries=("CZ", "DE"), display="withheld")
    elsewhere = confirmed(other)
    Flag.objects.create(endorsement=german, code="fast")
    for narrowed, rows in (
        ({}, {kyrgyz, german, withheld}),
        ({"flag": "fast"}, {german}),
        ({"country": "DE"}, {german, withheld}),
        ({"country": "CZ"}, {withheld}),
    ):
        assert listed_ids(staff, appeal=SLUG, **narrowed) == {row.pk for row in rows}, narrowed
    assert listed_ids(staff, appeal="other") == {elsewhere.pk}
    assert listed_ids(staff, appeal="other", country="DE") == set()


def test_the_filter_is_kept_on_the_endorsement_pages(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal, countries=(code,)) for code in ("KZ", "KG", "KZ", "KG", "KZ")]
    asked = f"?state=confirmed&country=KZ&appeal={SLUG}"
    written = html.escape(asked)
    queue = staff.get(f"/admin/{asked}").content.decode()
    first = f"/admin/endorsements/{rows[0].pk}/"
    assert f'href="{first}{written}"' in queue
    page = staff.get(first + asked).content.decode()
    assert 'rel="next" data-key="j">' in page
    assert f'href="/admin/endorsements/{rows[2].pk}/{written}" rel="next"' in page
    assert f'action="{first}decide/{written}"' in page
    assert f'<a href="/admin/{written}">' in page
    noted = staff.post(f"{first}ask/{asked}", {"words": "Who?"})
    assert noted["Location"] == f"/admin/endorsements/{rows[2].pk}/{asked}", "the next one, as after a decision"
    decided = staff.post(f"/admin/endorsements/{rows[2].pk}/decide/{asked}", {"decision": "approve"})
    assert decided["Location"] == f"/admin/endorsements/{rows[4].pk}/{asked}"
    last = staff.post(f"/admin/endorsements/{rows[4].pk}/decide/{asked}", {"decision": "approve"})
    assert last["Location"] == f"/admin/{asked}"
    in_queue = staff.post(
        f"/admin/endorsements/{rows[1].pk}/decide/{asked}&after=1", {"decision": "approve", "in_queue": ""}
    )
    assert in_queue["Location"] == f"/admin/{asked}&after=1"
    plain = staff.post(f"/admin/endorsements/{rows[3].pk}/decide/", {"decision": "approve"})
    assert plain["Location"] == "/admin/"
    assert staff.get(f"{first}?state=nowhere").status_code == 404


def test_the_filter_mine_shows_what_i_acted_on(staff: Client, appeal: Appeal) -> None:
    me = Actor.staff(int(staff.session["_auth_user_id"]))
    row = confirmed(appeal)
    confirmed(appeal)
    decisions.ask_question(row.pk, "Who?", by=me, at=NOON)
    assert listed_ids(staff, state="returned", mine="1") == {row.pk}
    assert listed_ids(staff, mine="1") == set()


def test_age_is_shown_in_words_and_filtered_by_the_settings(staff: Client, appeal: Appeal, settings: Settings) -> None:
    settings.LATE_AFTER_DAYS, settings.OVERDUE_AFTER_DAYS = 2, 4
    now = clock.now()
    Appeal.objects.update(published_at=now - timedelta(days=30))
    rows = {}
    for age, days in (("on-time", 1), ("late", 3), ("overdue", 5)):
        rows[age] = confirmed(appeal)
        Endorsement.objects.filter(pk=rows[age].pk).update(confirmed_at=now - timedelta(days=days))
        assert listed_ids(staff, age=age) == {rows[age].pk}
    page = staff.get("/admin/").content.decode()
    assert [f'<span class="staff-age staff-{age}">' in page for age in rows] == [True] * 3


def test_endorsements_on_hold_have_their_own_tab(staff: Client, appeal: Appeal) -> None:
    row, aside = confirmed(appeal), confirmed(appeal)
    hold.put_on_hold([aside.pk], reason="network", by=MODERATOR, at=NOON)
    assert listed_ids(staff) == {row.pk}
    assert listed_ids(staff, state="quarantined") == {aside.pk}
    assert "On hold <b>1</b>" in staff.get("/admin/").content.decode()


def test_endorsements_on_hold_are_filtered_by_reason(staff: Client, appeal: Appeal) -> None:
    rows = {reason: confirmed(appeal) for reason in ("network", "domain", "moderator")}
    confirmed(appeal)
    for reason, row in rows.items():
        hold.put_on_hold([row.pk], reason=reason, by=MODERATOR, at=NOON)
    for reason, row in rows.items():
        assert listed_ids(staff, state="quarantined", reason=reason) == {row.pk}
    assert listed_ids(staff, state="quarantined", reason="honeypot") == set()
    assert listed_ids(staff, state="quarantined") == {row.pk for row in rows.values()}
    page = staff.get("/admin/", {"state": "quarantined", "reason": "network"}).content.decode()
    assert '<option value="network" selected>Many forms from one network in an hour</option>' in page
    values = {"deed": "release", "which": "all", "query": "state=quarantined&reason=network"}
    assert "1 endorsement" in staff.post("/admin/bulk/", values).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"reason": "x"}, {"flag": "loud"}, {"age": "old"}, {"country": "XX"}, {"mine": "2"}, {"state": "x"}]
)
def test_an_unknown_filter_is_404(staff: Client, appeal: Appeal, wrong: dict[str, str]) -> None:
    assert staff.get("/admin/", wrong).status_code == 404


def test_pagination_keeps_the_filter(staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petition.admin.queue.queue.ROWS_PER_PAGE", 4)
    for _ in range(5):
        confirmed(appeal, countries=("DE",))
    more = context(staff, country="DE")["more"]
    assert f"country=DE&amp;appeal={SLUG}&amp;after=" in staff.get("/admin/", {"country": "DE"}).content.decode()
    assert len(listed_ids(staff, **dict(pair.split("=") for pair in more.split("&")))) == 1


def test_more_than_a_thousand_are_not_counted_one_by_one(staff: Client, appeal: Appeal, monkeypatch: Any) -> None:
    monkeypatch.setattr("petition.admin.queue.queue.MAX_COUNT", 2)
    for _ in range(3):
        confirmed(appeal)
    assert "Waiting <b>2+</b>" in staff.get("/admin/").content.decode()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "chosen", [{}, {"q": "fund", "flag": "fast", "age": "late", "country": "KG", "mine": "1", "reason": "network"}]
)
def test_three_rows_cost_as_many_queries_as_one(staff: Client, appeal: Appeal, chosen: dict[str, str]) -> None:
    counted = []
    for rows in (1, 2):
        for _ in range(rows):
            Flag.objects.create(endorsement=confirmed(appeal), code="fast")
            confirmed(appeal, display="withheld")
        factories.screen_due(at=NOON)
        with CaptureQueriesContext(connection) as queries:
            staff.get("/admin/", chosen)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 33
