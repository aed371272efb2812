"""What a web process does before it serves: how many threads it has, how long it waits, and with whom it ends."""

import multiprocessing
from collections.abc import Mapping, Sequence
from typing import Any, Final

from petition.publishing.cache.thread_limits import THREADS
from petition.publishing.child_processes import end_with

LOCK_SECONDS: Final = 8
"""How long a visitor waits for a lock that somebody else holds; promised are five at least."""
STATEMENT_SECONDS: Final = 20
IDLE_SECONDS: Final = 30
"""How long a transaction may rest, so that a web process that is stopped holds no lock for ever."""
SWITCH_SECONDS: Final = 0.0005
"""How soon a thread that computes lets another go on. After each answer of the database a thread waits for its turn,
so with Python's 5 ms a page of thirty queries took most of a second beside two searches."""
_FLAG: Final = "--blocking-threads"


def thread_count(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The threads that granian was started with: from its command line, else from its variable, else as documented."""
    counts = [environment.get("GRANIAN_BLOCKING_THREADS", "")]
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, value = argument.partition("=")
        counts += [value or following] if name == _FLAG else []
    return next((int(count) for count in reversed(counts) if count.isdigit() and int(count)), THREADS)


def shorten_waits(database: dict[str, Any]) -> None:
    """Makes connections opened with these settings give up in time. Commands and the worker wait as before."""
    options = database["OPTIONS"]
    if database["ENGINE"].endswith("sqlite3"):
        options["timeout"] = LOCK_SECONDS
        return
    limits = {"lock": LOCK_SECONDS, "statement": STATEMENT_SECONDS, "idle_in_transaction_session": IDLE_SECONDS}
    options["options"] += "".join(f" -c {name}_timeout={seconds}s" for name, seconds in limits.items())


def end_with_granian() -> None:
    """In one of granian's children: it ends at once when granian is killed. In any other process nothing."""
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None or multiprocessing.current_process().name != "granian-worker":
        return
    end_with(parent.pid)
