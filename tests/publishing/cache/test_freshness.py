"""A removal is gone within a second even where the watcher is late, and a silent database keeps nobody waiting."""

import threading

import pytest
from django.db import OperationalError, connection

from petition.actions.moderation import decisions
from petition.models import Kind
from petition.publishing.cache import freshness, middleware
from petition.publishing.cache.middleware import Door
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.publishing.visitor import Visitor

pytestmark = pytest.mark.usefixtures("committed")
NAME = "Gone meanwhile"


class Careless(Door):
    """The broken variant: it serves what it has, however long nobody has looked."""

    def __call__(self, *args: object) -> object:  # type: ignore[override]
        self.freshness.is_stale = lambda now: False  # type: ignore[method-assign]
        return super().__call__(*args)  # type: ignore[arg-type]


def _shows_a_removed_name(door: type[Door]) -> bool:
    """Whether a page shows a name that left while the watcher had no turn; here it looks only when it is woken."""
    approved(an_appeal(), organisation_name=NAME)
    visit = Visitor(door)
    assert NAME in visit().text
    visit.door.freshness.patience = 60

    def watch() -> None:
        visit.door.freshness._wanted.wait()
        visit.door.look()
        connection.close()  # this thread's own

    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    visit.door.freshness.asked_at -= freshness.STALE_SECONDS
    watcher = threading.Thread(target=watch)
    watcher.start()
    text = visit().text
    visit.door.freshness._wanted.set()
    watcher.join()
    return NAME in text


def test_a_page_that_nobody_checked_lately_waits_for_the_next_look() -> None:
    assert not _shows_a_removed_name(Door)


def test_without_looking_at_the_clock_the_name_would_stand_there() -> None:
    assert _shows_a_removed_name(Careless)


def test_a_database_that_is_silent_keeps_the_first_waiting_and_nobody_after() -> None:
    an_appeal()
    visit = Visitor()
    page = visit()
    waits: list[float | None] = []
    wait_for = visit.door.freshness._changed.wait_for
    visit.door.freshness._changed.wait_for = lambda until, patience=None: waits.append(patience) or wait_for(until, 0)  # type: ignore
    visit.door.freshness.patience = 1
    visit.door.freshness.asked_at -= freshness.STALE_SECONDS
    for _ in range(3):
        assert visit().body == page.body
    assert waits == [1]
    visit.door.look()
    visit.door.freshness.asked_at -= freshness.STALE_SECONDS
    visit()
    assert waits == [1, 1]


def test_a_database_that_is_gone_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    an_appeal()
    visit = Visitor()
    page = visit()

    def no_database() -> None:
        raise OperationalError

    monkeypatch.setattr(middleware, "texts_in_force", no_database)
    visit.door.look()
    visit.door.freshness.patience = threading.TIMEOUT_MAX
    visit.door.freshness.asked_at -= freshness.STALE_SECONDS
    assert visit().body == page.body


def test_the_watcher_is_woken_by_a_page_that_waits() -> None:
    """Not only by the time that has gone by."""
    fresh = freshness.Freshness()
    fresh.asked_at -= freshness.STALE_SECONDS
    fresh.patience = 0
    fresh.wait()
    assert fresh._wanted.is_set()
    fresh.rest()
    assert not fresh._wanted.is_set()
