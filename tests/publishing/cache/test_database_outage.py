"""Without the database: stored pages for five minutes, then the text without names, and 503 for the rest."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import queries
from petition.publishing.cache import middleware
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.publishing.visitor import PAGE, Visitor

LANGUAGES = ("", "/ru", "/ky")
NOTE = {
    "": "cannot show the organisations",
    "/ru": "не можем показать",
    "/ky": "Азыр уюмдарды көрсөтө албайбыз",
}


@pytest.fixture
def ready(visit: Visitor) -> Visitor:
    """A visitor of a middleware that has rendered the degraded pages."""
    visit.middleware.render_degraded_pages()
    visit.django.requests.clear()
    return visit


@contextmanager
def database_outage(visit: Visitor, monkeypatch: pytest.MonkeyPatch, *, seconds: int) -> Iterator[None]:
    """Pretend that the database went away that many seconds ago: a test cannot stop it inside its transaction."""

    def no_database(*args: object, **kwargs: object) -> None:
        raise OperationalError

    visit.middleware.freshness.checked_at -= seconds
    with monkeypatch.context() as patch:
        patch.setattr(middleware, "list_published_texts", no_database)
        for name in ("get_public_state", "get_published_appeal", "list_published_slugs"):
            patch.setattr(queries, name, no_database)
        visit.middleware.check_for_changes()
        yield


def test_stored_pages_are_served_for_five_minutes(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ready()
    with database_outage(ready, monkeypatch, seconds=290):
        assert ready().body == page.body
        assert len(ready.django.requests) == 1


@pytest.mark.both_databases
def test_then_the_text_is_served_without_names_or_numbers(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [line["label"] for line in json.loads(ready(f"{PAGE}signatories.json").body)["signatories"]]
    text = ready(f"{PAGE}text.en.txt").text
    pages = {language: ready(language + PAGE).text for language in LANGUAGES}
    with database_outage(ready, monkeypatch, seconds=301):
        for language in LANGUAGES:
            for encoding in ("", "br"):
                response = ready(language + PAGE, accept_encoding=encoding)
                assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
                assert NOTE[language] in response.text
                assert not [name for name in names if name in response.text or name in text]
                assert not re.search(r"\b35\b", response.text)
                assert "headline" in pages[language]
                assert "headline" not in response.text
    assert ready().status == 200
    ready.middleware.check_for_changes()
    assert "headline" in ready().text


def test_the_served_text_is_complete(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    paragraphs = [line for line in ready(f"{PAGE}text.en.txt").text.splitlines() if line]
    with database_outage(ready, monkeypatch, seconds=301):
        page = ready().text
    for paragraph in paragraphs:
        assert re.sub(r"[&'\"<>]", "", paragraph)[:40] in re.sub(r"&[^;]+;|['\"<>]", "", page)


@pytest.mark.parametrize(
    "path", ["signatories/", "signatories.json", "signatories.csv", "figures/", "signatories/original-1/"]
)
def test_lists_and_exports_are_503_and_ask_no_database(
    ready: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    assert ready(PAGE + path).status in (200, 302)
    with database_outage(ready, monkeypatch, seconds=301):
        for encoding in ("", "br"):
            response = ready(PAGE + path, accept_encoding=encoding)
            assert (response.status, response.headers["Cache-Control"]) == (503, "no-store")
        assert all("petition.without_database" in environ for environ in ready.django.requests[1:])


def test_documents_are_503(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with database_outage(ready, monkeypatch, seconds=301):
        for name in (".pdf", ".docx", ".txt"):
            assert ready(f"/appeals/{SLUG}{name}").status == 503


def test_a_page_that_is_not_stored_is_replaced_by_the_text(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with database_outage(ready, monkeypatch, seconds=1):
        assert NOTE[""] in ready().text
        assert ready(f"{PAGE}signatories/").status == 503
    assert "headline" in ready().text  # it was not stored: no change would have removed it


def test_a_name_removed_before_the_outage_stays_removed(
    ready: Visitor, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(appeal, organisation_name="Come and gone")
    ready.middleware.check_for_changes()
    ready.middleware.render_degraded_pages()
    assert "Come and gone" in ready().text
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    with database_outage(ready, monkeypatch, seconds=301):
        assert "Come and gone" not in ready().text


def test_names_are_dropped_even_if_the_watcher_hangs(ready: Visitor) -> None:
    """Each request looks at the clock, not only the watcher."""
    assert "headline" in ready().text
    ready.middleware.freshness.checked_at -= 301
    assert NOTE[""] in ready().text
    ready.middleware.check_for_changes()
    assert "headline" in ready().text


def test_degraded_pages_are_rendered_again_only_when_a_text_changes(ready: Visitor, appeal: Appeal) -> None:
    approved(appeal)
    ready.middleware.check_for_changes()
    ready.middleware.render_degraded_pages()
    assert ready.django.requests == []
    Appeal.objects.update(issuer="Another name")
    ready.middleware.check_for_changes()
    ready.middleware.render_degraded_pages()
    assert len(ready.django.requests) == 6  # and the home page in each language


def test_the_home_page_still_redirects_to_the_appeal(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with database_outage(ready, monkeypatch, seconds=301):
        for language in LANGUAGES:
            response = ready(f"{language}/", query="fbclid=1")
            assert (response.status, response.headers["Location"]) == (302, language + PAGE)
    assert ready.django.requests == []
    ready.middleware.check_for_changes()
    assert ready("/", accept_language="ru").headers["Location"] == f"/ru{PAGE}"


def test_visitors_cannot_request_degraded_pages(ready: Visitor) -> None:
    for header in ("petition_without_list", "petition.without_list"):
        assert "headline" in ready(**{header: "1"}).text
