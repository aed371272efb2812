"""On PostgreSQL public pages are made from a copy in memory: the same bytes, and also while the database is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError, connection, connections

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import public_paths
from petition.publishing.cache import public_copy
from petition.publishing.cache.rendering import render_path
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.publishing.visitor import PAGE, Visitor

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could be away"),
]
FORMS = (
    *("/", "/ru/", "/code/", "/change/"),
    *(f"{PAGE}endorse/", f"{PAGE}endorse/check-mail/", f"{PAGE}change/"),
)

OPENED = re.compile(rb'name="opened" value="[^"]+"')
"""When a form was opened, and a random value."""


def check(visit: Visitor) -> None:
    """Do what the watcher and the upkeep do."""
    visit.middleware.check_for_changes()
    with suppress(OperationalError):
        visit.middleware.refresh_copy()


@pytest.fixture(autouse=True)
def copied(visit: Visitor) -> None:
    check(visit)


@pytest.fixture
def away(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """A visitor after whose first check PostgreSQL refuses every statement."""
    server = connections["default"]
    visit.django.requests.clear()

    def refuse(*args: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(server, "cursor", refuse)
        check(visit)
        assert not visit.middleware.freshness.is_answering
        yield visit


@pytest.mark.long
def test_every_public_page_has_the_same_bytes_as_from_the_database(appeal: Appeal, visit: Visitor) -> None:
    """It takes seconds: all pages of the site, twice."""
    for number in range(3):
        approved(appeal, organisation_name=f"Made-up Fund {number}")
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON)
    check(visit)
    pages = public_paths.list_public_pages()
    paths = [page.path for page in pages if not page.path.endswith((".pdf", ".docx", ".png"))]
    assert len(paths) > 40
    for path in [*paths, f"{PAGE}signatories/?q=fund", f"{PAGE}signatories/original-3/", *FORMS]:
        address, _, query = path.partition("?")
        copied = render_path(visit.middleware._django, address, query=query)
        direct = render_path(visit.django, address, query=query)
        assert copied.status == direct.status, path
        assert OPENED.sub(b"", copied.body) == OPENED.sub(b"", direct.body), path


@pytest.mark.parametrize("path", ["signatories/", "signatories.json", "signatories.csv", "changes/", "figures/"])
def test_a_page_that_nobody_asked_for_is_answered_without_the_database(away: Visitor, path: str) -> None:
    response = away(f"/ru{PAGE}{path}" if path.endswith("/") else PAGE + path)
    assert response.status == 200
    assert path in ("changes/", "figures/") or "Human Rights" in response.text


@pytest.mark.parametrize("path", FORMS)
def test_forms_are_shown_without_the_database(away: Visitor, path: str) -> None:
    assert away(path).status in (200, 302)


def test_a_search_is_answered_without_the_database(away: Visitor) -> None:
    assert away(f"{PAGE}signatories/", query="q=helsinki").status == 200


def test_after_five_minutes_the_copy_is_gone(away: Visitor) -> None:
    away.middleware.freshness.checked_at -= 301
    assert away(f"{PAGE}signatories/").status == 503
    assert away.middleware._copy._snapshot is None


def test_a_removed_name_is_not_in_the_copy(appeal: Appeal, visit: Visitor) -> None:
    approved(appeal, organisation_name="Come and gone")
    check(visit)
    assert "Come and gone" in visit(f"{PAGE}signatories/").text
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert "Come and gone" in visit(f"{PAGE}signatories/", query="q=gone").text, "the control: no check since"
    check(visit)
    assert "Come and gone" not in visit(f"{PAGE}signatories/", query="q=gone").text


@contextmanager
def gone_while_copying(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the next copy fail half-way, and the database be away from then on."""

    def fail(*args: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(public_copy, "_copy_table", fail)
        check(visit)
        patch.setattr(connections["default"], "cursor", fail)
        check(visit)
        yield


def test_when_the_database_goes_away_during_copying_the_earlier_copy_serves(
    appeal: Appeal, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(appeal, organisation_name="Just listed")
    with gone_while_copying(visit, monkeypatch):
        response = visit(f"{PAGE}signatories/")
        assert (response.status, "Just listed" in response.text) == (200, False)
    check(visit)
    assert "Just listed" in visit(f"{PAGE}signatories/").text, "what was made from the earlier copy is dropped"


def test_the_earlier_copy_does_not_serve_if_it_shows_a_removed_name(
    appeal: Appeal, visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(appeal, organisation_name="Come and gone")
    check(visit)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    with gone_while_copying(visit, monkeypatch):
        assert visit(f"{PAGE}signatories/").status == 503


def test_pages_behind_a_link_are_not_made_from_the_copy(away: Visitor) -> None:
    assert away("/endorsements/AAAA/").status == 503
    assert away("/code/", query="by=x&sent=00000000000000000000000000000000").status != 500


def test_nothing_can_be_written_to_the_copy(visit: Visitor) -> None:
    snapshot = visit.middleware._copy._snapshot
    assert snapshot
    with snapshot.connected(), pytest.raises(OperationalError):
        Appeal.objects.update(issuer="Another name")


def test_a_long_list_is_not_copied(appeal: Appeal, visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_copy, "MAX_ENTRIES", 10)
    approved(appeal)
    check(visit)
    assert visit.middleware._copy._snapshot is None
    assert visit(f"{PAGE}signatories/").status == 200
