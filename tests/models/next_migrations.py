"""Made-up migrations that follow 0001, the only real one so far."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddField, AlterField, Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps


def _change_protected_rows(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("petition", "AuditEvent").objects.update(reason="migrated")


def _change_back(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("petition", "AuditEvent").objects.update(reason="")


def _fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for row in apps.get_model("petition", "Endorsement").objects.all():
        row.motto = f"motto of {row.pk}"
        row.save(update_fields=["motto"])


class AddsColumn(Migration):
    """Adds a column with data, and changes a table that triggers of others query: SQLite makes that one anew."""

    dependencies = [("petition", "0001_initial")]
    operations = [
        AddField("endorsement", "motto", models.CharField(max_length=40, blank=True, default="", db_default="")),
        RunPython(_fill, RunPython.noop),
        AlterField("appeal", "issuer", models.CharField(max_length=201, blank=True)),
    ]


class ChangesProtectedRows(Migration):
    """Changes rows that a trigger protects."""

    dependencies = [("petition", "0001_initial")]
    operations = [
        RunPython(_change_protected_rows, RunPython.noop),
        AlterField("appeal", "issuer", models.CharField(max_length=201, blank=True)),
    ]


class Irreversible(Migration):
    dependencies = [("petition", "0001_initial")]
    operations = [RunPython(_change_protected_rows)]


def _fail(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    raise RuntimeError("made up")


class FailsHalfWay(Migration):
    """Follows AddsColumn, and fails."""

    dependencies = [("petition", "0002_next")]
    operations = [
        AlterField("appeal", "issuer", models.CharField(max_length=202, blank=True)),
        RunPython(_fail, RunPython.noop),
    ]


@contextmanager
def more_migrations(*added: type[Migration]) -> Iterator[None]:
    """Let the code have these migrations too, the first as `0002_next`; afterwards the database has none of them."""
    load_disk = MigrationLoader.load_disk
    names = ("0002_next", "0003_next")[: len(added)]

    def load_more(self: MigrationLoader) -> None:
        load_disk(self)
        for name, migration in zip(names, added, strict=True):
            self.disk_migrations["petition", name] = migration(name, "petition")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MigrationLoader, "load_disk", load_more)
        yield
