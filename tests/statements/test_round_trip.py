"""A statement laid out anyhow is read as it was written, or leaves a question: nothing is lost or joined silently."""

import os
import textwrap
from collections.abc import Sequence

from hypothesis import given, settings, strategies as st

from petition.statements.statement import read_statement

ROWS = [
    "International Partnership for Human Rights (IPHR, Belgium)",
    "The Georgian Centre for Psychosocial and Medical Rehabilitation of Torture Victims (GCRT)",
    "Truth Hounds (Ukraine/Georgia)",
    'IDP Women Association "Consent"',
    "Helsinki Citizens' Assembly – Vanadzor (Armenia)",
    "Norwegian Helsinki Committee, Norway",
    "IPHR – International Partnership for Human Rights",
    "(FIDH) International Federation for Human Rights",
    "DRA (Germany)",
    "Humanrights.ch (Switzerland)",
    "350.org",
    "ARTICLE 19",
    "Civil Society Europe",
    "openDemocracy",
    "medica mondiale e.V.",
    "Bir Duino",
    "Women, Law and Peace",
    "ОФ «Кылым Шамы» (Кыргызстан)",
    "Укук борбору «Өнөр»",
    "Kharkiv regional foundation Public Alternative",
    "Swedish OSCE-network",
    "Georgia Today Foundation",
    "Committee of the Mothers and Wives of Those Who Were Held and Never Came Home, Tbilisi Branch (Georgia)",
]
DEMANDS = [
    "Free elections",
    "release all who were held in the squares and in their own homes on that night, and let them come home;",
    "An end to torture – everywhere and for good – and to impunity, which has been with us for too long a time.",
    "Investigate",
    "The protection of journalists, human rights defenders and others who monitor and document what happens.",
    "(a fair trial) for everybody",
    "2021 must be another year;",
    "help for the victims, and",
    "расследовать пытки;",
    "Адам укуктарын сыйлоого",
]
SOME = 500 if os.environ.get("EVIDENCE_FULL") else 80
"""How many layouts each test tries; EVIDENCE_FULL=1 before a release."""
PARAGRAPHS = [
    "We are concerned.",
    "On 9 October the people of the country went to the squares again, and many were held, beaten and fined for it.",
    "Over the last years the space for civil society has become small. It is gone soon, unless all of us stand up.",
    "Мы обеспокоены тем, что происходит в стране, и просим всех, кто может помочь, помочь.",
    "About 600 people are still in hospital, and nobody knows how many of them will ever come home again in peace.",
]
MARKS = ["", "{}. ", "{}) ", "({}) ", "- ", "– ", "• ", "o ", "# ", "{} ", "{} - ", "{}: "]
STRAYS = [
    "Kyrgyzstan",
    "Central Asia",
    "International organisations",
    "On behalf of the coalition",
    "cc: Council of Europe",
    "* Signed later",
    "Jane Doe, lawyer",
    "Иванова Анна Петровна",
    "Total: 7",
    "[1] see there",
    "Memorial*",
    "Memorial; Lawtrend",
    "Memorial (Russia), Lawtrend (Belarus)",
    "Memorial\tRussia",
    "=1+1",
    "The statement remains open.",
    "info@example.org",
    "a) Memorial",
    "1.1. Memorial",
]
ANNOUNCED = ["", "Sincerely,\n", "С уважением,\n", "Урматтоо менен,\n", "Signatories\n\n", "The undersigned:\n"]
PAGE_ENDS = ["", "\f", "\n3\n\f", "\nPage 3 of 9\n\n", "\n- 3 -\n\f\n"]


def laid_out(items: Sequence[str], mark: str, between: str, width: int, hang: int) -> str:
    """Return the items with their marks, wrapped at the width, with continuation lines indented."""
    wrapped = (
        textwrap.fill(mark.format(number) + item, width, subsequent_indent=" " * hang, break_long_words=False)
        for number, item in enumerate(items, start=1)
    )
    return between.join(wrapped) + "\n"


def several(items: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=6, unique=True)


LAYOUT = {
    "between": st.sampled_from(["\n", "\n\n"]),
    "width": st.sampled_from([40, 60, 72, 90, 400]),
    "hang": st.sampled_from([0, 3]),
}


