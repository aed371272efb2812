"""How many requests of each kind are inside Django at once, which wait for a place, and which are refused."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from petition.management.web_process import get_thread_count
from petition.publishing.cache import thread_limits
from petition.publishing.cache.thread_limits import THREADS, RequestKind, ThreadLimits

ALL = list(RequestKind)


@contextmanager
def full(limits: ThreadLimits, kind: RequestKind) -> Iterator[ExitStack]:
    """Fill all places of this kind with requests that do not end."""
    with ExitStack() as stack:
        assert all(stack.enter_context(limits.acquire(kind)) for _ in range(kind.limit))
        yield stack


@pytest.fixture
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every wait end at once."""
    for name in ("MAX_WAIT_SECONDS", "SHORT_WAIT_SECONDS"):
        monkeypatch.setattr(thread_limits, name, -1.0)


@pytest.mark.parametrize("kind", ALL)
def test_a_stuck_kind_is_refused_and_does_not_block_others(kind: RequestKind, without_waiting: None) -> None:
    limits = ThreadLimits()
    with full(limits, kind):
        with limits.acquire(kind) as is_free:
            assert not is_free
        for other in set(ALL) - {kind}:
            with limits.acquire(other) as is_free:
                assert is_free
    with limits.acquire(kind) as is_free:
        assert is_free


@pytest.mark.parametrize("threads", [1, 2, 4, 8, THREADS])
def test_a_thread_is_always_left_for_pages_in_memory(threads: int, without_waiting: None) -> None:
    limits = ThreadLimits(threads)
    with ExitStack() as stack:
        inside = [stack.enter_context(limits.acquire(kind)) for kind in ALL for _ in range(kind.limit)]
    assert sum(inside) == min(max(1, threads - max(1, threads // 8)), sum(kind.limit for kind in ALL))
    assert sum(inside) < threads or threads == 1


def test_requests_wait_for_a_place_while_others_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_limits, "MAX_WAIT_SECONDS", 600.0)
    limits, results = ThreadLimits(), []

    def ask() -> None:
        with limits.acquire(RequestKind.POSTS) as is_free:
            results.append(is_free)

    waiting = [threading.Thread(target=ask) for _ in range(5)]
    with full(limits, RequestKind.POSTS):
        for thread in waiting:
            thread.start()
        while limits._waiting[RequestKind.POSTS] < len(waiting):
            threading.Event().wait(0.01)
        assert results == []
    for thread in waiting:
        thread.join()
    assert results == [True] * 5


def test_few_searches_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_limits, "MAX_WAIT_SECONDS", 600.0)
    limits, results = ThreadLimits(), []
    few = limits._max_waiting[RequestKind.SEARCHES]

    def ask() -> None:
        with limits.acquire(RequestKind.SEARCHES) as is_free:
            results.append(is_free)

    waiting = [threading.Thread(target=ask) for _ in range(few)]
    with full(limits, RequestKind.SEARCHES):
        for thread in waiting:
            thread.start()
        while limits._waiting[RequestKind.SEARCHES] < few:
            threading.Event().wait(0.01)
        ask()
        assert results == [False]
    for thread in waiting:
        thread.join()
    assert results == [False] + [True] * few


@pytest.mark.parametrize(("seconds", "is_kept"), [(-1.0, False), (600.0, True)])
def test_posts_that_wait_for_a_commit_leave_threads_to_readers(
    monkeypatch: pytest.MonkeyPatch, seconds: float, is_kept: bool
) -> None:
    """The second case is the control: with a longer wait they would hold all threads."""
    monkeypatch.setattr(thread_limits, "MAX_WAIT_SECONDS", 600.0)
    monkeypatch.setattr(thread_limits, "POST_WAIT_SECONDS", seconds)
    limits, results = ThreadLimits(), []

    def ask() -> None:
        with limits.acquire(RequestKind.POSTS) as is_free:
            results.append(is_free)

    kept = round(THREADS * 0.6) - RequestKind.POSTS.limit
    waiting = [threading.Thread(target=ask) for _ in range(kept + 4)]
    with full(limits, RequestKind.POSTS):
        for count, thread in enumerate(waiting, 1):
            thread.start()
            while limits._waiting[RequestKind.POSTS] + len(results) < count:
                threading.Event().wait(0.01)
        while not is_kept and len(results) < 4:
            threading.Event().wait(0.01)
        assert results == ([] if is_kept else [False] * 4)
    for thread in waiting:
        thread.join()


def test_a_request_that_ends_by_a_timeout_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    limits = ThreadLimits()
    with full(limits, RequestKind.POSTS) as stack:
        now[0] += thread_limits.QUICK_SECONDS + 3
        stack.close()  # all of them timed out
        with full(limits, RequestKind.POSTS):
            now[0] += thread_limits.MAX_WAIT_SECONDS
            with limits.acquire(RequestKind.POSTS) as is_free:
                assert not is_free


def test_an_error_releases_the_place() -> None:
    limits = ThreadLimits()
    for _ in range(3 * RequestKind.DOCUMENTS.limit):
        with pytest.raises(ZeroDivisionError), limits.acquire(RequestKind.DOCUMENTS) as is_free:
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
    assert get_thread_count(arguments.split(), environment) == count
