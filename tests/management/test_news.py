"""The worker waits while there is nothing to do, and goes on soon after something has come in."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from petition.actions.operations import site_state
from petition.management.news import News
from petition.models import IntakeRow
from petition.models.intake import MOST_TRIES
from petition.reference import clock
from tests.models.rows import an_intake_row

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]
LONG = 5.0
SOON = 1.0
"""Much less than LONG, and much more than a step on a busy machine."""


def call_elsewhere(function: Callable[[], object], *, after: float = 0.0) -> threading.Thread:
    """Call the function in a thread, which has a connection of its own."""

    def run() -> None:
        time.sleep(after)
        function()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def measure_wait(news: News, *, most: float = LONG, stop: threading.Event | None = None) -> float:
    before = time.monotonic()
    news.wait(stop or threading.Event(), most=most)
    return time.monotonic() - before


def test_a_row_that_comes_in_ends_the_waiting() -> None:
    news = News()
    measure_wait(news, most=0.5)
    thread = call_elsewhere(an_intake_row, after=0.4)
    assert 0.2 <= measure_wait(news) < 0.4 + SOON  # the thread starts before the measurement
    thread.join()


def test_a_row_that_came_in_during_the_last_round_ends_it_as_well() -> None:
    news = News()
    measure_wait(news, most=0.5)
    call_elsewhere(an_intake_row).join()
    assert IntakeRow.objects.count() == 1  # the worker has read since, and seen no row in its turn
    assert measure_wait(news) < SOON


def test_it_waits_its_time_when_nothing_for_it_has_come() -> None:
    """Neither a row that was set apart, nor another process that commits, makes the worker run round after round."""
    an_intake_row(attempts=MOST_TRIES)
    news = News()
    for _ in range(2):
        call_elsewhere(lambda: site_state.publish_figures(at=clock.now())).join()
        assert 0.6 <= measure_wait(news, most=0.6) < 0.6 + SOON


def test_a_row_that_no_round_can_process_leaves_pauses_between_rounds() -> None:
    """As one whose key is not here: the worker must not ask for it a thousand times a second."""
    an_intake_row()
    assert measure_wait(News()) >= 0.1


def test_a_signal_ends_the_waiting_at_once() -> None:
    stop = threading.Event()
    thread = threading.Timer(0.3, stop.set)
    thread.start()
    assert measure_wait(News(), stop=stop) < 0.3 + SOON < LONG
    thread.join()


def test_without_a_database_it_waits_its_time() -> None:
    news = News()
    measure_wait(news, most=0.3)
    an_intake_row()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE petition_intakerow RENAME TO elsewhere")
    try:
        call_elsewhere(lambda: site_state.clear_duty_failure("any")).join()
        assert 0.6 <= measure_wait(news, most=0.6) < 0.6 + SOON
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO petition_intakerow")
