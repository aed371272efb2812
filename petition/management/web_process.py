"""Prepare a web process: its threads, how long it waits for the database, and that it ends with granian."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from petition.publishing.cache.thread_limits import THREADS
from petition.publishing.child_processes import exit_with_parent

LOCK_SECONDS: Final = 8
"""How long a visitor waits for a lock; at least five seconds are promised."""
WORKER_LOCK_SECONDS: Final = 10
"""How long the worker waits for one."""
STATEMENT_SECONDS: Final = 20
IDLE_SECONDS: Final = 30
"""How long a transaction may be idle, so that a suspended web process does not hold a lock for ever."""
SWITCH_SECONDS: Final = 0.002
"""After how long a computing thread lets another run. A thread waits for its turn after each answer of the database:
with Python's 5 ms a page of thirty queries took most of a second next to two searches, and with 0.5 ms switching cost
forms a tenth of their time."""
_FLAG: Final = "--blocking-threads"


def get_thread_count(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Return granian's number of threads: from its command line, else its variable, else our default."""
    counts = [environment.get("GRANIAN_BLOCKING_THREADS", "")]
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, value = argument.partition("=")
        counts += [value or following] if name == _FLAG else []
    return next((int(count) for count in reversed(counts) if count.isdigit() and int(count)), THREADS)


def limit_database_waits(database: dict[str, Any]) -> None:
    """Make connections opened with these settings give up in time. Commands and the worker wait longer."""
    options = database["OPTIONS"]
    if database["ENGINE"].endswith("sqlite3"):
        options["timeout"] = LOCK_SECONDS
        return
    limits = {"lock": LOCK_SECONDS, "statement": STATEMENT_SECONDS, "idle_in_transaction_session": IDLE_SECONDS}
    options["options"] += "".join(f" -c {name}_timeout={seconds}s" for name, seconds in limits.items())


def limit_lock_waits(database: dict[str, Any]) -> None:
    """Make connections of the worker, opened with these settings, give up on a lock at last; the duty tries again.

    A stolen public process can call petition_leave with a link of its own and never end the transaction.
    """
    limit = f" -c lock_timeout={WORKER_LOCK_SECONDS}s"
    if database["ENGINE"].endswith("postgresql") and limit not in database["OPTIONS"]["options"]:
        database["OPTIONS"]["options"] += limit


def end_with_granian() -> None:
    """Let this process end at once when granian is killed, if granian started it."""
    # granian's own worker would live on and hold the port and the database.
    if granian := _find_granian():
        exit_with_parent(granian)


def refuse_to_start(problems: Sequence[str]) -> NoReturn:
    """Print each sentence, and end this process and granian, if that started it."""
    sys.stderr.write("".join(f"Refusing to start: {problem}\n" for problem in problems))
    sys.stderr.flush()
    # Else granian would start another worker again and again, and hold a port that nobody answers.
    if granian := _find_granian():
        os.kill(granian, signal.SIGTERM)
    raise SystemExit(1)


def _find_granian() -> int | None:
    """Return the process of the granian that started this one, or None."""
    parent = multiprocessing.parent_process()
    is_worker = multiprocessing.current_process().name == "granian-worker"
    return parent.pid if parent is not None and is_worker else None
