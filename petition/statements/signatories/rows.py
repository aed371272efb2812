"""The rows of a list of signatories: where each begins, where it goes on, and what among the lines is no row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from petition.reference.countries import find_country
from petition.statements.dates import parse_date_line
from petition.statements.lines.enumeration import Opener, find_opener, looks_marked
from petition.statements.lines.lines import ABBREVIATION, Line, begins_inside, is_full, is_short, numbers
from petition.statements.lines.markers import Marker, bare_number_of, find_marker
from petition.statements.signatories.doubts import ADDRESSED, is_heading_like
from petition.statements.signatories.individuals import Likeness, personal_likeness

# A row that ends with one of these goes on in the next line.
OPEN_END = re.compile(
    r"(?:\b(?:of|for|and|the|on|in|to|a|an|with|against|from|by|de|и|по|в|на|за|для|о|об|жана|үчүн|боюнча)|&|/|\w-|[-–—])$"
)
# "(FIDH) International Federation" begins a row of its own, "(GCRT)" ends one.
OPEN_START = re.compile(r"[&/–—]|\((?![^()]*\)\s+[^\W\d_])")
MAIL_ADDRESS = re.compile(r"\S@\S")
WEB_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
SHORTEST_SENTENCE = 3
# Behind a number or bullet a few words with a full stop are a row all the same.
SHORTEST_MARKED_SENTENCE = 8
LONGEST_LABEL = 220
HANGING = 2
ENOUGH = 3


@dataclass
class Row:
    """Lines that make one row, without the marker; `sure` is False when a join was only likely."""

    lines: list[Line]
    marker: Marker | None = None
    sure: bool = True

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the source lines."""
        return numbers(self.lines)


@dataclass
class Roster:
    """The rows in order, and the runs of lines that fit nowhere."""

    rows: list[Row] = field(default_factory=list)
    strangers: list[list[Line]] = field(default_factory=list)

    def set_aside(self, line: Line, before: Line | None) -> None:
        """The line is no row; directly below another such line (`before`) it belongs to the same run."""
        if self.strangers and self.strangers[-1][-1] is before and not line.gap:
            self.strangers[-1].append(line)
        else:
            self.strangers.append([line])


def read_roster(lines: Sequence[Line], width: int) -> Roster:
    """Return the rows that the lines below a heading form: numbered, bulleted, or one row per line or per block."""
    opener = _opener(lines)
    roster = Roster()
    if opener:
        _read_marked(lines, opener, width, roster)
    else:
        _read_plain(lines, width, roster)
    return roster


def is_sentence(text: str, shortest: int = SHORTEST_SENTENCE) -> bool:
    """Return whether the words are enough for a sentence and end like one."""
    return text.endswith((".", "!", "?")) and not ABBREVIATION.search(text) and len(text.split()) >= shortest


def is_prose(text: str, *, marked: bool = False) -> bool:
    """Return whether the words are a sentence, an introduction, an address or a date: no row of a list."""
    sentence = is_sentence(text, SHORTEST_MARKED_SENTENCE if marked else SHORTEST_SENTENCE) and not text.endswith(").")
    address = MAIL_ADDRESS.search(text) or WEB_ADDRESS.search(text) or not re.search(r"[^\W\d_]", text)
    return bool(sentence or address or text.endswith(":") or len(text) > LONGEST_LABEL or parse_date_line(text))


def continues(before: Sequence[Line], line: Line) -> bool:
    """Return whether the words themselves, or the indentation, say that the row goes on in this line."""
    last = before[-1].text
    country_left = last.endswith(",") and find_country(line.text) is not None
    hanging = line.indent >= before[0].indent + HANGING
    starts_inside = bool(OPEN_START.match(line.text)) or begins_inside(line.text)
    return country_left or hanging or starts_inside or bool(OPEN_END.search(last)) or _closes(before, line)


def _closes(before: Sequence[Line], line: Line) -> bool:
    """Return whether the line closes what the row left open."""
    # A bracket that is never closed must not swallow the rows below.
    for start, end in ("()", "“”", "«»"):
        if end in line.text.partition(start)[0]:
            left_open = sum(part.text.count(start) - part.text.count(end) for part in before)
            if left_open > 0:
                return True
    return False


def _opener(lines: Sequence[Line]) -> Opener | None:
    """Return what finds the markers this list uses; None for a list without markers."""
    found = [marker for line in lines if (marker := find_marker(line.text))]
    for kind in ("number", "bullet", "dash"):
        same = [marker for marker in found if marker.kind == kind]
        if len(same) >= ENOUGH or (same and find_marker(lines[0].text) == same[0]):
            sign = same[0].sign
            return partial(_marker_like, kind=kind, sign=sign)
    rarer = partial(_rarer_like, opener=find_opener(lines, initials=ENOUGH))
    if any(rarer(line.text) for line in lines):
        return rarer
    bare = [marker.number for line in lines if (marker := bare_number_of(line.text))]
    return bare_number_of if bare[:2] == [1, 2] else None


