"""Made-up migrations that follow the newest real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddField, AlterField, Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

from petition import migrations

OURS = sorted(file.stem for file in Path(migrations.__file__).parent.glob("0*.py"))
NEXT = f"{len(OURS) + 1:04}_next"


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

    dependencies = [("petition", OURS[-1])]
    operations = [
        AddField("endorsement", "motto", models.CharField(max_length=40, blank=True, default="", db_default="")),
        RunPython(_fill, RunPython.noop),
        AlterField("appeal", "issuer", models.CharField(max_length=201, blank=True)),
    ]


class ChangesProtectedRows(Migration):
    """Changes rows that a trigger protects."""

    dependencies = [("petition", OURS[-1])]
    operations = [
        RunPython(_change_protected_rows, RunPython.noop),
        AlterField("appeal", "issuer", models.CharField(max_length=201, blank=True)),
    ]


class Irreversible(Migration):
    dependencies = [("petition", OURS[-1])]
    operations = [RunPython(_change_protected_rows)]


def _fail(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    raise RuntimeError("made up")


class FailsHalfWay(Migration):
    """Follows AddsColumn, and fails."""

    dependencies = [("petition", NEXT)]
    operations = [
        AlterField("appeal", "issuer", models.CharField(max_length=202, blank=True)),
        RunPython(_fail, RunPython.noop),
    ]


@contextmanager
def more_migrations(*added: type[Migration]) -> Iterator[None]:
    """Let the code have these migrations too, the first as NEXT; afterwards the database has none of them."""
    load_disk = MigrationLoader.load_disk
    names = (NEXT, f"{len(OURS) + 2:04}_next")[: len(added)]

    def load_more(self: MigrationLoader) -> None:
        load_disk(self)
        for name, migration in zip(names, added, strict=True):
            self.disk_migrations["petition", name] = migration(name, "petition")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MigrationLoader, "load_disk", load_more)
        yield
