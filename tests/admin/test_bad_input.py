"""Input that no browser sends is refused and never a 500: numbers out of range, hidden fields of another page."""

import re
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client

from petition.admin.pages import PAGES
from petition.admin.queue import selection
from petition.models import Appeal, BatchAction, Endorsement
from tests.admin.staff_accounts import create_client
from tests.factories import confirmed

HUGE = str(10**30)
NUMBERED = [page.path for page in PAGES if "<int:pk>" in page.path]


@pytest.fixture
def fresh(staff: Client) -> Client:
    return create_client(User.objects.get())


@pytest.mark.parametrize("address", NUMBERED)
@pytest.mark.parametrize("number", ["0", HUGE])
def test_an_id_without_a_row_is_404(fresh: Client, appeal: Appeal, address: str, number: str) -> None:
    path = "/admin/" + re.sub(r"<int:pk>", number, address)
    typed = {"decision": "hide", "checked": "on", "declared": "on", "deed": "go_on", "do": "agree"}
    for answer in (fresh.get(path), fresh.post(path, typed | {"verdict": "same", "other": "1"})):
        assert answer.status_code in (302, 303, 400, 404, 405), path


@pytest.mark.parametrize("since", ["", "-1", "x", "²", "9" * 19, "0" * 20 + "9" * 20, "0" * 20 + "9" * 5000])
def test_an_invalid_time_is_400(staff: Client, appeal: Appeal, since: str) -> None:
    assert staff.get(f"/admin/arrivals/?since={quote(since)}").status_code == 400


def test_nothing_has_arrived_since_the_latest_possible_time(staff: Client, appeal: Appeal) -> None:
    assert staff.get("/admin/arrivals/?since=253402300799").json() == {"words": ""}


def test_a_huge_account_id_filters_nothing(staff: Client, appeal: Appeal) -> None:
    for number in (HUGE, "9" * 5000):
        assert staff.get(f"/admin/petition/auditevent/?actor_id={number}").status_code in (200, 302)


def test_a_missing_endorsement_is_404(staff: Client, appeal: Appeal) -> None:
    for number in ("0", HUGE):
        assert staff.get(f"/admin/endorsements/{number}/").status_code == 404
        assert staff.post(f"/admin/endorsements/{number}/check/").status_code == 404


def test_a_signed_selection_of_one_page_is_refused_by_another(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    of_bulk = staff.post("/admin/bulk/", {"deed": BatchAction.QUARANTINE, "pk": row.pk}).content.decode()
    of_floods = selection.sign_selection("floods", {"clusters": [], "mark": 10**6})
    (bulk,) = re.findall(r'name="shown" value="([^"]+)"', of_bulk)
    for path, shown in (
        ("/admin/bulk/", of_floods),
        ("/admin/floods/", bulk),
        ("/admin/bulk/", "x"),
        ("/admin/floods/", ""),
    ):
        assert "This page is too old." in staff.post(path, {"shown": shown}, follow=True).content.decode()
    assert not Endorsement.objects.on_hold().exists()
