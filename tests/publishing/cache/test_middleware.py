"""The middleware in front of Django: what it answers from memory, and when it lets Django render a page again."""

import gzip
import threading
from typing import Any

import brotli
import pytest
from django.db import connection

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.reference import clock
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.publishing.visitor import PAGE, Response, Visitor


def test_a_page_is_rendered_once_and_then_comes_from_memory(visit: Visitor) -> None:
    first, second = visit(), visit()
    assert (first.status, first.body, first.headers) == (second.status, second.body, second.headers)
    assert len(visit.django.requests) == 1


def test_a_document_is_rendered_once_and_again_after_a_change(visit: Visitor, appeal: Appeal) -> None:
    path = f"/appeals/{SLUG}.pdf"
    first = visit(path)
    assert first.body.startswith(b"%PDF-")
    assert (visit(path).body, len(visit.django.requests)) == (first.body, 1)
    approved(appeal)
    visit.middleware.check_for_changes()
    assert visit(path).body != first.body


def test_each_encoding_is_the_same_page_with_its_own_etag(visit: Visitor) -> None:
    plain = visit()
    br, zipped = visit(accept_encoding="gzip, deflate, br"), visit(accept_encoding="gzip;q=0.5, br;q=0")
    assert br.headers["Content-Encoding"] == "br"
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.body == brotli.decompress(br.body) == gzip.decompress(zipped.body)
    assert len({response.headers["ETag"] for response in (plain, br, zipped)}) == 3
    for response in (plain, br, zipped):
        assert response.headers["Vary"] == "Accept-Encoding"
        assert int(response.headers["Content-Length"]) == len(response.body)
    assert len(visit.django.requests) == 1


def test_a_page_that_did_not_change_is_304(visit: Visitor) -> None:
    etag = visit().headers["ETag"]
    for tags in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        same = visit(if_none_match=tags)
        assert (same.status, same.body, same.headers["ETag"]) == (304, b"", etag)
        assert same.headers["Cache-Control"] == "public, no-cache"
    assert visit(if_none_match='"other"').status == 200


def test_head_is_get_without_the_body(visit: Visitor) -> None:
    get, head = visit(), visit(method="HEAD")
    assert (head.status, head.headers, head.body) == (200, get.headers, b"")


def test_the_next_check_sees_a_change_and_a_removed_name_is_gone(visit: Visitor, appeal: Appeal) -> None:
    before = visit()
    approved(appeal, organisation_name="Come and gone")
    assert visit().body == before.body
    visit.middleware.check_for_changes()
    listed = visit()
    assert b"Come and gone" in listed.body
    assert listed.headers["ETag"] != before.headers["ETag"]
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    visit.middleware.check_for_changes()
    for encoding in ("", "br", "gzip"):
        response = visit(accept_encoding=encoding)
        assert b"Come and gone" not in (brotli.decompress(response.body) if encoding == "br" else response.body)


def test_a_closing_date_that_passes_is_a_change(visit: Visitor) -> None:
    assert b"Closed for further" not in visit().body
    Appeal.objects.update(closes_at=clock.now())
    visit.middleware.check_for_changes()
    assert b"Closed for further" in visit().body


def test_unpublished_paths_are_passed_to_django(visit: Visitor) -> None:
    for path in (f"{PAGE}endorse/", "/.well-known/security.txt", "/admin/login/"):
        assert visit(path=path).status == visit(path=path).status
    assert len(visit.django.requests) == 6
    assert visit.middleware._cache.responses == {}


def test_healthz_is_answered_without_django(visit: Visitor) -> None:
    for method, body in (("GET", b"ok\n"), ("HEAD", b""), ("GET", b"ok\n")):
        response = visit("/healthz", method=method)
        assert (response.status, response.body, response.headers["Cache-Control"]) == (200, body, "no-store")
    assert len(visit.django.requests) == 1
    assert visit("/healthz", host="elsewhere.example").status == 400


def test_each_language_has_its_own_page(visit: Visitor) -> None:
    assert b'lang="ru"' in visit(path=f"/ru{PAGE}").body
    assert b'<html lang="en"' in visit().body


@pytest.mark.both_databases
def test_many_requests_at_once_render_a_page_once(committed: None) -> None:
    an_appeal()
    visit = Visitor()
    responses: list[Response] = []

    def ask() -> None:
        responses.append(visit())
        connection.close()  # this thread's own

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(visit.django.requests) == 1
    assert {response.status for response in responses} == {200}


def test_many_requests_at_once_for_what_is_not_stored_are_all_answered(committed: None) -> None:
    an_appeal()
    visit = Visitor()
    responses: list[int] = []

    def ask() -> None:
        responses.extend(visit(path=f"{PAGE}signatories/original-12/").status for _ in range(10))
        connection.close()  # this thread's own

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert responses == [302] * 80


def test_an_https_site_answers_nothing_over_http(visit: Visitor, settings: Any) -> None:
    settings.SITE_URL, settings.SITE_IS_HTTPS = "https://appeal.example", True
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["appeal.example"], True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    visit = Visitor()
    for _ in range(2):
        assert visit(host="appeal.example", x_forwarded_proto="https").status == 200
        assert visit(host="appeal.example").status == 301
