"""Several threads at one moment, each with its own connection to the database, as several processes would have."""

import random
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 60.0


def together(works: Iterable[Callable[[], T]], *, patience: float = PATIENCE) -> list[T | Exception]:
    """Does all the works at once, each in a thread of its own; what each returned or raised, in their order.

    What takes longer than `patience` seconds is a TimeoutError.
    """
    todo = list(works)
    outcomes: list[T | Exception] = [TimeoutError()] * len(todo)
    barrier = threading.Barrier(len(todo))

    def run(place: int) -> None:
        try:
            barrier.wait(patience)
            outcomes[place] = todo[place]()
        except Exception as error:  # noqa: BLE001  (the test says which errors it expects)
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(todo))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    return outcomes


def pause() -> None:
    """Time enough for another thread to come between two steps; the locked form of a deed gets it too."""
    time.sleep(random.uniform(0.01, 0.03))
