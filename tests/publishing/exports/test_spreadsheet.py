"""LibreOffice Calc opens our tables, and no cell of them is a formula."""

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.test import Client

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.exports import csv_files
from tests import programs
from tests.factories import MODERATOR, NOON, SLUG

FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
BEGINNINGS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "＝", "＋", "－", "＠")
ENDINGS = ("1+1", 'HYPERLINK("https://fund.example";"read")', "SUM(A1:A2)", 'cmd|"/c calc"!A0')


@pytest.fixture(autouse=True)
def calc() -> None:
    programs.need(programs.lacking_calc())


def formulas(folder: Path) -> dict[str, int]:
    """Return how many cells Calc takes for formulas, by name of the CSV file."""
    converted = programs.convert_with_office(folder, sorted(folder.glob("*.csv")), "fods")
    return {
        table.stem: sum(1 for cell in ElementTree.parse(table).iter() if FORMULA in cell.attrib) for table in converted
    }


def test_calc_finds_no_formula_in_what_we_publish(client: Client, appeal: Appeal, tmp_path: Path) -> None:
    hostile = [f"{beginning}{ending}" for beginning in BEGINNINGS for ending in ENDINGS]
    for name, cells in (("typed", hostile), ("written", [csv_files.neutralise_formula(cell) for cell in hostile])):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows(enumerate(cells))
    decisions.set_public_note(SLUG, Kind.ORIGINAL, 1, "=1+1", by=MODERATOR, at=NOON)
    for name in ("signatories", "signatories.spreadsheet"):
        (tmp_path / f"{name}.csv").write_bytes(client.get(f"/appeals/{SLUG}/{name}.csv").getvalue())
    decisions.set_public_note(SLUG, Kind.ORIGINAL, 1, "", by=MODERATOR, at=NOON)
    (tmp_path / "without_note.csv").write_bytes(client.get(f"/appeals/{SLUG}/signatories.csv").getvalue())
    results = formulas(tmp_path)
    assert results.pop("typed") >= 4  # so Calc does look for them
    # The exact file is not changed: this note, which no form accepts, is in it as written.
    assert results == {"written": 0, "signatories": 1, "signatories.spreadsheet": 0, "without_note": 0}