def _rarer_like(text: str, opener: Opener) -> Marker | None:
    return None if find_marker(text) else opener(text)


def _marker_like(text: str, kind: str, sign: str) -> Marker | None:
    marker = find_marker(text)
    return marker if marker and marker.kind == kind and (kind == "number" or marker.sign == sign) else None


def _read_marked(lines: Sequence[Line], opener: Opener, width: int, roster: Roster) -> None:
    """A marker opens a row; a line without one goes on with the row above, unless a blank line parts them."""
    row: Row | None = None
    before: Line | None = None
    for line in lines:
        if marker := opener(line.text):
            row = Row([replace(line, text=marker.rest)], marker)
            roster.rows.append(row)
        elif row and (not row.lines[-1].text or continues(row.lines, line)):
            row.sure = row.sure and not _is_nested(row, line, width) and not _is_far(row, line, width)
            row.lines.append(line)
        elif row and not line.gap and not is_prose(line.text) and not is_heading_like(line.text):
            row.sure = row.sure and _is_forced(row, line, width)
            row.lines.append(line)
        else:
            roster.set_aside(line, before)
            row = None
        before = line


def _is_nested(row: Row, line: Line, width: int) -> bool:
    """Return whether the line begins like a row in the row; a dash may be part of the name ("Assembly – Vanadzor")."""
    wrapped = is_full(row.lines[-1], line, width)
    strange = (looks_marked(before.text) or is_heading_like(before.text) for before in row.lines)
    dashed = row.marker is not None and row.marker.kind == "dash"
    first_dash = line.text[0] in "–—" and not dashed and not any(strange)
    return bool(ADDRESSED.match(line.text)) or (looks_marked(line.text) and not wrapped and not first_dash)


def _is_far(row: Row, line: Line, width: int) -> bool:
    """Return whether a blank or short line separates a complete row from words that may belong elsewhere."""
    end = row.lines[-1]
    is_open = not end.text or OPEN_END.search(end.text) or end.text.endswith(",") or _closes(row.lines, line)
    # Without markers a small first letter may be a name's own ("medica mondiale"), however full the line above is.
    is_wrapped = row.marker is not None and is_full(end, line, width) and not _is_ended(end.text)
    if is_open or is_wrapped or OPEN_START.match(line.text):
        return False
    hangs = line.indent >= row.lines[0].indent + HANGING
    return line.gap or _is_ended(end.text) or (not hangs and (row.marker is None or is_short(end, width)))


def _read_plain(lines: Sequence[Line], width: int, roster: Roster) -> None:
    """One row per line, or per block where blank lines part most lines; prose is set aside."""
    blocks = _by_gap(lines)
    per_block = len(blocks) >= ENOUGH and 2 * len(blocks) > len(lines)
    for block in blocks:
        if _is_paragraph(block):
            roster.strangers.append(block)
            continue
        before: Line | None = None
        for line in block:
            row = roster.rows[-1] if roster.rows else None
            certain = row is not None and continues(row.lines, line)
            if is_prose(line.text):
                roster.set_aside(line, before)
            elif row and (certain or (before and _is_forced(row, line, width) and not is_heading_like(line.text))):
                row.sure = row.sure and (certain or per_block) and not _is_nested(row, line, width)
                row.sure = row.sure and ((per_block and not line.gap) or not _is_far(row, line, width))
                row.lines.append(line)
            else:
                roster.rows.append(Row([line]))
            before = line


def _is_paragraph(block: Sequence[Line]) -> bool:
    """Return whether the lines are a wrapped sentence: rows begin with capitals, most wrapped lines do not."""
    small = sum(line.text[0].islower() for line in block[1:])
    return 2 * small >= len(block) - 1 > 0 and is_sentence(" ".join(line.text for line in block))


def _is_forced(row: Row, line: Line, width: int) -> bool:
    """Return whether the row fills the column, has no country or acronym at its end, and no person follows."""
    person = personal_likeness(line.text) in (Likeness.NAME, Likeness.ROLE)
    return is_full(row.lines[-1], line, width) and not _is_ended(row.lines[-1].text) and not person


def _is_ended(text: str) -> bool:
    return text.endswith(")") or ("," in text and find_country(text.rpartition(",")[2]) is not None)


def _by_gap(lines: Sequence[Line]) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    for line in lines:
        if line.gap or not blocks:
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return blocks
