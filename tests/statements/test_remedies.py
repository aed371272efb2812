"""Every question has a remedy, and following it resolves the question."""

import re
from pathlib import Path

import pytest

from petition.statements.remedies import REMEDIES
from petition.statements.statement import read_statement
from tests.statements.test_other_statements import ROWS, TOP, names, questions

ROOM = Path("petition/statements")


def test_every_kind_of_question_has_a_remedy() -> None:
    source = "\n".join(file.read_text() for file in ROOM.rglob("*.py") if file.name != "remedies.py")
    assert {kind for kind in REMEDIES if f'"{kind}"' not in source} == set()
    asked = set(re.findall(r'(?:question|leave)\(\s*"([a-z_]+)"', source))
    assert asked <= set(REMEDIES)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Signed by:\n" + ROWS + "Maria Stopes\n", "Organisations signed by:\n" + ROWS + "Maria Stopes\n"),
        ("Signed by:\nSova\tViasna\nDRA\n", "Signed by:\nSova\nViasna\nDRA\n"),
        ("Signed by:\n" + ROWS + "36 Sova\n", "Signed by:\n1. DRA\n2. 36 Sova\n"),
        ("Signed by:\n" + ROWS + "Georgia\nMemorial\n", "Signed by:\n" + ROWS + "Memorial (Georgia)\n"),
        ("We call on all to:\n\nHelp.\n\nSigned by:\n" + ROWS, "We call on all to:\n\n1. Help.\n\nSigned by:\n" + ROWS),
        ("About us we say:\n\nSigned by:\n" + ROWS, "Signed by:\n" + ROWS + "\nAbout us we say:\n"),
    ],
)
def test_following_a_remedy_resolves_the_question(wrong: str, right: str) -> None:
    assert read_statement(TOP + wrong).unresolved != ()
    assert questions(read_statement(TOP + right)) == []
    assert names(read_statement(TOP + right)) != []
