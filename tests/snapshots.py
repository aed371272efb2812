"""Rows that the site's own actions made once, kept as values and inserted again, which is many times faster."""

from collections.abc import Callable
from typing import Any

from django.db import connection, models, transaction


class _RollBack(Exception):
    """Ends the transaction in which a snapshot was taken."""


class Snapshot:
    """What `create` adds to `tables`, which are listed so that each one's foreign keys are met.

    `late` names a column that is set after all rows are there: once a text is published, triggers refuse its demands.
    """

    def __init__(
        self, create: Callable[[], object], tables: list[type[models.Model]], late: tuple[type[models.Model], str]
    ) -> None:
        self._create = create
        self._tables = tables
        self._late = late
        self._inserts: list[tuple[str, list[tuple[Any, ...]]]] = []
        self._updates: list[tuple[str, list[tuple[Any, ...]]]] = []

    def insert(self) -> None:
        """Insert the rows, which must not be there yet. The database's triggers judge them as at the first time."""
        if not self._inserts:
            self._take()
        with connection.cursor() as cursor:
            for statement, rows in self._inserts + self._updates:
                cursor.executemany(statement, rows)
            if connection.vendor == "postgresql":
                self._advance_sequences(cursor)

    def _advance_sequences(self, cursor: Any) -> None:
        """Let the sequences go on behind the rows: a test that makes the tables again has started them at 1."""
        for table in self._tables:
            name = table._meta.db_table
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), GREATEST(nextval(pg_get_serial_sequence(%s, 'id')), "
                f"(SELECT max(id) FROM {connection.ops.quote_name(name)})))",
                [name, name],
            )

    def _take(self) -> None:
        """Let `create` run, read what it has added, and roll it back. Sequences of PostgreSQL stay advanced."""
        try:
            with transaction.atomic():
                before = {table: set(table._default_manager.values_list("pk", flat=True)) for table in self._tables}
                self._create()
                for table in self._tables:
                    self._read(table, before[table])
                raise _RollBack
        except _RollBack:
            pass

    def _read(self, table: type[models.Model], before: set[Any]) -> None:
        quote = connection.ops.quote_name
        name = quote(table._meta.db_table)
        fields = table._meta.concrete_fields
        late = [field for field in fields if (table, field.attname) == self._late]
        added = list(table._default_manager.exclude(pk__in=before).order_by("pk"))

        def values(chosen: list[Any], row: models.Model) -> tuple[Any, ...]:
            return tuple(field.get_db_prep_save(getattr(row, field.attname), connection) for field in chosen)

        early = [field for field in fields if field not in late]
        columns = ", ".join(quote(str(field.column)) for field in early)
        marks = ", ".join(["%s"] * len(early))
        self._inserts.append(
            (f"INSERT INTO {name} ({columns}) VALUES ({marks})", [values(early, row) for row in added])
        )
        for field in late:
            update = f"UPDATE {name} SET {quote(str(field.column))} = %s WHERE id = %s"
            self._updates.append((update, [(*values([field], row), row.pk) for row in added]))
