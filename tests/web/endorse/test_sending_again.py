"""A post that could not be stored: the error page holds what was typed, to be sent again."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from petition.actions.intake import post as intake_post
from petition.models import Appeal, Endorsement
from petition.publishing.cache.rendering import TOO_BUSY
from petition.publishing.exports import file_cache
from tests.factories import SLUG
from tests.web.endorse.test_endorse import FORM, RIGHT, post

BUSY: dict[str, Any] = {TOO_BUSY: True}
HOSTILE = "\"><script>alert(1)</script>&amp;'\n\nзаң"


def parse_fields(page: str) -> dict[str, list[str]]:
    """Return the hidden fields of a page, to be sent again."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return fields


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database fails when the endorsement is stored. Inside the test's transaction it cannot fail for real."""

    def gone(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(intake_post, "post_form", gone)


@pytest.mark.parametrize(
    ("prefix", "words", "button"),
    [
        ("", "Nothing was stored", "Send it again"),
        ("/ru", "Ничего не сохранено", "Отправить ещё раз"),
        ("/ky", "Эч нерсе сакталган жок", "Кайра жөнөтүү"),
    ],
)
def test_a_refused_post_can_be_sent_again(
    client: Client, appeal: Appeal, django_assert_num_queries: Any, prefix: str, words: str, button: str
) -> None:
    typed = RIGHT | {"contact_role": HOSTILE}
    with django_assert_num_queries(0):
        response = Client(headers={"host": "127.0.0.1:8000"}).post(prefix + FORM, typed, **BUSY)
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")
    assert words in page
    assert button in page
    assert "<script>" not in page
    again = parse_fields(page)
    assert again == {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    assert client.post(prefix + FORM, again | {"contact_role": "Director"}).status_code == 302


def test_a_post_that_was_not_stored_can_be_sent_again(
    client: Client, appeal: Appeal, no_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    response = post(client)
    page = response.content.decode()
    assert response.status_code == 503
    assert "could not store this in time" in page
    assert "Nothing was stored" not in page  # the connection may have broken at the commit
    monkeypatch.undo()
    assert client.post(FORM, parse_fields(page)).status_code == 302
    assert Endorsement.objects.filter(origin="form").count() == 1


def test_a_server_error_keeps_what_was_typed(client: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_post, "post_form", lambda *args, **kwargs: 1 / 0)
    client.raise_request_exception = False
    response = post(client)
    assert response.status_code == 500
    assert parse_fields(response.content.decode())["organisation_name"] == [RIGHT["organisation_name"]]


def test_an_error_on_get_has_its_own_text_and_no_form(client: Client, appeal: Appeal) -> None:
    page = client.get(FORM, **BUSY).content.decode()
    assert "The site is very busy" in page
    assert "<form" not in page
    assert "stored" not in page


def test_staff_input_is_not_repeated_since_it_may_be_a_password(client: Client, db: None) -> None:
    response = client.post("/admin/login/", {"login": "moderator", "password": "a long pass phrase"}, **BUSY)
    page = response.content.decode()
    assert response.status_code == 503
    assert "pass phrase" not in page
    assert "Go back in your browser" in page


def test_the_page_of_a_private_link_sends_no_referrer(client: Client, appeal: Appeal) -> None:
    response = client.post("/endorsements/abc/confirm/", {"not_me": "1"}, **BUSY)
    assert (response.status_code, response["Referrer-Policy"]) == (503, "no-referrer")
    assert parse_fields(response.content.decode()) == {"not_me": ["1"]}


def test_visitors_cannot_request_the_busy_page(client: Client, appeal: Appeal) -> None:
    for header in ("HTTP_PETITION_TOO_BUSY", "HTTP_PETITION.TOO_BUSY"):
        assert client.get(FORM, **{header: "1"}).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["signatories.csv", "signatories.spreadsheet.csv", "signatories.json"])
def test_an_error_is_a_page_and_not_a_download(
    client: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_cache, "open_export", full)
    response = client.get(f"/appeals/{SLUG}/{name}")
    assert (response.status_code, response["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "Content-Disposition" not in response


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_static_file_allows_only_get_and_head(client: Client, appeal: Appeal, method: str) -> None:
    static = re.search(r'href="(/static/[^"]+\.css)"', client.get("/accessibility/").content.decode())
    assert static
    response = client.generic(method, static[1])
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
