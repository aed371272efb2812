"""Whatever strangers send to the door changes no answer that is given to others, and grows no memory."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from petition.models import Appeal
from petition.publishing.cache import middleware
from petition.publishing.cache.middleware import Door
from petition.publishing.cache.responses import _remembered
from tests.factories import SLUG, an_appeal
from tests.publishing.visitor import PAGE, Visitor

MANY = 10_000
NOTHING = {"/.nothing/", "/ru/.nothing/", "/ky/.nothing/"}
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
    return {key: answer.body for key, answer in visit.door._shelf.answers.items()}


def kept_by(visit: Visitor) -> tuple[int, ...]:
    """How many answers, locks, hosts and encodings are remembered."""
    door = visit.door
    return len(door._shelf.answers), len(door._shelf.locks), len(door._hosts), _remembered.cache_info().currsize


def test_nothing_a_visitor_sends_reaches_a_stored_answer(visit: Visitor) -> None:
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
    (environ,) = visit.django.asked
    assert "planted" not in repr(environ)
    assert "ru" not in environ.values()
    assert b"planted" not in visit().body


def test_ten_thousand_strange_requests_change_nothing_and_grow_nothing(visit: Visitor) -> None:
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
        visit(PATH_TRICKS[number % len(PATH_TRICKS)])
        visit(host=("127.0.0.1:8000", "localhost", "[::1]:1")[number % 3], if_modified_since=str(number))
        visit(method=("HEAD", "OPTIONS", "PROPFIND", "get", f"X{number}")[number // 10 % 5])
    after = visit(accept_encoding="br")
    assert (after.body, after.headers) == (fresh.body, fresh.headers)
    assert {key: body for key, body in stored(visit).items() if key in before} == before
    assert {path for path, _ in stored(visit)} == {PAGE, f"/ru{PAGE}", f"/ky{PAGE}", *NOTHING}
    answers, locks, hosts, encodings = kept_by(visit)
    assert (answers, locks) == (18, 6)
    assert hosts <= 100
    assert encodings <= 100


@pytest.mark.parametrize("path", PATH_TRICKS)
def test_a_trick_with_the_path_gives_nobody_a_stored_page(visit: Visitor, path: str) -> None:
    visit()
    assert visit(path).status in (301, 302, 400, 404)


def test_a_query_that_means_nothing_gets_the_stored_page(visit: Visitor) -> None:
    """Links get one wherever they are shared; a whole country would come with one each."""
    page = visit()
    for query in ("fbclid=1", "%00", "a" * 9000):
        assert visit(query=query).body == page.body
    assert len(visit.django.asked) == 1


def test_a_query_that_means_something_is_answered_by_django(visit: Visitor) -> None:
    first = visit(f"{PAGE}signatories/")
    assert visit(f"{PAGE}signatories/", query="page=1").body == first.body
    assert visit(f"{PAGE}signatories/", query="page=2").status == 404
    assert len(visit.django.asked) == 3


def test_an_unknown_host_is_400_even_for_a_stored_page(visit: Visitor) -> None:
    assert visit().status == 200
    assert visit(host="evil.example").status == 400
    assert visit(host="localhost:8000").status == 200


def test_an_address_that_leads_nowhere_is_answered_from_memory_in_its_language(visit: Visitor) -> None:
    for prefix, language in (("", "en"), ("/ru", "ru"), ("/ky", "ky")):
        for number in range(5):
            seen = visit(f"{prefix}/wp-login-{number}.php", accept_encoding="br")
            assert (seen.status, seen.headers["Cache-Control"]) == (404, "no-store")
            assert f'<html lang="{language}"' in seen.text
            assert "ETag" not in seen.headers
            assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
    assert len(visit.django.asked) == 3


def test_a_missing_slash_and_a_static_file_are_still_djangos(visit: Visitor) -> None:
    assert visit(PAGE.rstrip("/")).status == 301
    assert visit("/static/nothing.css").status == 404
    assert visit("/appeals/\0/").status == 400
    assert visit("/appeals/\xe2\x98\x83/").status == 404
    assert len(visit.django.asked) == 4


def test_a_flood_of_unknown_appeals_is_answered_from_memory(visit: Visitor) -> None:
    for number in range(200):
        assert visit(f"/appeals/guess-{number}/").status == 404
    assert len(visit.django.asked) < 100
    assert {path for path, _ in stored(visit)} <= NOTHING


def test_an_appeal_that_was_published_a_moment_ago_is_there(visit: Visitor) -> None:
    an_appeal("second")
    assert visit("/appeals/second/").status == 200


def test_a_404_of_a_published_kind_is_answered_but_not_kept(visit: Visitor) -> None:
    for method, empty in (("GET", False), ("HEAD", True)):
        seen = visit(path=f"{PAGE}signatories/original-99/", method=method)
        assert (seen.status, seen.body == b"") == (404, empty)
    assert visit.door._shelf.answers == {}
    assert visit.door._shelf.locks == {}


def test_no_cookie_is_ever_stored_or_set() -> None:
    """By a Django that has gone wrong."""

    def careless(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "a=b"), ("Vary", "Cookie")])
        return [b"page"]

    heads: list[Any] = []
    door = Door(careless)
    door._slugs = {SLUG}
    answer = door._made(PAGE, "gzip")
    heads.extend(name for name, _ in answer.headers)
    assert "Set-Cookie" not in heads
    assert ("Vary", "Accept-Encoding") in answer.headers


def test_what_streams_is_never_held_in_memory() -> None:
    """A list too large to keep: Django is asked once what it is, and then on behalf of each visitor."""
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
    visit.door._django = django
    visit.door._slugs = {SLUG}
    for encoding in ("br", "", "br"):
        assert visit(f"{PAGE}signatories.json", accept_encoding=encoding, cookie="mine").body == b"muchmore"
    assert asked == [None, "mine", "mine", "mine"]
    assert {answer.body for answer in visit.door._shelf.answers.values()} == {b""}


def test_a_stored_page_costs_no_django_and_an_unknown_path_hardly_more(
    visit: Visitor, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand of each within seconds: with Django, the 404s alone would take half a minute."""
    visit()
    visit("/nothing/")
    monkeypatch.setattr(middleware, "rendered", None)
    began = time.monotonic()
    for number in range(MANY):
        assert visit().status == 200
        assert visit(f"/{number}/").status == 404
    assert time.monotonic() - began < 20
    assert len(visit.django.asked) == 2
