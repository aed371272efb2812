"""What a process looks at before it serves or works. With an unsafe setting it does not start, and says why.

A database that does not answer is no reason: the process starts, and looks when the database is back.
"""

import logging
import os
import threading
import time
from typing import Any, Final

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from petition.checks.durability import UnsafeDatabase
from petition.checks.system_checks import START, START_ON_HTTPS, UNANSWERED

RETRY_SECONDS: Final = 5.0
log = logging.getLogger(__name__)


class SafeCommand(BaseCommand):
    """A command that writes: it refuses a database without its triggers, which other commands do not ask about.

    What removes a name or closes the site never waits for that, so `hide` and `level` are no such commands.
    """

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        return {"databases": ["default"]}


def find_problems_at_start() -> list[str]:
    """Return a sentence for each reason not to serve. Ask before the process takes requests.

    If the database does not answer, a thread looks again until it does, and ends the process if it must not serve.
    """
    try:
        return find_problems(["default"])
    except UnsafeDatabase as problem:
        return [str(problem)]
    except DatabaseError:
        log.warning("The database does not answer. Its settings are checked when it is back.")
        threading.Thread(target=_check_when_back, name="start checks", daemon=True).start()
        return find_problems(None)
    finally:
        if not connection.in_atomic_block:
            connection.close()  # the threads that serve have their own


def find_problems(databases: list[str] | None) -> list[str]:
    """Return a sentence for each reason not to start; without `databases` from the settings alone.

    Raises DatabaseError if the database does not answer.
    """
    tags = [START, START_ON_HTTPS] if settings.SITE_IS_HTTPS and databases else [START]
    messages = run_checks(tags=tags, include_deployment_checks=True, databases=databases)
    if any(message.id == UNANSWERED for message in messages):
        raise DatabaseError
    return [f"{message.msg} {message.hint}" for message in messages if message.level >= ERROR]


def _check_when_back() -> None:
    while True:
        time.sleep(RETRY_SECONDS)
        try:
            problems = find_problems(["default"])
        except UnsafeDatabase as problem:
            problems = [str(problem)]
        except DatabaseError:
            continue
        finally:
            connection.close()
        if problems:
            log.critical("Stopping: %s", " ".join(problems))
            os._exit(1)  # granian starts another, which refuses to start
        return
