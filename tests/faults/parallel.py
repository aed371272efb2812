"""Run several threads at once, each with its own connection to the database, as several processes have."""

import random
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
TIMEOUT = 60.0


def run_parallel(works: Iterable[Callable[[], T]], *, timeout: float = TIMEOUT) -> list[T | Exception]:
    """Run all `works` at once, each in its own thread; return what each returned or raised, in the same order.

    One that takes longer than `timeout` seconds gives a TimeoutError.
    """
    todo = list(works)
    outcomes: list[T | Exception] = [TimeoutError()] * len(todo)
    barrier = threading.Barrier(len(todo))

    def run(place: int) -> None:
        try:
            barrier.wait(timeout)
            outcomes[place] = todo[place]()
        except Exception as error:  # noqa: BLE001  (the test says which errors it expects)
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(todo))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
    return outcomes


def pause() -> None:
    """Wait long enough for another thread to come between two steps."""
    time.sleep(random.uniform(0.01, 0.03))
