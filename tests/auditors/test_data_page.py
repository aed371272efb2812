"""docs/auditors/data.md names every class of private column, every table, key and retention period."""

import re
from datetime import timedelta

from petition.reference import retention_periods
from petition.security.keys import KEY_NAMES
from tests.models.test_columns import COLUMNS, PUBLIC, SEALED, Private
from tests.site import ROOT

PAGE = (ROOT / "docs" / "auditors" / "data.md").read_text(encoding="utf-8")


def test_every_class_of_private_columns_is_there() -> None:
    classes = {str(kind) for columns in COLUMNS.values() for kind in columns.values() if isinstance(kind, Private)}
    assert len(classes) > 15
    assert {kind for kind in classes if f"| {kind} |" not in PAGE} == set()


def test_every_table_with_sealed_columns_is_named() -> None:
    sealed = {table for table, columns in COLUMNS.items() if SEALED in columns.values()}
    rows = [line for line in PAGE.splitlines() if line.startswith("| sealed:")]
    assert {table for table in sealed if not any(re.search(rf"\b{table}\b", row) for row in rows)} == set()


def test_every_public_table_is_named() -> None:
    public = {table for table, columns in COLUMNS.items() if PUBLIC in columns.values()}
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| public:")]
    assert {table for table in public if table not in row} == set()


def test_every_retention_period_is_there_with_its_days() -> None:
    periods = {name: value for name, value in vars(retention_periods).items() if isinstance(value, timedelta)}
    stated = {name: int(days) for name, days in re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", PAGE, re.M)}
    assert stated == {name: value.days for name, value in periods.items()}


def test_every_key_is_there() -> None:
    assert {
        name for name in (*KEY_NAMES, "BACKUP_PUBLIC_KEY", "BACKUP_PRIVATE_KEY") if f"| `{name}` |" not in PAGE
    } == set()
