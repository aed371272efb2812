"""Explain errors of the operator's machine in one sentence that says what to do, instead of a traceback."""

import sqlite3

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from petition.checks.durability import UnsafeDatabase

_SQLITE = {
    ("unable to open", "readonly", "disk i/o"): (
        "cannot be opened or written: make the file and its folder writable for the user who runs this"
    ),
    ("not a database", "malformed"): (
        "is damaged, or no database: move it away and restore a backup with `manage.py restore FILE`"
    ),
    ("locked",): "is locked by another program: end that program, or try again",
    ("no such table", "no such column"): "is older than this code: run `manage.py upgrade`",
    ("is full",): "cannot grow, since its disk is full: free some space",
}
_POSTGRESQL = {  # by class of SQLSTATE, or by the whole code
    "42P01": "The database is older than this code: run `manage.py upgrade`",
    "42703": "The database is older than this code: run `manage.py upgrade`",
    "42501": (
        "The user in DATABASE_URL may not do this ({message}): use the login that owns the tables, or give this one "
        "its rights again with `manage.py database_roles --apply`"
    ),
    "25006": "The database is read-only ({message}): set DATABASE_URL to the server that takes writes",
    "53100": "The disk of the database is full ({message}): free some space",
}
_NO_CONNECTION = (
    "PostgreSQL cannot be reached ({message}): check that it runs, and that DATABASE_URL has its host, port, database, "
    "user and password"
)
_NEEDS_STAFF = "A process with ROLE=public knows no accounts: run this command with ROLE=staff and the staff's keys."
_NO_CONNECTION_CLASSES = ("08", "28", "3D", "53", "57P")


def explain_error(error: Exception) -> str | None:
    """Return what happened and what the operator can do; None if it may be a bug, which needs the traceback."""
    match error:
        case ImproperlyConfigured() | UnsafeDatabase():
            return _join_lines(str(error))
        case DatabaseError(__cause__=sqlite3.Error()):
            return _explain_sqlite(str(error))
        case DatabaseError(__cause__=psycopg.Error() as cause):
            return _explain_postgresql(cause)
        case EOFError():
            return "This command asks a question and got no answer: run it on a terminal."
        case OSError() if error.filename:
            return f"{error.filename} cannot be used ({error.strerror}): make it accessible to the user who runs this."
    return _NEEDS_STAFF if _is_about_staff(error) and settings.ROLE == "public" else None


def is_older_than_code(error: Exception) -> bool:
    """Return whether the database lacks a table or a column that this code asks for."""
    return "is older than this code" in (explain_error(error) or "")


def _is_about_staff(error: Exception) -> bool:
    """Return whether code needs an app or a table that settings.py leaves out of a public process."""
    traces = ("INSTALLED_APPS", "petition.models", "unknown app")
    return isinstance(error, RuntimeError | ImportError | ValueError) and any(part in str(error) for part in traces)


def _explain_sqlite(message: str) -> str | None:
    for parts, explanation in _SQLITE.items():
        if any(part in message.lower() for part in parts):
            return f"The database {connection.settings_dict['NAME']} {explanation}."
    return None


def _explain_postgresql(error: psycopg.Error) -> str | None:
    # psycopg has no SQLSTATE for a server that it could not reach.
    was_not_reached = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    code = "08" if was_not_reached else error.sqlstate or ""
    explanation = _POSTGRESQL.get(code) or (_NO_CONNECTION if code.startswith(_NO_CONNECTION_CLASSES) else None)
    return explanation and f"{explanation.format(message=_join_lines(str(error)))}."


def _join_lines(message: str) -> str:
    """Return the message on one line, without the questions that psycopg adds ("Is the server running?")."""
    return " ".join(line.strip() for line in message.splitlines() if not line.strip().endswith("?"))
