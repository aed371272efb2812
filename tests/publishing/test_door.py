"""The door in front of Django: what it answers from memory, and that nothing of a visitor gets in there."""

import gzip
import io
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import brotli
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection

from petition.actions import moderation
from petition.models import Appeal, Kind
from petition.publishing.site import Door
from petition.vocabulary import clock
from tests.factories import MODERATOR, NOON, SLUG, approved

PAGE = f"/appeals/{SLUG}/"


class Counted:
    """Django, and how often it was asked for what."""

    def __init__(self) -> None:
        self.django = get_wsgi_application()
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(environ)
        return self.django(environ, start_response)


class Visitor:
    """Sends requests through a door of its own whose watcher looks only when told."""

    def __init__(self) -> None:
        self.django = Counted()
        self.door = Door(self.django)
        self.door._watcher = threading.current_thread()  # no second thread: `look` is called by the tests
        self.door.look()

    def __call__(self, path: str = PAGE, method: str = "GET", query: str = "", **headers: str) -> "Seen":
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        head: list[Any] = []
        chunks = self.door(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return Seen(head[0], dict(head[1]), body)


class Seen:
    def __init__(self, status: str, headers: dict[str, str], body: bytes) -> None:
        self.status = int(status.split(maxsplit=1)[0])
        self.headers = headers
        self.body = body


@pytest.fixture
def visit(appeal: Appeal) -> Iterator[Visitor]:
    """A visitor whose requests share the test's transaction: Django would close its connection after each of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Visitor()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_page_is_made_once_and_then_comes_from_memory(visit: Visitor) -> None:
    first, second = visit(), visit()
    assert (first.status, first.body, first.headers) == (second.status, second.body, second.headers)
    assert len(visit.django.asked) == 1


def test_a_document_is_made_once_and_again_after_a_change(visit: Visitor, appeal: Appeal) -> None:
    path = f"/appeals/{SLUG}.pdf"
    first = visit(path)
    assert first.body.startswith(b"%PDF-")
    assert (visit(path).body, len(visit.django.asked)) == (first.body, 1)
    approved(appeal)
    visit.door.look()
    assert visit(path).body != first.body


def test_each_encoding_is_the_same_page_with_its_own_etag(visit: Visitor) -> None:
    plain = visit()
    br, zipped = visit(accept_encoding="gzip, deflate, br"), visit(accept_encoding="gzip;q=0.5, br;q=0")
    assert br.headers["Content-Encoding"] == "br"
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.body == brotli.decompress(br.body) == gzip.decompress(zipped.body)
    assert len({seen.headers["ETag"] for seen in (plain, br, zipped)}) == 3
    for seen in (plain, br, zipped):
        assert seen.headers["Vary"] == "Accept-Encoding"
        assert int(seen.headers["Content-Length"]) == len(seen.body)
    assert len(visit.django.asked) == 1


def test_a_page_that_did_not_change_is_304(visit: Visitor) -> None:
    etag = visit().headers["ETag"]
    for tags in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        same = visit(if_none_match=tags)
        assert (same.status, same.body, same.headers["ETag"]) == (304, b"", etag)
        assert same.headers["Cache-Control"] == "public, no-cache"
    assert visit(if_none_match='"other"').status == 200


def test_head_is_get_without_the_body(visit: Visitor) -> None:
    got, head = visit(), visit(method="HEAD")
    assert (head.status, head.headers, head.body) == (200, got.headers, b"")


def test_a_change_is_seen_at_the_next_look_and_a_removed_name_is_gone(visit: Visitor, appeal: Appeal) -> None:
    before = visit()
    approved(appeal, organisation_name="Come and gone")
    assert visit().body == before.body
    visit.door.look()
    listed = visit()
    assert b"Come and gone" in listed.body
    assert listed.headers["ETag"] != before.headers["ETag"]
    moderation.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    visit.door.look()
    for encoding in ("", "br", "gzip"):
        seen = visit(accept_encoding=encoding)
        assert b"Come and gone" not in (brotli.decompress(seen.body) if encoding == "br" else seen.body)


def test_a_closing_date_that_passes_is_a_change(visit: Visitor) -> None:
    assert b"Closed for further" not in visit().body
    Appeal.objects.update(closes_at=clock.now())
    visit.door.look()
    assert b"Closed for further" in visit().body


def test_nothing_a_visitor_sends_reaches_a_stored_answer(visit: Visitor) -> None:
    visit(
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


def test_ten_thousand_query_strings_and_guesses_store_nothing(visit: Visitor) -> None:
    visit()
    stored = dict(visit.door._shelf.answers)
    for number in range(200):
        visit(query=f"utm_source={number}")
        visit(path=f"/appeals/guess-{number}/")
        visit(path=f"/static/guess-{number}.css")
        visit(host=f"guess-{number}.example")
    assert visit.door._shelf.answers == stored
    assert set(visit.door._shelf.locks) == {PAGE}


def test_an_unknown_host_is_400_even_for_a_stored_page(visit: Visitor) -> None:
    assert visit().status == 200
    assert visit(host="evil.example").status == 400
    assert visit(host="localhost:8000").status == 200


def test_what_is_not_published_goes_straight_to_django(visit: Visitor) -> None:
    for path in (f"{PAGE}endorse/", "/healthz", "/admin/login/"):
        assert visit(path=path).status == 200
        assert visit(path=path).status == 200
    assert len(visit.django.asked) == 6
    assert visit.door._shelf.answers == {}


def test_a_404_of_a_published_kind_is_answered_but_not_kept(visit: Visitor) -> None:
    for method, empty in (("GET", False), ("HEAD", True)):
        seen = visit(path="/appeals/none/", method=method)
        assert (seen.status, seen.body == b"") == (404, empty)


def test_each_language_has_its_own_page(visit: Visitor) -> None:
    assert b'lang="ru"' in visit(path=f"/ru{PAGE}").body
    assert b'<html lang="en"' in visit().body


def test_without_the_database_stored_pages_live_for_five_minutes(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from petition.publishing import record

    def no_database() -> tuple[object, ...]:
        raise OperationalError

    visit()
    with monkeypatch.context() as patch:  # a dead database, which a test cannot bring about inside its transaction
        patch.setattr(record, "state_of_everything", no_database)
        visit.door.look()
        assert visit().status == 200
        assert len(visit.django.asked) == 1
        visit.door._seen_at -= 301
        visit.door.look()
        assert visit.door._shelf.answers == {}
    visit.door.look()
    assert visit().status == 200


def test_many_at_once_make_a_page_once(committed: None) -> None:
    from tests.factories import an_appeal

    an_appeal()
    visit = Visitor()
    answers: list[Seen] = []

    def ask() -> None:
        answers.append(visit())
        connection.close()  # this thread's own

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(visit.django.asked) == 1
    assert {seen.status for seen in answers} == {200}


def test_many_at_once_for_what_is_not_kept_all_get_their_answer(committed: None) -> None:
    from tests.factories import an_appeal

    an_appeal()
    visit = Visitor()
    answers: list[int] = []

    def ask() -> None:
        answers.extend(visit(path=f"{PAGE}signatories/original-12/").status for _ in range(10))
        connection.close()  # this thread's own

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 80


def test_an_https_site_answers_nothing_in_clear(visit: Visitor, settings: Any) -> None:
    settings.SITE_URL, settings.SITE_IS_HTTPS = "https://appeal.example", True
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["appeal.example"], True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    visit = Visitor()
    for _ in range(2):
        assert visit(host="appeal.example", x_forwarded_proto="https").status == 200
        assert visit(host="appeal.example").status == 301
