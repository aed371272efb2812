"""How many requests of each kind are inside Django at once, who waits for a place, and who is refused at once."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from petition.management.web_process import thread_count
from petition.publishing.cache import thread_limits
from petition.publishing.cache.thread_limits import THREADS, Lane, Limits

ALL = list(Lane)


@contextmanager
def full(places: Limits, lane: Lane) -> Iterator[ExitStack]:
    """All places of this kind are taken by requests that do not end."""
    with ExitStack() as stack:
        assert all(stack.enter_context(places.place(lane)) for _ in range(lane.most))
        yield stack


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody got on for long, whatever the clock says."""
    for name in ("PATIENCE_SECONDS", "SHORT_PATIENCE_SECONDS"):
        monkeypatch.setattr(thread_limits, name, -1.0)


@pytest.mark.parametrize("lane", ALL)
def test_a_kind_that_is_stuck_is_refused_and_leaves_the_others_their_places(lane: Lane, impatient: None) -> None:
    places = Limits()
    with full(places, lane):
        with places.place(lane) as is_free:
            assert not is_free
        for other in set(ALL) - {lane}:
            with places.place(other) as is_free:
                assert is_free
    with places.place(lane) as is_free:
        assert is_free


@pytest.mark.parametrize("threads", [1, 2, 4, 8, THREADS])
def test_whatever_comes_in_a_thread_is_left_for_what_is_in_memory(threads: int, impatient: None) -> None:
    places = Limits(threads)
    with ExitStack() as stack:
        inside = [stack.enter_context(places.place(lane)) for lane in ALL for _ in range(lane.most)]
    assert sum(inside) == min(max(1, threads - max(1, threads // 8)), sum(lane.most for lane in ALL))
    assert sum(inside) < threads or threads == 1


def test_while_they_get_on_others_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_limits, "PATIENCE_SECONDS", 600.0)
    places, answers = Limits(), []

    def ask() -> None:
        with places.place(Lane.POSTS) as is_free:
            answers.append(is_free)

    waiting = [threading.Thread(target=ask) for _ in range(5)]
    with full(places, Lane.POSTS):
        for thread in waiting:
            thread.start()
        while places._waiting[Lane.POSTS] < len(waiting):
            threading.Event().wait(0.01)
        assert answers == []
    for thread in waiting:
        thread.join()
    assert answers == [True] * 5


def test_few_wait_for_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_limits, "PATIENCE_SECONDS", 600.0)
    places, answers = Limits(), []
    few = places._most_waiting[Lane.SEARCHES]

    def ask() -> None:
        with places.place(Lane.SEARCHES) as is_free:
            answers.append(is_free)

    waiting = [threading.Thread(target=ask) for _ in range(few)]
    with full(places, Lane.SEARCHES):
        for thread in waiting:
            thread.start()
        while places._waiting[Lane.SEARCHES] < few:
            threading.Event().wait(0.01)
        ask()
        assert answers == [False]
    for thread in waiting:
        thread.join()
    assert answers == [False] + [True] * few


def test_a_request_that_ends_by_a_timeout_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    places = Limits()
    with full(places, Lane.POSTS) as stack:
        now[0] += thread_limits.QUICK_SECONDS + 3
        stack.close()  # all of them gave up
        with full(places, Lane.POSTS):
            now[0] += thread_limits.PATIENCE_SECONDS
            with places.place(Lane.POSTS) as is_free:
                assert not is_free


def test_an_error_gives_the_place_back() -> None:
    places = Limits()
    for _ in range(3 * Lane.DOCUMENTS.most):
        with pytest.raises(ZeroDivisionError), places.place(Lane.DOCUMENTS) as is_free:
            assert is_free
            raise ZeroDivisionError


@pytest.mark.parametrize(
    ("arguments", "environment", "count"),
    [
        ("granian --blocking-threads 4 petition.wsgi:application", {}, 4),
        ("granian --blocking-threads=6 petition.wsgi:application", {"GRANIAN_BLOCKING_THREADS": "9"}, 6),
        ("granian petition.wsgi:application", {"GRANIAN_BLOCKING_THREADS": "9"}, 9),
        ("gunicorn petition.wsgi:application", {}, THREADS),
        ("granian --blocking-threads", {}, THREADS),
        ("granian --blocking-threads 0", {}, THREADS),
    ],
)
def test_the_threads_are_those_that_granian_was_started_with(
    arguments: str, environment: dict[str, str], count: int
) -> None:
    assert thread_count(arguments.split(), environment) == count
