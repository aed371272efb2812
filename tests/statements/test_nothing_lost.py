"""Whatever the text: no exception, and every word of it is somewhere."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import CharField
from hypothesis import given, settings, strategies as st

from petition.models import Signatory
from petition.statements.naming import find_issuer, suggest_slug
from petition.statements.result import to_json
from petition.statements.statement import read_statement, read_with_ledger
from petition.text.input_rules import broken_name_rules, broken_rules

FULL = bool(os.environ.get("EVIDENCE_FULL"))
"""EVIDENCE_FULL=1 tries as many texts as before a release; else a fifth."""
SOME = settings(deadline=None, max_examples=100 if FULL else 25)
SOURCE = Path("fixtures/statement.txt").read_text(encoding="utf-8")
SOURCE_LINES = SOURCE.splitlines(keepends=True)
# Lines that make all kinds of layouts when shuffled.
PIECES = [
    *SOURCE_LINES,
    "\n",
    "\f",
    "12\n",
    "Page 3 of 4\n",
    "[1] See https://example.org.\n",
    "¹ Note\n",
    "- \n",
    "1.\n",
    "2) Sova\n",
    "3 Sova\n",
    "About us\n",
    "Contact:\n",
    "Individuals:\n",
    "Sincerely,\n",
    "Jane Doe, journalist\n",
    "Recommendations\n",
    "www.example.org\n",
    "high-\n",
    "profile\n",
    "soft\u00ad\n",
    "eQualitie\n",
    "(GCRT)\n",
    "– Vanadzor\n",
    "We call on everybody to:\n",
    "***\n",
    "----------\n",
    "1 - One\n",
    "2 - Two\n",
    "cc: Sova\n",
    "## Demands\n",
    "Organisations and individuals:\n",
    "investigate; and\n",
    "Kyrgyzstan\n",
    "Members of the coalition\n",
    "Sova* (Russia)\n",
    "Anna Ivanova\n",
    "Sova (Russia), Viasna (Belarus)\n",
    "a) One\n",
    "b) Two\n",
    "I. One\n",
    "II. Two\n",
    "1.1. One\n",
    "1.2. Two\n",
    "1 One\n",
    "2 Two\n",
    "o One\n",
    "# One\n",
]


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def assert_accounted(text: str) -> None:
    reading, ledger = read_with_ledger(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    filled = [number for number, line in enumerate(lines, start=1) if line.split()]
    placed = [number for part in ledger.parts for number in part.lines]
    assert sorted(placed) == filled
    source, kept = (
        letters(text.removeprefix("\ufeff")),
        letters("".join(part.marker + part.text for part in ledger.parts)),
    )
    assert not kept - source
    assert set(source - kept) <= set("-\u2010\u00ad")
    assert (source - kept).total() == sum(note.kind == "dehyphenated" for note in ledger.notes)
    shown = letters(
        "".join(
            [
                reading.title,
                reading.dated_as_printed,
                *reading.preamble,
                *reading.demands,
                *reading.closing,
                *reading.background,
                *reading.footnotes,
                *(row.label for row in reading.signatories),
                *(heading.text for heading in reading.headings),
                *(text for section in reading.further for text in section.paragraphs),
                *(part.marker for part in ledger.parts if part.role in ("demand", "signatory")),
                *(note.text for note in reading.notes if note.kind in ("page_number", "running_header", "separator")),
                *(part.marker + part.text for part in ledger.parts if part.role in LEFT),
            ]
        )
    )
    assert shown == kept
    questions = Counter(note.kind for note in reading.unresolved)
    assert all(questions[role] == sum(part.role == role for part in ledger.parts) for role in LEFT)


def assert_storable(text: str) -> None:
    """A reading without questions can be published: it meets every rule of the tables."""
    reading = read_statement(text)
    if reading.unresolved:
        return
    assert reading.title
    assert reading.dated
    assert [row.number for row in reading.signatories] == list(range(1, len(reading.signatories) + 1))
    for row in reading.signatories:
        columns = {field.name: field.max_length for field in Signatory._meta.fields if isinstance(field, CharField)}
        for name in ("label", "name", "acronym", "countries_as_printed"):
            printed = getattr(row, name)
            assert len(printed) <= (columns[name] or 0)
            assert not (printed and broken_name_rules(printed))
        assert len(" ".join(row.countries)) <= (columns["countries"] or 0)
        assert row.name
    for paragraph in (reading.title, *reading.preamble, *reading.demands, *reading.closing, *reading.background):
        assert paragraph
        assert not broken_rules(paragraph)


LEFT = ("not_placed", "between_demands", "individual", "empty_row")


def test_every_line_of_the_statement_is_in_exactly_one_part() -> None:
    assert_accounted(SOURCE)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\f", "Title", "Signed by:", "1.", "•", "2", "[1] A", "a-\nb"])
def test_the_smallest_texts_are_read_and_leave_questions(text: str) -> None:
    assert_accounted(text)
    assert {"no_date", "no_signatories"} <= {note.kind for note in read_statement(text).unresolved}


def test_a_text_with_only_a_title_has_a_title() -> None:
    reading = read_statement("Open letter")
    assert reading.title == "Open letter"
    assert suggest_slug(reading) == "open-letter"
    assert find_issuer(reading) == ""


@SOME
@given(st.text())
def test_any_text_is_read_and_accounted_for(text: str) -> None:
    assert_accounted(text)
    reading = read_statement(text)
    assert json.loads(to_json(reading))["title"] == reading.title
    assert suggest_slug(reading).isascii()


@SOME
@given(st.text(alphabet=" \n\f\r\t-–•*1.2)(,:;[]¹AabIiбéo#№|“”/@w"))
def test_any_punctuation_is_accounted_for(text: str) -> None:
    assert_accounted(text)


@SOME
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_shuffled_lines_are_accounted_for(text: str) -> None:
    assert_accounted(text)
    assert_storable(text)


@SOME
@given(st.integers(0, len(SOURCE_LINES)), st.lists(st.sampled_from(PIECES), max_size=4).map("".join))
def test_the_statement_with_lines_put_in_anywhere_is_accounted_for(position: int, inserted: str) -> None:
    text = "".join([*SOURCE_LINES[:position], inserted, *SOURCE_LINES[position:]])
    assert_accounted(text)
    assert_storable(text)


NAMES = ["Sova (Russia)", "Viasna", "DRA, Germany", "Legal Aid Centre (LAC)", "Memorial", "Truth Hounds", "Jane Doe"]
MARKS = ["", "{}. ", "{}) ", "- ", "• ", "o ", "{} "]


def a_list(names: list[str], mark: str, start: int) -> str:
    return "".join(f"{mark.format(number)}{name}\n" for number, name in enumerate(names, start=start))


LISTS = st.builds(
    a_list,
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
    st.sampled_from(MARKS),
    st.sampled_from([1, 1, 3]),
)


@settings(deadline=None, max_examples=400 if FULL else 80)
@given(st.lists(LISTS, min_size=1, max_size=3))
def test_any_lists_below_several_headings_can_be_published_or_leave_questions(lists: list[str]) -> None:
    listed = "\nEndorsed by:\n".join(lists)
    text = f"Appeal\n\n9 October 2020\n\nWe appeal.\n\nSigned by:\n{listed}"
    assert_accounted(text)
    assert_storable(text)
