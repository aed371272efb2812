"""Propose what each part of a plain text is; what only a person can know stays undecided."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.reference.printed_dates import parse_date_line
from petition.statements.blocks import Block, BlockKind, Statement
from petition.statements.lines import Unit, ends_sentence, read_units
from petition.statements.people import is_organisation, may_be_person, speaks_of_individuals
from petition.statements.words import listed, words_in

DOUBTS: Final[dict[str, str | Promise]] = {
    "above_date": _("It stands between the title and the date. Is it part of the title, or a paragraph?"),
    "columns": _("Its words stand in columns. Does it hold one thing, or several?"),
    "contact": _("It has an address or a telephone number. Leave it out unless it is part of the appeal."),
    "heading": _("Is it a heading or a paragraph?"),
    "hyphen": _("A word was broken at the end of a line. Is it right with its hyphen, or without?"),
    "individuals": _("It speaks of individual, personal or private capacity. Only organisations are listed."),
    "item": _("It is an item of a list. Is it a demand?"),
    "joined": _("It was put together from two lines. Is it one, or two?"),
    "lowercase": _("It begins with a small letter. Does it belong to what stands above it?"),
    "number": _("Its number does not follow the one before. Is an entry missing?"),
    "outside": _("It stands in a part such as “About us” or “Contact”. Leave it out unless it is part of the appeal."),
    "page": _("A page ended here. Is it one paragraph, or two?"),
    "person": _("Is it an organisation, or a person? Only organisations are listed."),
    "quotation": _("It begins with a quotation. Is it a demand?"),
    "row": _("Is it an entry of the list?"),
    "several": _("It may hold several things. Put each on a line of its own."),
    "title": _("Is it the title?"),
    "unsure": _("Nothing in it says that it is an organisation. Is it one?"),
}
_NEAR_TOP: Final = 6  # units
_LONGEST_TITLE: Final = 300
_LONGEST_HEADING: Final = 12  # words
_LONGEST_ENTRY: Final = 220
_SHORTEST_SENTENCE: Final = 2  # words
_QUOTES: Final = "\"“„«‘'"
_CONTACT: Final = re.compile(r"\S@\S|\bwww\.|https?://|(?:\+|\b00)\d[\d\s()-]{7,}|\b(?:tel|phone|тел)\b", re.IGNORECASE)
# A paragraph that ends with a colon announces demands if it calls for something.
_CALLS: Final = re.compile(
    r"\bwe\b(?:\W+\w+){0,4}?\W+(?:call|urge|demand|ask|appeal|request|recommend|insist)\b"
    r"|\b(?:undersigned|organi[sz]ations|members)\b.{0,200}\b(?:call|appeal) (?:up)?(?:on|to|for)\b"
    r"|^(?:(?:therefore|accordingly|and|also),? )?(?:call (?:up)?on|urge)\b"
    r"|призываем|требуем|просим|рекомендуем|настаиваем|обращаемся"
    r"|чакырабыз|талап (?:кылабыз|этебиз)|суранабыз|өтүнөбүз|сунуштайбыз",
    re.IGNORECASE,
)
# Of what others say, and of what is no call although its words look like one.
_REPORTED: Final = re.compile(
    r"\b(?:recall|told us|said|court|committee calls|testif\w+)\b|свидетел|рассказал", re.IGNORECASE
)
_SPEECH: Final = re.compile(
    r"\b(?:said|says|told|asked|replied|shouted|сказал\w*|говор\w+|спросил\w*|ответил\w*|деди|айтты|сурады)\b",
    re.IGNORECASE,
)
_FORMULA: Final = re.compile(r"(?:yours|sincerely|respectfully|с уважением|урматтоо менен)\b.*,", re.IGNORECASE)


class Part(StrEnum):
    """A part of a statement, by the heading above it."""

    BODY = "body"
    DEMANDS = "demands"
    SIGNATORIES = "signatories"
    INDIVIDUALS = "individuals"
    BACKGROUND = "background"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Proposed:
    """A block, the line of the source where it begins, and a key of DOUBTS where a person must settle it."""

    block: Block
    line: int
    doubt: str = ""


def propose(source: str) -> list[Proposed]:
    """Return the blocks of a plain text in order. Never raises: what is unclear is UNDECIDED."""
    units = [unit for unit in read_units(source) if unit.text or unit.is_furniture]
    reader = _Reader([unit for unit in units if not unit.is_furniture])
    blocks = {unit.line: reader.read(at, unit) for at, unit in enumerate(reader.units)}
    return [blocks.get(unit.line) or Proposed(Block(BlockKind.DROPPED, unit.text), unit.line) for unit in units]


def to_statement(proposed: Sequence[Proposed]) -> Statement:
    return Statement(tuple(one.block for one in proposed))


def find_part(text: str) -> Part | None:
    """Return the part that a line by itself announces; None when it is no heading that this reader knows."""
    words = words_in(re.sub(r"\s*\([^()]*\)$", "", text.rstrip(" :.,")))
    if not words or len(words) > _LONGEST_HEADING or text.endswith((".", ";")):
        return None
    announces = (
        text.endswith(":") and not _CALLS.search(text) and not listed("headings", "signatories").isdisjoint(words)
    )
    if announces or _FORMULA.fullmatch(text):
        return Part.INDIVIDUALS if speaks_of_individuals(text) else Part.SIGNATORIES
    known = frozenset().union(
        *(listed("headings", name) for name in (*Part, "filling", "organisations") if name != Part.BODY)
    )
    if not known.issuperset(words):
        return None
    bodies = not listed("headings", "organisations").isdisjoint(words)
    parts = [part for part in Part if part != Part.BODY and not listed("headings", part).isdisjoint(words)]
    if Part.INDIVIDUALS in parts:
        return Part.SIGNATORIES if bodies else Part.INDIVIDUALS
    return parts[0] if parts else None


class _Reader:
    """Goes through the units from the first to the last."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self.part = Part.BODY
        self.calls = False  # the last paragraph announced demands
        self.number = 0  # of the last entry
        self.is_marked = False  # the entries of this list have markers
        self.dated = next((at for at, unit in enumerate(units[:_NEAR_TOP]) if parse_date_line(unit.text)), None)
        self.title = 1 if self.dated == 0 else 0

    def read(self, at: int, unit: Unit) -> Proposed:
        kind, doubt = self._judge(at, unit)
        doubt = doubt or unit.doubt
        if kind == BlockKind.HEADING:
            doubt = ""  # its words are known
        return Proposed(Block(BlockKind.UNDECIDED if doubt else kind, unit.text), unit.line, doubt)

    def _judge(self, at: int, unit: Unit) -> tuple[BlockKind, str]:
        if at == self.dated:
            return BlockKind.DATE, ""
        if at == self.title:
            is_title = len(unit.text) <= _LONGEST_TITLE and not unit.text.endswith(".") and not unit.marker
            return BlockKind.TITLE, "" if is_title else "title"
        if self.dated is not None and at < self.dated:
            return BlockKind.PARAGRAPH, "above_date"
        if not unit.marker and (part := find_part(unit.text) or self._find_list(unit.text)):
            self.part, self.calls, self.is_marked = part, part == Part.DEMANDS, False
            if part == Part.INDIVIDUALS or (part == Part.SIGNATORIES and not self.number):
                self.number = 0
            return (BlockKind.UNDECIDED, "outside") if part == Part.OUTSIDE else (BlockKind.HEADING, "")
        if self.part == Part.OUTSIDE:
            return BlockKind.UNDECIDED, "outside"
        is_list = self.part in (Part.SIGNATORIES, Part.INDIVIDUALS)
        return self._judge_entry(unit) if is_list else self._judge_text(at, unit)

    def _find_list(self, text: str) -> Part | None:
        """Below a list of individuals "Organisations:" begins one of these."""
        in_list = self.part in (Part.SIGNATORIES, Part.INDIVIDUALS)
        words = words_in(text) if in_list and text.endswith(":") else []
        names = listed("headings", "organisations")
        is_heading = not names.isdisjoint(words) and (names | listed("headings", "filling")).issuperset(words)
        return Part.SIGNATORIES if is_heading else None

    def _judge_text(self, at: int, unit: Unit) -> tuple[BlockKind, str]:
        if unit.marker and self.part != Part.BACKGROUND:
            is_speech = unit.text[:1] in _QUOTES or _SPEECH.search(unit.text)
            return BlockKind.DEMAND, "quotation" if is_speech else "" if self.calls else "item"
        calls = bool(_CALLS.search(unit.text)) and not _REPORTED.search(unit.text)
        self.calls = calls if unit.text.endswith(":") else self.part == Part.DEMANDS and self.calls
        if calls and unit.text.count(";") > 1:
            return BlockKind.PARAGRAPH, "several"
        if unit.marker:
            return BlockKind.PARAGRAPH, "item"
        if _CONTACT.search(unit.text):
            return BlockKind.PARAGRAPH, "contact"
        is_short = len(unit.text.split()) <= _LONGEST_HEADING and not ends_sentence(unit.text)
        return BlockKind.PARAGRAPH, "heading" if is_short else ""

    def _judge_entry(self, unit: Unit) -> tuple[BlockKind, str]:
        if self.part == Part.INDIVIDUALS:
            return BlockKind.UNDECIDED, "individuals"
        self.is_marked = self.is_marked or bool(unit.marker)
        if doubt := self._doubt_shape(unit):
            return BlockKind.UNDECIDED, doubt
        digits = re.search(r"\d+", unit.marker)
        if digits:
            before, self.number = self.number, int(digits[0])
            if self.number not in (before + 1, 1):
                return BlockKind.SIGNATORY, "number"
        if is_organisation(unit.text):
            return BlockKind.SIGNATORY, ""
        if speaks_of_individuals(unit.text):
            return BlockKind.SIGNATORY, "individuals"
        return BlockKind.SIGNATORY, "person" if may_be_person(unit.text) else "unsure"

    def _doubt_shape(self, unit: Unit) -> str:
        """Return why this unit may be no entry, or more than one; ""."""
        is_prose = len(unit.text) > _LONGEST_ENTRY or unit.text.endswith((":", "!", "?")) or _CONTACT.search(unit.text)
        words = words_in(unit.text)
        is_heading = not listed("organisations", "generic").isdisjoint(words)
        is_sentence = unit.text.endswith(".") and len(words) > _SHORTEST_SENTENCE
        if is_prose or (not unit.marker and (is_heading or is_sentence or self.is_marked)):
            return "row"
        if (unit.lines > 1 and not unit.marker) or ";" in unit.text[:-1]:
            return "several"
        return "columns" if unit.is_spaced else ""


def list_doubts(proposed: Sequence[Proposed]) -> Iterator[tuple[Proposed, str]]:
    """Yield each undecided block with the sentence that says what to decide."""
    for one in proposed:
        if one.doubt:
            yield one, str(DOUBTS[one.doubt])
