"""Without the database: stored pages for five minutes, then the text without anybody's name, and 503 for the rest."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import records
from petition.publishing.cache import middleware
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.publishing.visitor import PAGE, Visitor

LANGUAGES = ("", "/ru", "/ky")
NOTE = {
    "": "cannot be shown at the moment",
    "/ru": "сейчас нельзя показать",
    "/ky": "азыр көрсөтүүгө болбойт",
}


@pytest.fixture
def ready(visit: Visitor) -> Visitor:
    """Its watcher has had a round."""
    visit.door.keep_texts()
    visit.django.asked.clear()
    return visit


@contextmanager
def gone(visit: Visitor, monkeypatch: pytest.MonkeyPatch, *, seconds: int) -> Iterator[None]:
    """A database that went away that many seconds ago; a test cannot bring it about inside its transaction."""

    def no_database(*args: object, **kwargs: object) -> None:
        raise OperationalError

    visit.door.freshness.asked_at -= seconds
    with monkeypatch.context() as patch:
        patch.setattr(middleware, "texts_in_force", no_database)
        for name in ("state_of_everything", "_published", "published_slugs"):
            patch.setattr(records, name, no_database)
        visit.door.look()
        yield


def test_for_five_minutes_the_stored_pages(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ready()
    with gone(ready, monkeypatch, seconds=290):
        assert ready().body == page.body
        assert len(ready.django.asked) == 1


def test_then_the_text_without_any_name_or_number(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [line["label"] for line in json.loads(ready(f"{PAGE}signatories.json").body)["signatories"]]
    text = ready(f"{PAGE}text.en.txt").text
    pages = {language: ready(language + PAGE).text for language in LANGUAGES}
    with gone(ready, monkeypatch, seconds=301):
        for language in LANGUAGES:
            for encoding in ("", "br"):
                seen = ready(language + PAGE, accept_encoding=encoding)
                assert (seen.status, seen.headers["Cache-Control"]) == (200, "no-store")
                assert NOTE[language] in seen.text
                assert not [name for name in names if name in seen.text or name in text]
                assert not re.search(r"\b35\b", seen.text)
                assert "headline" in pages[language]
                assert "headline" not in seen.text
    assert ready().status == 200
    ready.door.look()
    assert "headline" in ready().text


def test_the_text_is_whole(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    paragraphs = [line for line in ready(f"{PAGE}text.en.txt").text.splitlines() if line]
    with gone(ready, monkeypatch, seconds=301):
        said = ready().text
    for paragraph in paragraphs:
        assert re.sub(r"[&'\"<>]", "", paragraph)[:40] in re.sub(r"&[^;]+;|['\"<>]", "", said)


@pytest.mark.parametrize(
    "path", ["signatories/", "signatories.json", "signatories.csv", "figures/", "signatories/original-1/"]
)
def test_lists_and_exports_are_503_and_ask_no_database(
    ready: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    assert ready(PAGE + path).status in (200, 302)
    with gone(ready, monkeypatch, seconds=301):
        for encoding in ("", "br"):
            seen = ready(PAGE + path, accept_encoding=encoding)
            assert (seen.status, seen.headers["Cache-Control"]) == (503, "no-store")
        assert all("petition.without_database" in environ for environ in ready.django.asked[1:])


def test_documents_are_503(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with gone(ready, monkeypatch, seconds=301):
        for name in (".pdf", ".docx", ".txt"):
            assert ready(f"/appeals/{SLUG}{name}").status == 503


def test_a_page_that_nobody_asked_for_in_time_is_the_text_at_once(
    ready: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gone(ready, monkeypatch, seconds=1):
        assert NOTE[""] in ready().text
        assert ready(f"{PAGE}signatories/").status == 503
    assert "headline" in ready().text  # nothing of it was kept: no change would have put it away


def test_a_name_that_left_before_the_database_went_is_not_brought_back(
    ready: Visitor, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(appeal, organisation_name="Come and gone")
    ready.door.look()
    ready.door.keep_texts()
    assert "Come and gone" in ready().text
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    with gone(ready, monkeypatch, seconds=301):
        assert "Come and gone" not in ready().text


def test_a_watcher_that_hangs_does_not_keep_names_alive(ready: Visitor) -> None:
    """The clock is asked by whoever answers, not only by the watcher."""
    assert "headline" in ready().text
    ready.door.freshness.asked_at -= 301
    assert NOTE[""] in ready().text
    ready.door.look()
    assert "headline" in ready().text


def test_texts_are_made_again_only_when_one_changes(ready: Visitor, appeal: Appeal) -> None:
    approved(appeal)
    ready.door.look()
    ready.door.keep_texts()
    assert ready.django.asked == []
    Appeal.objects.update(issuer="Another name")
    ready.door.look()
    ready.door.keep_texts()
    assert len(ready.django.asked) == 6  # and the front door in each language


def test_the_front_door_still_leads_to_the_appeal(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    with gone(ready, monkeypatch, seconds=301):
        for language in LANGUAGES:
            seen = ready(f"{language}/", query="fbclid=1")
            assert (seen.status, seen.headers["Location"]) == (302, language + PAGE)
    assert ready.django.asked == []
    ready.door.look()
    assert ready("/", accept_language="ru").headers["Location"] == f"/ru{PAGE}"


def test_no_visitor_can_ask_for_it(ready: Visitor) -> None:
    for header in ("petition_without_list", "petition.without_list"):
        assert "headline" in ready(**{header: "1"}).text
