"""What `upgrade` records of the release before it, and the way back to that release's schema.

A file in DATA_DIR has the migrations that were applied before the upgrade, and the backup that it made. Going back
reverses every other migration, each of which keeps its data (docs/CONTRIBUTING.md, "Migrations").
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from petition.actions.operations.removal_journal_file import fsync_folder


@dataclass(frozen=True)
class UpgradeRecord:
    """The state before an upgrade."""

    code: str  # hash of the code that upgrades
    migrations: dict[str, list[str]]  # by app, those applied before
    backup: str  # path; '' without one
    started_at: str
    is_finished: bool = False


@dataclass(frozen=True)
class RollBackPlan:
    """What going back reverses."""

    targets: dict[str, str]  # app: its last migration that stays, or `zero`
    irreversible: list[str]  # migrations that have an operation without a reverse


def begin_upgrade(backup: Path | None, *, at: str) -> UpgradeRecord:
    """Record the state before an upgrade, and return the record. Raises OSError.

    The record of an upgrade that failed, or that the same code has made before, stays: it has the state to go back to.
    """
    record = read_record()
    code = _hash_code()
    if record is None or (record.is_finished and record.code != code):
        record = UpgradeRecord(code, list_applied(), str(backup or ""), at)
    record = replace(record, code=code, is_finished=False)
    _write(record)
    return record


def finish_upgrade(record: UpgradeRecord) -> None:
    """Record that the upgrade is complete. Raises OSError."""
    _write(replace(record, is_finished=True))


def read_record() -> UpgradeRecord | None:
    """Return the record of the last upgrade; None if there is none."""
    try:
        return UpgradeRecord(**json.loads(_record_path().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def delete_record() -> None:
    """Delete the record, since its state is reached again."""
    _record_path().unlink(missing_ok=True)


def list_applied() -> dict[str, list[str]]:
    """Return the names of the migrations that the database has, by app."""
    applied: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        applied.setdefault(app, []).append(name)
    return applied


def plan_roll_back(record: UpgradeRecord) -> RollBackPlan:
    """Return what has to be reversed so that the database has the migrations of the record."""
    now = list_applied()
    targets = {
        app: record.migrations[app][-1] if record.migrations.get(app) else "zero"
        for app, names in now.items()
        if set(names) - set(record.migrations.get(app, []))
    }
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan([(app, None if name == "zero" else name) for app, name in targets.items()])
    return RollBackPlan(targets, find_irreversible(migration for migration, is_backwards in plan if is_backwards))


def find_irreversible(migrations: Iterable[Migration]) -> list[str]:
    """Return the names of the migrations that have an operation without a reverse."""
    return [
        f"{migration.app_label}.{migration.name}"
        for migration in migrations
        if not all(operation.reversible for operation in migration.operations)
    ]


def _record_path() -> Path:
    return Path(settings.DATA_DIR / "upgrade.json")


def _write(record: UpgradeRecord) -> None:
    path = _record_path()
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(record), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    fsync_folder(path.parent)


def _hash_code() -> str:
    """Return a hash of this program and its packages: another one is another release."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.parent.glob("requirements.txt")]):
        digest.update(f"{path.relative_to(root.parent)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
