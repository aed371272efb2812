"""Requests that no browser sends from our pages get a 4xx page in our design, never a 500."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from petition.models import Appeal, Endorsement
from tests.factories import SLUG

FORM = f"/appeals/{SLUG}/endorse/"


def assert_our_page(response: Any, status: int) -> None:
    page = response.content.decode()
    assert response.status_code == status
    assert '<link rel="stylesheet"' in page
    assert response["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000.evil.example", "", "a b", "[::1"])
def test_an_unknown_host_is_400(appeal: Appeal, host: str) -> None:
    assert_our_page(Client(headers={"host": host}).get(f"/appeals/{SLUG}/"), 400)


def test_a_body_over_64_kb_is_413(client: Client, appeal: Appeal) -> None:
    assert_our_page(client.post(FORM, {"organisation_name": "x" * 65_536}), 413)


@pytest.mark.parametrize("length", ["-1", "ten", "\u0663"])
def test_an_invalid_content_length_is_400(client: Client, db: None, length: str) -> None:
    assert_our_page(client.post(FORM, {"a": "b"}, CONTENT_LENGTH=length), 400)


@pytest.mark.parametrize("value", ["a\0b", "\x00"])
def test_nul_is_400(client: Client, appeal: Appeal, value: str) -> None:
    assert_our_page(client.post(FORM, {"organisation_name": value}), 400)
    assert_our_page(client.post(FORM, {value: "x"}), 400)
    assert not Endorsement.objects.filter(origin="form").exists()


@pytest.mark.parametrize("body", ["organisation_name=%ED%A0%80", "organisation_name=%FF%FE", "%C0%AF=1"])
def test_half_characters_and_broken_utf8_never_reach_the_database(client: Client, appeal: Appeal, body: str) -> None:
    response = client.post(FORM, body, content_type="application/x-www-form-urlencoded")
    assert 400 <= response.status_code < 500
    assert not Endorsement.objects.filter(origin="form").exists()


@pytest.mark.parametrize(
    "path", ["/%00", "/appeals/%00/", f"/appeals/{SLUG}/signatories/?page=%00", "/appeals/%FF/", "/%ED%A0%80/"]
)
def test_broken_addresses_are_4xx(client: Client, appeal: Appeal, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
)
def test_posts_from_other_sites_are_403(client: Client, appeal: Appeal, headers: dict[str, str]) -> None:
    assert_our_page(client.post(FORM, {"organisation_name": "x"}, headers=headers), 403)


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "http://127.0.0.1:8000"}]
)
def test_posts_from_our_own_pages_are_accepted(client: Client, appeal: Appeal, headers: dict[str, str]) -> None:
    assert client.post(FORM, {"organisation_name": "x"}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://appeal.example", 422),
        ("null", 422),
        ("http://appeal.example", 403),
        ("appeal.example", 403),
        ("ftp://appeal.example", 403),
        ("https://appeal.example:444", 403),
        ("https://appeal.example,http://appeal.example", 403),
        ("", 403),
    ],
)
def test_a_site_on_https_takes_no_post_from_a_page_on_http(
    appeal: Appeal, settings: Settings, origin: str, status: int
) -> None:
    settings.SITE_IS_HTTPS, settings.ALLOWED_HOSTS = True, ["appeal.example"]
    client = Client(headers={"host": "appeal.example", "origin": origin})
    assert client.post(FORM, {"organisation_name": "x"}, secure=True).status_code == status


@pytest.mark.parametrize("origin", ["127.0.0.1:8000", "ftp://127.0.0.1:8000", "://127.0.0.1:8000", ""])
def test_an_origin_without_http_or_https_is_403(client: Client, appeal: Appeal, origin: str) -> None:
    assert_our_page(client.post(FORM, {"organisation_name": "x"}, headers={"origin": origin}), 403)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_a_wrong_method_is_405_with_a_page(client: Client, appeal: Appeal, method: str) -> None:
    response = getattr(client, method)(FORM)
    assert_our_page(response, 405)
    assert response["Allow"] == "GET, HEAD, POST"


def test_a_post_to_a_read_only_page_is_refused(client: Client, appeal: Appeal) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1:8000"})
    for path in (f"/appeals/{SLUG}/", f"/appeals/{SLUG}.json"):
        assert_our_page(client.post(path), 405)
        assert_our_page(strict.post(path), 405)


def test_an_unknown_address_is_404_in_its_language(client: Client, appeal: Appeal) -> None:
    response = client.get("/ru/nothing/")
    assert_our_page(response, 404)
    assert response["Content-Language"] == "ru"


def test_too_many_fields_are_400(client: Client, appeal: Appeal) -> None:
    assert_our_page(client.post(FORM, {f"field{number}": "" for number in range(300)}), 400)


@pytest.mark.parametrize("origin", ["http://[", "http://a]b", "//", "null null"])
def test_an_invalid_origin_is_403(client: Client, appeal: Appeal, origin: str) -> None:
    assert_our_page(client.post(FORM, {"organisation_name": "x"}, headers={"origin": origin}), 403)


def test_a_cookie_with_nul_is_400_and_an_unknown_session_is_anonymous(client: Client, appeal: Appeal) -> None:
    from django.contrib.sessions.models import Session

    assert_our_page(client.get("/healthz", headers={"cookie": r'session="\000aaaaaaaa"'}), 400)
    for path in ("/healthz", FORM, "/admin/"):
        made_up = client.get(path, headers={"cookie": "session=abcdefghijkl"})
        assert made_up.status_code in (200, 302)
        assert "Cookie" not in made_up.get("Vary", "") or path == "/admin/"
    assert not Session.objects.exists()


def test_a_body_of_unknown_length_is_411(client: Client, appeal: Appeal) -> None:
    assert_our_page(client.post(FORM, {"a": "b"}, headers={"transfer-encoding": "chunked"}), 411)


def test_a_query_of_a_staff_page_cannot_carry_nul(staff: Client, appeal: Appeal) -> None:
    assert_our_page(staff.get("/admin/petition/auditevent/?verb=%00"), 400)


def test_without_a_database_the_answer_is_503(client: Client, appeal: Appeal) -> None:
    from django.db import OperationalError

    from petition.web.errors import server_error

    request = client.get(FORM).wsgi_request
    try:
        raise OperationalError
    except OperationalError:
        assert server_error(request).status_code == 503
    try:
        raise ValueError
    except ValueError:
        assert server_error(request).status_code == 500
