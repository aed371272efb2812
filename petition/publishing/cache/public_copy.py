"""A copy of the public record in the memory of a web process, so that public pages need no database while it is away.

PostgreSQL can be away for half a minute while another machine takes over. The watcher (middleware.py) copies the public
tables into an SQLite database in memory after each change, and public pages are rendered from that copy: also pages
that nobody has asked for yet, with the same bytes. On SQLite the database is a file that is always there.
"""

import itertools
import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from petition.models.appeals import Appeal, AppealText, Demand, Notice
from petition.models.database import own_login
from petition.models.database.held_list import is_list_held_back
from petition.models.signatories import Edition, PublicChange, Signatory, Status, TimelineEntry, TimelineText
from petition.models.site_state import PUBLIC_SITE_COLUMNS, SiteState
from petition.publishing.cache.rendering import Application, Environ
from petition.publishing.cache.request_paths import is_public_page, resolve_path

MAX_ENTRIES: Final = 50_000
"""Longer lists are not copied. This many took 0.84 s and 39 MB, 1,000 took 0.03 s."""
_LONG_SECONDS: Final = 0.2
_PAUSES: Final = 10
"""A copy that takes longer than that is made again after so many times its duration at the earliest, so that it never
takes more than a tenth of a core."""
_TABLES: Final[tuple[type[models.Model], ...]] = (
    *(Appeal, AppealText, Demand, Notice, Edition, PublicChange, Signatory, SiteState, TimelineEntry, TimelineText),
)
_INDEX: Final = "CREATE INDEX by_number ON petition_signatory (appeal_id, kind, number)"
_numbers: Final = itertools.count(1)
log = logging.getLogger(__name__)


class Use(Enum):
    """What a copy may be used for now."""

    NONE = "the database is asked"
    CURRENT = "it is of the present state"
    OUTDATED = "it is not, but the database does not answer"


class PublicCopy:
    """The newest copy; `state` is the state of the public record that it shows, None without a copy."""

    def __init__(self) -> None:
        self.state: object = None
        self._snapshot: _Snapshot | None = None
        self._is_outdated_used = False
        self._next_at = 0.0  # before then no copy is made

    def refresh(self, state: object, get_state: Callable[[], object]) -> None:
        """Copy the public record, which is in this state, unless the copy is of it, the list is too long, or this is
        SQLite; `get_state` asks for the state again."""
        started_at = time.monotonic()
        if state == self.state or connection.vendor != "postgresql" or started_at < self._next_at:
            return
        if Signatory.objects.count() > MAX_ENTRIES:
            self.forget()
            return
        snapshot = _Snapshot()
        # Each change of the record raises a revision in its own transaction: the same state before and after means
        # that all tables are of one moment. Otherwise the next check copies again.
        if get_state() == state:
            self._snapshot, self.state = snapshot, state
        took = time.monotonic() - started_at
        self._next_at = started_at + _PAUSES * took if took > _LONG_SECONDS else 0.0

    def forget(self) -> None:
        """Drop the copy, with the names that are in it."""
        self._snapshot, self.state = None, None

    def forget_removed(self) -> None:
        """Drop the copy if it shows a name that was removed since; otherwise it serves until the next is complete."""
        snapshot = self._snapshot
        if snapshot and (is_list_held_back() or _list_removed() - snapshot.removed):
            self.forget()

    def choose_use(self, state: object, is_degraded: bool, is_answering: bool) -> Use:
        """Return what the copy may be used for; `state` is that of the record when the database answered last."""
        if is_degraded:
            return Use.NONE
        if state == self.state:
            return Use.CURRENT
        return Use.NONE if is_answering else Use.OUTDATED

    def take_outdated_use(self) -> bool:
        """Return whether pages were made from an outdated copy since this was asked last."""
        is_used, self._is_outdated_used = self._is_outdated_used, False
        return is_used

    def wrap(self, django: Application, get_use: Callable[[], Use]) -> Application:
        """Return `django` so that it answers a GET of a public page from the copy, if `get_use` allows that."""

        def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            snapshot = self._snapshot
            if snapshot is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
                return django(environ, start_response)
            use = get_use()
            if use is Use.NONE:
                return django(environ, start_response)
            match = resolve_path(environ.get("PATH_INFO", ""))
            if match is None or not is_public_page(match, environ.get("QUERY_STRING", "")):
                return django(environ, start_response)
            self._is_outdated_used = self._is_outdated_used or use is Use.OUTDATED
            with snapshot.connected():
                return django(environ, start_response)

        return application


