"""What stops a command although nobody made a mistake in our code: one sentence that says what to do."""

import sqlite3

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

_SQLITE = {
    ("unable to open", "readonly", "disk i/o"): (
        "cannot be opened or written: make the file and its folder writable for the user who runs this"
    ),
    ("not a database", "malformed"): (
        "is damaged, or no database: move it away, and put a backup in place with `manage.py restore FILE`"
    ),
    ("locked",): "is held by another program: end that one, or try again",
    ("no such table", "no such column"): "lacks what this code needs: run `manage.py upgrade`",
    ("is full",): "has no room to grow: make room on its disk",
}
_POSTGRESQL = {  # by class of SQLSTATE, or by the whole code
    "42P01": "The database lacks what this code needs: run `manage.py upgrade`",
    "42703": "The database lacks what this code needs: run `manage.py upgrade`",
    "42501": "The user in DATABASE_URL may not do this ({said}): make it the owner of the database",
    "25006": "The database can only be read ({said}): let DATABASE_URL name the server that takes writes",
    "53100": "The database has no room to grow ({said}): make room on its disk",
}
_NO_WAY_IN = (
    "PostgreSQL does not let us in ({said}): see that it runs, and that DATABASE_URL names its host, port, database, "
    "user and password"
)
_NO_WAY_IN_CLASSES = ("08", "28", "3D", "53", "57P")


def sentence_for(trouble: Exception) -> str | None:
    """What the operator can do about it; None where it is our mistake, and the traceback is needed."""
    said = None
    match trouble:
        case ImproperlyConfigured():
            said = _line(str(trouble))
        case DatabaseError(__cause__=sqlite3.Error()):
            said = _about_sqlite(str(trouble))
        case DatabaseError(__cause__=psycopg.Error() as cause):
            said = _about_postgresql(cause)
        case EOFError():
            said = "Nobody answered: run this on a terminal."
        case OSError() if trouble.filename:
            said = (
                f"{trouble.filename} cannot be used ({trouble.strerror}): make it accessible to the user who runs this."
            )
    return said


def _about_sqlite(said: str) -> str | None:
    for signs, sentence in _SQLITE.items():
        if any(sign in said.lower() for sign in signs):
            return f"The database {connection.settings_dict['NAME']} {sentence}."
    return None


def _about_postgresql(trouble: psycopg.Error) -> str | None:
    never_reached = isinstance(trouble, psycopg.OperationalError) and trouble.sqlstate is None
    code = "08" if never_reached else trouble.sqlstate or ""
    sentence = _POSTGRESQL.get(code) or (_NO_WAY_IN if code.startswith(_NO_WAY_IN_CLASSES) else None)
    return sentence and f"{sentence.format(said=_line(str(trouble)))}."


def _line(said: str) -> str:
    """On one line, without what psycopg asks back."""
    return " ".join(line.strip() for line in said.splitlines() if not line.strip().endswith("?"))
