"""A removed name is gone within a second even if the watcher is late, and no page waits for a silent database."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from petition.actions.moderation import decisions
from petition.models import Kind
from petition.publishing.cache import freshness, middleware
from petition.publishing.cache.middleware import PublishedPagesMiddleware
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.publishing.visitor import Visitor

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]
NAME = "Gone meanwhile"


class Careless(PublishedPagesMiddleware):
    """A broken variant: it serves stored pages, however old the last check is."""

    def __call__(self, *args: object) -> object:  # type: ignore[override]
        self.freshness.is_stale = lambda now: False  # type: ignore[method-assign]
        return super().__call__(*args)  # type: ignore[arg-type]


def _shows_a_removed_name(middleware: type[PublishedPagesMiddleware]) -> bool:
    """Return whether a page shows a name that was removed while the watcher had no turn; here it must be woken."""
    approved(an_appeal(), organisation_name=NAME)
    visit = Visitor(middleware)
    assert NAME in visit().text
    visit.middleware.freshness.max_wait = 60

    def watch() -> None:
        visit.middleware.freshness._wanted.wait()
        visit.middleware.check_for_changes()
        connection.close()  # this thread's own

    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    visit.middleware.freshness.checked_at -= freshness.MAX_AGE_SECONDS
    watcher = threading.Thread(target=watch)
    watcher.start()
    text = visit().text
    visit.middleware.freshness._wanted.set()
    watcher.join()
    return NAME in text


def test_a_page_waits_for_the_next_check_if_the_last_one_is_old() -> None:
    assert not _shows_a_removed_name(PublishedPagesMiddleware)


def test_without_the_wait_the_name_would_be_shown() -> None:
    assert _shows_a_removed_name(Careless)


def test_only_the_first_page_waits_for_a_silent_database() -> None:
    an_appeal()
    visit = Visitor()
    page = visit()
    waits: list[float | None] = []
    wait_for = visit.middleware.freshness._changed.wait_for

    def wait_not(until: Callable[[], bool], max_wait: float | None = None) -> bool:
        waits.append(max_wait)
        return wait_for(until, 0)

    visit.middleware.freshness._changed.wait_for = wait_not  # type: ignore[method-assign,assignment]
    visit.middleware.freshness.max_wait = 1
    visit.middleware.freshness.checked_at -= freshness.MAX_AGE_SECONDS
    for _ in range(3):
        assert visit().body == page.body
    assert waits == [1]
    visit.middleware.check_for_changes()
    visit.middleware.freshness.checked_at -= freshness.MAX_AGE_SECONDS
    visit()
    assert waits == [1, 1]


def test_no_page_waits_for_a_database_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    an_appeal()
    visit = Visitor()
    page = visit()

    def no_database() -> None:
        raise OperationalError

    monkeypatch.setattr(middleware, "list_published_texts", no_database)
    visit.middleware.check_for_changes()
    visit.middleware.freshness.max_wait = threading.TIMEOUT_MAX
    visit.middleware.freshness.checked_at -= freshness.MAX_AGE_SECONDS
    assert visit().body == page.body


def test_a_page_that_waits_wakes_the_watcher() -> None:
    fresh = freshness.Freshness()
    fresh.checked_at -= freshness.MAX_AGE_SECONDS
    fresh.max_wait = 0
    fresh.wait_for_check()
    assert fresh._wanted.is_set()
    fresh.wait_for_next_check()
    assert not fresh._wanted.is_set()
