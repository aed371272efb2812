"""Nothing that strangers send changes what others get, or fills the memory."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from petition.models import Appeal
from petition.publishing.cache import middleware
from petition.publishing.cache.middleware import PublishedPagesMiddleware
from petition.publishing.cache.responses import _choose_remembered
from tests.factories import SLUG, an_appeal
from tests.publishing.visitor import PAGE, Visitor

pytestmark = pytest.mark.long

MANY = 10_000 if os.environ.get("EVIDENCE_FULL") else 1_200
"""How many strange requests come; EVIDENCE_FULL=1 for as many as promised. Fewer still are more than all limits."""
NOT_FOUND = {"/.nothing/", "/ru/.nothing/", "/ky/.nothing/"}
PATH_TRICKS = (
    f"/appeals/{SLUG}/../{SLUG}/",
    f"//appeals/{SLUG}/",
    f"/appeals//{SLUG}/",
    f"/./appeals/{SLUG}/",
    f"/appeals/{SLUG}/;a=b",
    f"/appeals/{SLUG}/%2e%2e/",
    f"/appeals/{SLUG.upper()}/",
    f"/en/appeals/{SLUG}/",
    f"/ru/ru/appeals/{SLUG}/",
    f"/de/appeals/{SLUG}/",
    f"/appeals/{SLUG}/signatories/further-1/",
    f"/appeals/{SLUG}/text.de.txt",
    "/.nothing",
    "/ru/.nothing/x",
    "\\appeals\\",
    "/" + "a" * 8000,
)


def stored(visit: Visitor) -> dict[tuple[str, str], bytes]:
    return {key: response.body for key, response in visit.middleware._cache.responses.items()}


def count_stored(visit: Visitor) -> tuple[int, ...]:
    """Return how many responses, locks, hosts and encodings are stored."""
    page_cache = visit.middleware
    return (
        len(page_cache._cache.responses),
        len(page_cache._cache.locks),
        len(page_cache._hosts),
        _choose_remembered.cache_info().currsize,
    )


def test_input_of_visitors_is_in_no_stored_response(visit: Visitor) -> None:
    visit(
        query="planted",
        host="localhost:8000",
        cookie="session=planted",
        accept_language="ru",
        x_forwarded_host="planted.example",
        x_forwarded_proto="https",
        user_agent="planted",
        referer="http://planted.example/",
    )
    (environ,) = visit.django.requests
    assert "planted" not in repr(environ)
    assert "ru" not in environ.values()
    assert b"planted" not in visit().body


def test_thousands_of_unusual_requests_change_and_store_nothing(visit: Visitor) -> None:
    for encoding in ("", "br", "gzip"):
        for prefix in ("", "/ru", "/ky"):
            visit(prefix + PAGE, accept_encoding=encoding)
            visit(f"{prefix}/nothing-here/", accept_encoding=encoding)
    before, fresh = stored(visit), visit(accept_encoding="br")
    for number in range(0, MANY, 10):
        visit(query=f"fbclid={number}")
        visit(f"{PAGE}signatories.json", query=f"utm_source={number}", method="HEAD")
        visit(f"/guess-{number}/")
        visit(f"/ru/appeals/guess-{number}/")
        visit(accept_encoding=f"br;q=0.{number}, x-{number}")
        visit(range=f"bytes={number}-", x_forwarded_host=f"{number}.example", x_forwarded_for=f"203.0.113.{number}")
        visit(cookie=f"session={number}", accept_language=f"x-{number}", if_none_match=f'"{number}"')
        visit(PATH_TRICKS[number // 10 % len(PATH_TRICKS)])
        visit(host=("127.0.0.1:8000", "localhost", "[::1]:1")[number % 3], if_modified_since=str(number))
        visit(method=("HEAD", "OPTIONS", "PROPFIND", "get", f"X{number}")[number // 10 % 5])
    after = visit(accept_encoding="br")
    assert (after.body, after.headers) == (fresh.body, fresh.headers)
    assert {key: body for key, body in stored(visit).items() if key in before} == before
    assert {path for path, _ in stored(visit)} == {PAGE, f"/ru{PAGE}", f"/ky{PAGE}", *NOT_FOUND}
    responses, locks, hosts, encodings = count_stored(visit)
    assert (responses, locks) == (18, 6)
    assert hosts <= 100
    assert encodings <= 100


def test_path_tricks_get_no_stored_page(visit: Visitor) -> None:
    visit()
    for path in PATH_TRICKS:
        assert visit(path).status in (301, 302, 400, 404), path


def test_a_query_that_does_not_matter_gets_the_stored_page(visit: Visitor) -> None:
    """Links get one when they are shared: a whole country may come with one each."""
    page = visit()
    for query in ("fbclid=1", "%00", "a" * 9000):
        assert visit(query=query).body == page.body
    assert len(visit.django.requests) == 1


def test_a_query_that_matters_is_answered_by_django(visit: Visitor) -> None:
    first = visit(f"{PAGE}signatories/")
    assert visit(f"{PAGE}signatories/", query="page=1").body == first.body
    assert visit(f"{PAGE}signatories/", query="page=2").status == 404
    assert len(visit.django.requests) == 3


def test_an_unknown_host_is_400_even_for_a_stored_page(visit: Visitor) -> None:
    assert visit().status == 200
    assert visit(host="evil.example").status == 400
    assert visit(host="localhost:8000").status == 200


def test_an_unknown_address_is_answered_from_memory_in_its_language(visit: Visitor) -> None:
    for prefix, language in (("", "en"), ("/ru", "ru"), ("/ky", "ky")):
        for number in range(5):
            response = visit(f"{prefix}/wp-login-{number}.php", accept_encoding="br")
            assert (response.status, response.headers["Cache-Control"]) == (404, "no-store")
            assert f'<html lang="{language}"' in response.text
            assert "ETag" not in response.headers
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert len(visit.django.requests) == 3


def test_a_missing_slash_and_a_static_file_are_left_to_django(visit: Visitor) -> None:
    assert visit(PAGE.rstrip("/")).status == 301
    assert visit("/static/nothing.css").status == 404
    assert visit("/appeals/\0/").status == 400
    assert visit("/appeals/\xe2\x98\x83/").status == 404
    assert len(visit.django.requests) == 4


def test_a_flood_of_unknown_appeals_is_answered_from_memory(visit: Visitor) -> None:
    for number in range(200):
        assert visit(f"/appeals/guess-{number}/").status == 404
    assert len(visit.django.requests) < 100
    assert {path for path, _ in stored(visit)} <= NOT_FOUND


def test_a_newly_published_appeal_is_found(visit: Visitor) -> None:
    an_appeal("second")
    assert visit("/appeals/second/").status == 200


def test_a_404_of_a_published_page_is_not_stored(visit: Visitor) -> None:
    for method, empty in (("GET", False), ("HEAD", True)):
        response = visit(path=f"{PAGE}signatories/original-99/", method=method)
        assert (response.status, response.body == b"") == (404, empty)
    assert visit.middleware._cache.responses == {}
    assert visit.middleware._cache.locks == {}


def test_no_cookie_is_ever_stored_or_set() -> None:
    """Django misbehaves here."""

    def careless(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "a=b"), ("Vary", "Cookie")])
        return [b"page"]

    heads: list[Any] = []
    page_cache = PublishedPagesMiddleware(careless)
    page_cache._slugs = {SLUG}
    response = page_cache._render_once(PAGE, "gzip")
    heads.extend(name for name, _ in response.headers)
    assert "Set-Cookie" not in heads
    assert ("Vary", "Accept-Encoding") in response.headers


def test_a_streamed_response_is_never_held_in_memory() -> None:
    """A list too large to store: Django is asked once what it is, then again for each visitor."""
    asked = []

    class Stream:
        streaming = True

        def __iter__(self) -> Iterator[bytes]:
            yield from (b"much", b"more")

    def django(environ: dict[str, Any], start_response: Any) -> Stream:
        asked.append(environ.get("HTTP_COOKIE"))
        start_response("200 OK", [("Content-Type", "application/json")])
        return Stream()

    visit = Visitor()
    visit.middleware._django = django
    visit.middleware._slugs = {SLUG}
    for encoding in ("br", "", "br"):
        assert visit(f"{PAGE}signatories.json", accept_encoding=encoding, cookie="mine").body == b"muchmore"
    assert asked == [None, "mine", "mine", "mine"]
    assert {response.body for response in visit.middleware._cache.responses.values()} == {b""}


def test_a_stored_page_costs_no_django_and_an_unknown_path_hardly_more(
    visit: Visitor, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Django, ten thousand 404s would take half a minute."""
    visit()
    visit("/nothing/")
    monkeypatch.setattr(middleware, "render_path", None)
    for number in range(MANY):
        assert visit().status == 200
        assert visit(f"/{number}/").status == 404
    assert len(visit.django.requests) == 2
