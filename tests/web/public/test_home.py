from datetime import timedelta

import pytest
from django.test import Client

from petition.models import Appeal
from petition.reference import clock
from tests.clocks import mark_worker_alive
from tests.factories import SLUG, submitted


@pytest.mark.parametrize(
    ("path", "accepted", "leads_to"),
    [
        ("/", "", f"/appeals/{SLUG}/"),
        ("/", "ky,ru;q=0.9,en;q=0.8", f"/ky/appeals/{SLUG}/"),
        ("/", "ru-KG", f"/ru/appeals/{SLUG}/"),
        ("/", "fr,tr", f"/appeals/{SLUG}/"),
        ("/ru/", "en", f"/ru/appeals/{SLUG}/"),
    ],
)
def test_the_home_page_redirects_to_the_appeal(
    client: Client, appeal: Appeal, path: str, accepted: str, leads_to: str
) -> None:
    response = client.get(path, headers={"accept-language": accepted})
    assert (response.status_code, response["Location"]) == (302, leads_to)
    assert response["Cache-Control"] == "no-store"


def test_on_other_pages_only_the_address_decides_the_language(client: Client, appeal: Appeal) -> None:
    page = client.get(f"/appeals/{SLUG}/", headers={"accept-language": "ru"})
    assert b'<html lang="en"' in page.content
    assert "Accept-Language" not in page.get("Vary", "")


def test_without_an_appeal_the_home_page_is_404(client: Client, db: None) -> None:
    assert client.get("/").status_code == 404


def test_the_language_switch_keeps_the_page(client: Client, appeal: Appeal) -> None:
    page = client.get(f"/ky/appeals/{SLUG}/signatories/").content.decode()
    for address in (f"/appeals/{SLUG}/signatories/", f"/ru/appeals/{SLUG}/signatories/"):
        assert f'<a href="{address}"' in page


def test_healthz_runs_no_query(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"  # no database fixture: a query would fail


def test_readyz_needs_a_worker(client: Client, appeal: Appeal) -> None:
    assert client.get("/readyz").status_code == 503
    now = clock.now()
    submitted(appeal, at=now - timedelta(minutes=2))
    mark_worker_alive(at=now)
    ready = client.get("/readyz")
    assert ready.status_code == 200
    body = ready.json()
    assert (body["database"], body["worker"]) == (True, True)
    assert 120 <= body["oldest_unsent_mail_seconds"] < 150
    with clock.freeze(now + timedelta(seconds=61)):
        late = client.get("/readyz")
    assert (late.status_code, late.json()["worker"]) == (503, False)
