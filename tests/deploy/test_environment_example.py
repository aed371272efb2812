"""deploy/environment.example explains every variable that the site reads, and no other."""

import re

from tests.site import ROOT

EXAMPLE = (ROOT / "deploy" / "environment.example").read_text(encoding="utf-8")
NAMED = re.findall(r"^([A-Z_]+)=", EXAMPLE, re.M)


def find_read() -> set[str]:
    """Return the variables that README's table names, which tests/test_environment.py compares with the settings."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| variable |")[2].partition("\n\n")[0]
    names = {name for row in table.splitlines() for name in re.findall(r"`([A-Z_]{4,})`", row.split("|")[1])}
    assert "SITE_URL" in names
    return names


def test_every_variable_is_there_once() -> None:
    assert set(NAMED) == find_read()
    assert len(NAMED) == len(set(NAMED))


def test_each_stands_below_a_sentence_about_it() -> None:
    for block in re.findall(r"((?:^#[^\n]*\n)+)((?:^[A-Z_]+=[^\n]*\n)+)", EXAMPLE, re.M):
        assert block[0].strip("# \n")
