"""Refuse each connection on which a power cut could lose what was acknowledged (promise 5).

A connection is asked when it is opened, because only it knows what holds for it: a setting may come from the server,
the database, the login or our own code, and may change while the site runs.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

_PRAGMAS: Final[Mapping[str, tuple[object, ...]]] = {"journal_mode": ("wal",), "synchronous": (2, 3)}  # FULL, EXTRA
_SETTINGS: Final = ("fsync", "full_page_writes", "synchronous_commit")


class UnsafeDatabase(OperationalError):
    """The database could lose what it has confirmed. The message is a sentence for the operator."""


def refuse_unsafe_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Close a new connection and raise UnsafeDatabase, unless each commit on it waits for the disk."""
    if getattr(connection, "stores_nothing", False):  # the copy in memory (publishing/cache/public_copy.py)
        return
    try:
        problem = _check_sqlite(connection) if connection.vendor == "sqlite" else _check_postgresql(connection)
    except BaseException:
        connection.close()
        raise
    if problem:
        connection.close()  # or Django would use it for the next query
        raise UnsafeDatabase(problem)


def _check_sqlite(connection: BaseDatabaseWrapper) -> str:
    for name, safe in _PRAGMAS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {name}")
            value = cursor.fetchone()[0]
        if value not in safe:
            return (
                f"SQLite runs with {name}={value}, so a power cut could lose an acknowledged endorsement: put the file "
                "on a local disk, which WAL and synchronous=FULL need."
            )
    return ""


def _check_postgresql(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in _SETTINGS)}")
        values = dict(zip(_SETTINGS, cursor.fetchone(), strict=True))
    for name, value in values.items():
        if value == "off":
            return (
                f"PostgreSQL runs with {name}=off, so a power cut could lose an acknowledged endorsement: set {name}=on"
                " in postgresql.conf, and reset it for this login and this database (ALTER ROLE, ALTER DATABASE)."
            )
    return ""
