"""Whatever the text: no exception, every word is in a block, and the marked-up text says the same."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from petition.statements.blocks import Block, BlockKind, Statement, format_blocks, parse_blocks
from petition.statements.proof import HARMLESS, Change, Difference, compare_words
from petition.statements.proposal import propose, to_statement

SOME = settings(deadline=None, max_examples=500 if os.environ.get("EVIDENCE_FULL") else 60)
"""EVIDENCE_FULL=1 tries as many texts as before a release."""
SOURCE = Path("fixtures/statement.txt").read_text(encoding="utf-8")
# Lines that make all kinds of layouts when shuffled.
PIECES = [
    *SOURCE.splitlines(),
    *(
        "",
        "",
        "\f",
        "12",
        "13",
        "Page 3 of 4",
        "- 5 -",
        "[1] See https://example.org.",
        "¹ Note",
        "- ",
        "1.",
        "2) Sova",
    ),
    *("3 Sova", "About us", "Contact:", "Individuals:", "Sincerely,", "Jane Doe, journalist", "Recommendations"),
    *("www.example.org", "high-", "profile", "soft\u00ad", "eQualitie", "(GCRT)", "– Vanadzor", "***", "----------"),
    *("We call on everybody to:", "1 - One", "2 - Two", "cc: Sova", "## Demands", "Organisations and individuals:"),
    *("investigate; and", "Kyrgyzstan", "Sova* (Russia)", "Anna Ivanova", "a) One", "b) Two", "I. One", "1.1. One"),
    *("o One", "# One", "@ Two", "= Three", "+ Four", "? Five", "! Six", "\\ Seven", "A\tB", "C     D", "| E | F |"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("\n".join)


def is_proven(differences: list[Difference]) -> bool:
    """Return whether nothing was lost or added."""
    return all(difference.change in HARMLESS for difference in differences)


@SOME
@given(TEXTS | st.text())
def test_every_word_is_in_a_block_and_survives_the_marked_up_text(text: str) -> None:
    statement = to_statement(propose(text))
    differences = compare_words(text, statement)
    assert is_proven(differences), [one for one in differences if one.change in (Change.LOST, Change.ADDED)]
    assert parse_blocks(format_blocks(statement.blocks)) == statement


@SOME
@given(TEXTS, st.randoms(use_true_random=False), st.sampled_from(["lose", "add", "replace", "swap"]))
def test_a_word_that_is_lost_added_or_moved_is_a_difference(text: str, chance: random.Random, how: str) -> None:
    blocks = list(to_statement(propose(text)).blocks)
    places = [
        at for at, block in enumerate(blocks) if block.kind != BlockKind.DROPPED and len(set(block.text.split())) > 2
    ]
    if not places:
        return
    at = chance.choice(places)
    words = blocks[at].text.split()
    change_words(words, chance, how)
    blocks[at] = Block(blocks[at].kind, " ".join(words))
    assert not is_proven(compare_words(text, Statement(tuple(blocks))))


def change_words(words: list[str], chance: random.Random, how: str) -> None:
    at = chance.randrange(1, len(words) - 1)
    if how == "lose":
        del words[at]
    elif how == "add":
        words.insert(at, "Invented")
    elif how == "replace":
        words[at] = f"{words[at]}x"
    else:
        other = next(index for index, word in enumerate(words) if word != words[at])
        words[at], words[other] = words[other], words[at]


def test_only_what_a_person_marks_so_is_left_out() -> None:
    source = "Title\n\n9 October 2020\n\nWe ask for peace.\n\nOffice of the coalition, 5 Main Street"
    blocks = list(to_statement(propose(source)).blocks)
    assert not is_proven(compare_words(source, Statement(tuple(blocks[:-1]))))
    dropped = [*blocks[:-1], Block(BlockKind.DROPPED, blocks[-1].text)]
    (difference,) = compare_words(source, Statement(tuple(dropped)))
    assert (difference.change, difference.line, difference.words) == (Change.DROPPED, 7, blocks[-1].text)


@pytest.mark.parametrize("size", [2_000, 200_000])
def test_a_long_text_is_compared_in_time_that_grows_with_it(size: int) -> None:
    """The steps are counted, as the larger one would take hours if each difference were looked for everywhere."""
    words = [f"word{number % 977}" for number in range(size)]
    changed = [word if number % 1000 else "other" for number, word in enumerate(words)]
    statement = Statement((Block(BlockKind.PARAGRAPH, " ".join(changed)),))
    found = compare_words(" ".join(words), statement)
    assert len(found) == 2 * size // 1000
