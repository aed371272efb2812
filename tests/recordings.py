"""Runs of the factories, kept as SQL and sent again: making the same SQL takes Django ten times as long.

What a run has read is read again and compared. Where anything differs the run is rolled back, and the actions decide.
"""

import pickle
import sys
from collections.abc import Callable
from dataclasses import astuple, is_dataclass
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.apps import apps
from django.conf import UserSettingsHolder, settings
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import get_language

P = ParamSpec("P")
T = TypeVar("T")
_NEWEST_IDS = {
    "sqlite": "SELECT name, seq FROM sqlite_sequence WHERE name LIKE 'petition_%'",
    "postgresql": "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename LIKE 'petition_%'",
}
_MOST = 2_000
"""Runs that are kept. One takes some 30 kB."""


class _Step(NamedTuple):
    sql: str
    params: Any
    result: object


class _Recording:
    """Collects what is executed; `usable` ends where a statement failed or was rolled back."""

    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self.usable = True

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        try:
            done = execute(sql, params, many, context)
        except BaseException:
            self.usable = False
            raise
        verb = sql.split(None, 1)[0]
        if many or verb not in ("SELECT", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE"):
            self.usable = False
        elif verb not in ("SAVEPOINT", "RELEASE"):
            cursor = connection.create_cursor().execute(sql, params) if verb == "SELECT" else context["cursor"]
            self.steps.append(_Step(sys.intern(sql), params, _result(cursor, verb)))
        return done


_runs: dict[str, tuple[list[_Step], bytes]] = {}
_recordings: list[_Recording] = []


def recorded(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that changes nothing but the database, and depends on it and the arguments alone."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if not connection.in_atomic_block:  # committed rows may be other tests' or threads' as well
            return function(*args, **kwargs)
        key = repr([function.__qualname__, _describe(args), _describe(kwargs), _surroundings()])
        if (known := _runs.pop(key, None)) and _repeat(known[0]):
            _runs[key] = known
            for outer in _recordings:
                outer.steps += known[0]
            return pickle.loads(known[1])  # type: ignore[no-any-return]
        recording = _Recording()
        _recordings.append(recording)
        try:
            with connection.execute_wrapper(recording):
                result = function(*args, **kwargs)
        finally:
            _recordings.pop()
        if recording.usable:
            _runs[key] = recording.steps, pickle.dumps(result)
            if len(_runs) > _MOST:
                del _runs[next(iter(_runs))]
        return result

    return run


def reset_sequences() -> None:
    """Let the next row of each table have the next id: PostgreSQL would skip those of tests that were rolled back."""
    ours = list(apps.get_app_config("petition").get_models())
    if statements := connection.ops.sequence_reset_sql(no_style(), ours):
        with connection.cursor() as cursor:
            cursor.execute(" ".join(statements))


def _repeat(steps: list[_Step]) -> bool:
    """Return whether each statement had the same result; otherwise nothing has changed."""
    savepoint = transaction.savepoint()
    cursor = connection.create_cursor()
    for sql, params, result in steps:
        verb = sql.split(None, 1)[0]
        try:
            with connection.wrap_database_errors:
                same = _result(cursor.execute(sql, params), verb) == result
        except DatabaseError:
            same = False
        if not same:
            cursor.close()
            transaction.savepoint_rollback(savepoint)
            return False
        if verb == "INSERT" and cursor.description:
            cursor.fetchall()  # what is returned, since a statement must end before its savepoint
    transaction.savepoint_commit(savepoint)
    return True


def _result(cursor: Any, verb: str) -> object:
    """Return what shows that the database was in the same state. What an INSERT returns is left for Django to read."""
    if verb == "SELECT":
        return cursor.fetchall()
    return cursor.lastrowid if verb == "INSERT" and connection.vendor == "sqlite" else cursor.rowcount


def _describe(value: Any) -> object:
    if isinstance(value, models.Model):
        return [(name, repr(column)) for name, column in sorted(vars(value).items()) if name != "_state"]
    if is_dataclass(value) and not isinstance(value, type):
        return astuple(value)
    if isinstance(value, dict):
        return [(name, _describe(one)) for name, one in value.items()]
    return [_describe(one) for one in value] if isinstance(value, tuple) else value


def _surroundings() -> object:
    """Return what tells runs apart: the newest ids, the settings that a test has changed, the language."""
    ids = connection.create_cursor().execute(_NEWEST_IDS[connection.vendor]).fetchall()
    changed: list[object] = []
    holder = vars(settings)["_wrapped"]
    while isinstance(holder, UserSettingsHolder):
        changed += sorted((name, repr(value)) for name, value in vars(holder).items() if name.isupper())
        holder = holder.default_settings
    return sorted(map(tuple, ids)), changed, get_language()