def _list_removed() -> set[tuple[int, str, int]]:
    """Return appeal, kind and number of the entries that are no longer listed; (appeal, "", 0) for one taken down."""
    removed = Signatory.objects.filter(status=Status.NO_LONGER_LISTED).order_by()
    taken_down = Appeal.objects.filter(taken_down_at__isnull=False).order_by()
    entries = set(removed.values_list("appeal_id", "kind", "number"))
    return entries | {(pk, "", 0) for pk in taken_down.values_list("pk", flat=True)}


class _Snapshot:
    """The public tables as they are now, in a database in memory that lives as long as this object."""

    def __init__(self) -> None:
        # By name: SQLite shares the database between all connections of this process that open it (its VFS "memdb").
        self._name = f"file:/petition-{os.getpid()}-{next(_numbers)}?vfs=memdb"
        self._idle: list[BaseDatabaseWrapper] = []
        self._guard = threading.Lock()
        self._has_restricted_login = own_login.has_restricted_login()
        self.removed = _list_removed()
        self._first = sqlite3.connect(self._name, uri=True, check_same_thread=False)
        reader = self._open()
        with self._first as target:
            for model in _TABLES:
                _copy_table(model, target, reader)
            target.execute(_INDEX)
        self._idle.append(reader)

    def __del__(self) -> None:
        with suppress(Exception):
            for reader in self._idle:
                reader.close()
            self._first.close()

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Let this thread's ORM ask the copy within the block, and nothing else."""
        with self._guard:
            reader = self._idle.pop() if self._idle else self._open()
        database = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = reader
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = database
            with self._guard:
                self._idle.append(reader)

    def _open(self) -> BaseDatabaseWrapper:
        options = {"init_command": "PRAGMA query_only=ON"}
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": self._name, "OPTIONS": options}
        wrapper = ConnectionHandler({DEFAULT_DB_ALIAS: database | {"CONN_MAX_AGE": None}}).create_connection("default")
        wrapper.inc_thread_sharing()  # one thread at a time, but not always the same
        wrapper.stores_nothing = True  # type: ignore[attr-defined]  # asked in checks/durability.py
        wrapper.replaces_restricted_login = self._has_restricted_login  # type: ignore[attr-defined]
        return wrapper


def _copy_table(model: type[models.Model], target: sqlite3.Connection, reader: BaseDatabaseWrapper) -> None:
    table = model._meta.db_table
    fields = [
        field
        for field in model._meta.concrete_fields
        if model is not SiteState or field.column in PUBLIC_SITE_COLUMNS  # the public login may read no others
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    key = model._meta.pk
    types = (f'"{field.column}" {field.db_type(reader)}{" PRIMARY KEY" if field is key else ""}' for field in fields)
    target.execute(f"CREATE TABLE {table} ({', '.join(types)})")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}")  # noqa: S608  (names of our own models)
        marks = ", ".join("?" * len(fields))
        rows = (_adapt_row(row, reader) for row in cursor)
        target.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  (likewise)


def _adapt_row(row: Sequence[Any], reader: BaseDatabaseWrapper) -> list[Any]:
    return [value if isinstance(value, str | int | None) else _adapt(value, reader) for value in row]


def _adapt(value: Any, reader: BaseDatabaseWrapper) -> Any:
    """Return a value that PostgreSQL gave as Django stores it on SQLite."""
    if isinstance(value, datetime):
        return reader.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return value.hex
    return value
