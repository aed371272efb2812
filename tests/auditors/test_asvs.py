"""docs/auditors/asvs.md answers each requirement of ASVS 5.0.0, levels 1 and 2, with references that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.site import ROOT

PAGE = (ROOT / "docs" / "auditors" / "asvs.md").read_text(encoding="utf-8")
IDS = (Path(__file__).parent / "asvs-5.0.0-ids.txt").read_text(encoding="ascii")
ROWS = re.findall(r"^\| ([\d.]+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.M)
NOT_SETTINGS = {"DATABASE_URL", "CACHE_URL"}
"""Environment variables that settings.py reads and does not keep."""


@cache
def find_tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def find_dead(text: str) -> list[str]:
    """Return the references in backquotes to tests, files and settings that do not exist."""
    dead = []
    for reference in re.findall(r"`([^`]+)`", text):
        file, _, test = reference.partition("::")
        path = ROOT / file
        if re.fullmatch(r"[A-Z_]{4,}", reference):
            is_there = hasattr(settings, reference) or reference in NOT_SETTINGS
        elif "/" in file.strip("/") or file.endswith((".md", ".txt", ".toml")):
            is_there = path.exists() and (not test or test in find_tests(path))
        else:
            continue
        dead += [] if is_there else [reference]
    return dead


def test_each_requirement_has_one_row_with_its_level() -> None:
    assert [f"{number} {level}" for number, level, _, _ in ROWS] == IDS.split("\n")[:-1]
    assert [sum(row[1] == level for row in ROWS) for level in "12"] == [70, 183]  # as the standard counts them


def test_every_reference_exists() -> None:
    assert find_dead(PAGE) == []


@pytest.mark.parametrize(
    "dead",
    [
        "tests/auditors/test_asvs.py::test_that_is_gone",
        "tests/auditors/test_gone.py",
        "petition/gone.py",
        "gone.toml",
        "A_SETTING_THAT_IS_GONE",
    ],
)
def test_a_dead_reference_is_found(dead: str) -> None:
    assert find_dead(f"`tests/auditors/test_asvs.py`, `SECRET_KEY`, `{dead}`, `--no-ws`") == [dead]


def test_each_answer_says_something_and_what_is_missing_is_counted() -> None:
    plain = ("missing", "not applicable")
    unsupported = [row[0] for row in ROWS if "`" not in row[3] and not row[3].startswith(plain)]
    # Facts about Django, allauth or about what is absent, for which there is nothing to name.
    assert unsupported == ["6.2.9", "6.2.10", "6.5.4"]
    missing = [row[0] for row in ROWS if row[3].startswith("missing")]
    absent = sum(row[3].startswith("not applicable") for row in ROWS)
    summary = f"**Met: {len(ROWS) - len(missing) - absent}. Not applicable: {absent}. Missing, wholly or in part: "
    assert f"{summary}{len(missing)}** ({', '.join(missing)})." in PAGE
