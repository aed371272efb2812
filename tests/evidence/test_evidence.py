"""docs/evidence.md is what the results say, and a row that failed, lacks its figure or its broken variant is missed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.evidence import figures, results
from tests.evidence.document import PAGE, render
from tests.evidence.results import Result, keep_result, read_results
from tests.evidence.rows import ROWS, SQLITE, Row
from tests.evidence.running import run_row
from tests.site import ROOT

ROW = Row("kills", "Nothing is lost.", "100 kills", ("tests/faults/test_kills.py",))
HELD = Result("2026-11-27", 3.5, "EPYC, 2 cores", ["SQLite: 100 kills, 0 lost"])
PROOF = """
from tests.evidence.figures import record_figure, sized
def test_it_holds():
    assert sized(1, 2) == {size}
    record_figure("{row}", "{size} tried")
def test_without_the_lock_it_fails():
    {control}
"""


def test_the_document_is_made_from_the_results() -> None:
    """If this fails: `.venv/bin/python -m tests.evidence --write`."""
    assert PAGE.read_text(encoding="utf-8") == render(ROWS, read_results())


def test_no_result_is_of_a_row_that_is_gone() -> None:
    assert read_results().keys() <= {row.name for row in ROWS}


def test_what_is_missed_or_was_not_run_stands_in_the_first_lines() -> None:
    rows = [ROW, replace(ROW, name="mail server"), replace(ROW, name="flood")]
    page = render(rows, {"kills": HELD, "flood": replace(HELD, problems=["SQLite: failed: test_flood"])})
    assert page.splitlines()[2:5] == ["**Missed:** flood.  ", "**Not run:** mail server.  ", "1 of 3 rows held."]
    lines = [line for line in page.splitlines() if line.startswith("| Nothing is lost. |")]
    assert ["held" in line for line in lines] == [True, False, False]
    assert "100 kills, 0 lost | held | 2026-11-27 | 1 |" in lines[0]
    assert "**not run**" in lines[1]
    assert "failed: test_flood | **missed**" in lines[2]
    assert render([ROW], {"kills": HELD}).splitlines()[2] == "All 1 rows were run, and all held."


def test_one_row_is_kept_beside_the_others(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    keep_result("kills", HELD, file)
    newer = replace(HELD, at="2026-11-28")
    assert keep_result("flood", newer, file) == read_results(file) == {"flood": newer, "kills": HELD}


def test_each_figure_belongs_to_a_row() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)]
    recorded = {name for source in sources for name in re.findall(r'record_figure\(\s*"([^"]+)"', source)}
    assert recorded <= {row.name for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.argument)
def test_each_row_has_a_proof_that_writes_a_figure_and_its_broken_variants(row: Row) -> None:
    """A proof that is not there yet is named in the first lines of the document."""
    if row.find_missing():
        assert row.name not in read_results()
        return
    sources = [(ROOT / name.partition("::")[0]).read_text(encoding="utf-8") for name in row.tests]
    if sources:
        assert re.search(rf'record_figure\(\s*"{row.name}"', "".join(sources))
    assert {name for name in row.broken if f"def {name}(" not in "".join(sources)} == set()


@pytest.mark.long
@pytest.mark.parametrize(
    ("row", "control", "problems"),
    [
        ("kills", "pass", []),
        ("kills", "assert False", ["SQLite: failed: test_without_the_lock_it_fails", "was not tried"]),
        ("flood", "__import__('pytest').skip('not here')", ["SQLite: no figure was written down", "was not tried"]),
    ],
)
def test_a_row_is_run_and_its_problems_are_named(row: str, control: str, problems: list[str], tmp_path: Path) -> None:
    """Starts pytest, which takes seconds."""
    proof = tmp_path / "test_proof.py"
    proof.write_text(PROOF.format(size=2, row=row, control=control), encoding="utf-8")
    tried = replace(ROW, tests=(str(proof),), databases=(SQLITE,), broken=("test_without_the_lock_it_fails",))
    result = run_row(tried, full=True, say=lambda text: None)
    assert len(result.problems) == len(problems)
    assert all(words in problem for words, problem in zip(problems, result.problems, strict=True))
    assert result.figures == (["SQLite: 2 tried"] if row == ROW.name else [])


def test_without_a_file_no_figure_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(figures.FILE, raising=False)
    figures.record_figure("kills", "nothing")
    monkeypatch.setenv(figures.FILE, str(tmp_path / "figures"))
    figures.report_progress("1 of 2")
    assert (tmp_path / "figures").read_text() == '{"progress": "1 of 2"}\n'
    assert results.FILE.name == "evidence.json"