@settings(deadline=None, max_examples=SOME)
@given(rows=several(ROWS), mark=st.sampled_from(MARKS), page_end=st.sampled_from(PAGE_ENDS), **LAYOUT)
def test_a_list_is_read_row_by_row_or_leaves_a_question(
    rows: list[str], mark: str, page_end: str, between: str, width: int, hang: int
) -> None:
    listed = laid_out(rows, mark, between, width, hang)
    top = laid_out(PARAGRAPHS[:2], "", "\n\n", width, 0)
    reading = read_statement(
        f"Appeal\n\n9 October 2020\n\n{top}\nSigned by:\n{listed}{page_end}\nBackground:\n\nCold.\n"
    )
    if not reading.unresolved:
        assert [row.label for row in reading.signatories] == rows
        assert reading.background == ("Cold.",)


@settings(deadline=None, max_examples=SOME)
@given(
    demands=several(DEMANDS),
    before=several(PARAGRAPHS),
    after=st.lists(st.sampled_from(PARAGRAPHS), max_size=2, unique=True),
    mark=st.sampled_from(MARKS),
    **LAYOUT,
)
def test_demands_and_paragraphs_are_read_one_by_one_or_leave_a_question(
    demands: list[str], before: list[str], after: list[str], mark: str, between: str, width: int, hang: int
) -> None:
    promise = [*before, "To this end we call on all of them for the following:"]
    top, end = (laid_out(paragraphs, "", "\n\n", width, 0) for paragraphs in (promise, after))
    asked = laid_out(demands, mark, between, width, hang)
    listed = "Sova (Russia)\nViasna (Belarus)\nDRA (Germany)\n"
    reading = read_statement(f"Appeal\n\n9 October 2020\n\n{top}\n{asked}\n{end}\nSigned by:\n{listed}")
    if not reading.unresolved:
        assert list(reading.demands) == demands
        assert list(reading.preamble) == promise
        assert list(reading.closing) == after


@settings(deadline=None, max_examples=SOME)
@given(
    rows=several(ROWS), stray=st.sampled_from(STRAYS), place=st.integers(0, 6), mark=st.sampled_from(MARKS), **LAYOUT
)
def test_a_stray_line_anywhere_in_a_list_leaves_a_question(
    rows: list[str], stray: str, place: int, mark: str, between: str, width: int, hang: int
) -> None:
    listed = [laid_out([row], mark.format(n), between, width, hang).strip("\n") for n, row in enumerate(rows, start=1)]
    listed.insert(min(place, len(listed)), stray)
    top = laid_out(PARAGRAPHS[:2], "", "\n\n", width, 0)
    reading = read_statement(f"Appeal\n\n9 October 2020\n\n{top}\nSigned by:\n{between.join(listed)}\n")
    assert reading.unresolved != ()


@settings(deadline=None, max_examples=SOME)
@given(
    rows=st.lists(st.sampled_from(ROWS), min_size=3, max_size=8, unique=True),
    demands=several(DEMANDS),
    announced=st.sampled_from(ANNOUNCED),
    gap=st.sampled_from(["", "\n"]),
    mark=st.sampled_from(MARKS),
    other_mark=st.sampled_from(MARKS),
    **LAYOUT,
)
def test_a_list_with_a_formula_or_no_heading_is_read_or_leaves_a_question(
    rows: list[str],
    demands: list[str],
    announced: str,
    gap: str,
    mark: str,
    other_mark: str,
    between: str,
    width: int,
    hang: int,
) -> None:
    promise = [*PARAGRAPHS[:2], "To this end we call on all of them for the following:"]
    top, end = (laid_out(paragraphs, "", "\n\n", width, 0) for paragraphs in (promise, PARAGRAPHS[3:4]))
    asked, listed = laid_out(demands, other_mark, between, width, hang), laid_out(rows, mark, between, width, hang)
    reading = read_statement(
        f"Appeal\n\n9 October 2020\n\n{top}\n{asked}\n{end}{gap}{announced}{listed}\nBackground:\n\nCold.\n"
    )
    if not reading.unresolved:
        assert [row.label for row in reading.signatories] == rows
        assert list(reading.demands) == demands
        assert list(reading.closing) == PARAGRAPHS[3:4]
        assert reading.background == ("Cold.",)
