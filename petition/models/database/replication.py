"""Whether a commit has reached a second machine, where PostgreSQL waits for one (synchronous replication).

A commit whose wait is cancelled returns success with a warning alone: it is on one disk, and lost if that machine is.
And a statement that finds the row of such a commit has nothing to commit, so it does not wait at all.
"""

from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import Diagnostic

WRITE_TO_LOG: Final = "pg_logical_emit_message(true, 'petition', '')"
"""An expression that writes an empty note to the write-ahead log. The commit of its statement waits until a second
machine has everything up to there, also what an earlier statement wrote."""
_WAITS_FOR_STANDBY: Final = "SyncRepWaitForLSN"
"""The function of PostgreSQL that gives the warning. Its text is translated, this name is not."""


class NotReplicated(OperationalError):
    """The commit is on one machine only. What is sent again under the same number is stored once."""


def watch_commits(sender: object, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Remember warnings that a commit was not waited for; called for each new connection."""
    if connection.vendor == "postgresql":
        connection.connection.add_notice_handler(lambda diagnostic: _remember(connection, diagnostic))


def _remember(database: BaseDatabaseWrapper, diagnostic: Diagnostic) -> None:
    if diagnostic.source_function == _WAITS_FOR_STANDBY:
        database.has_unreplicated_commit = True  # type: ignore[attr-defined]


def require_replicated() -> None:
    """Raise NotReplicated if the wait of the last commit on this connection was cancelled."""
    if vars(connections[DEFAULT_DB_ALIAS]).pop("has_unreplicated_commit", False):
        raise NotReplicated("The commit has not reached a second machine.")


def wait_for_replication() -> None:
    """Wait until a second machine has all that was committed before, if this is PostgreSQL. Raises NotReplicated."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {WRITE_TO_LOG}")
    require_replicated()
