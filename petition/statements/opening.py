"""The top of a statement: its title and its date line."""

from collections.abc import Sequence
from dataclasses import dataclass

from petition.statements.dates import parse_date_line
from petition.statements.lines.headings import heading_kind
from petition.statements.lines.lines import Line
from petition.statements.lines.markers import find_marker

NEAR_TOP = 12
LONGEST_TITLE = 300


@dataclass(frozen=True)
class Opening:
    """The title's lines, the date's line, and everything else in order."""

    title: tuple[Line, ...]
    date: Line | None
    rest: tuple[Line, ...]


def find_opening(lines: Sequence[Line]) -> Opening:
    """Return title and date: the first date line near the top, and the first block unless it is a sentence."""
    dated = next((line for line in lines[:NEAR_TOP] if parse_date_line(line.text)), None)
    others = [line for line in lines if line is not dated]
    title: list[Line] = []
    for line in others:
        if title and not _goes_on(title, line, dated):
            break
        title.append(line)
    words = " ".join(line.text for line in title)
    if len(words) > LONGEST_TITLE or (len(title) > 1 and words.endswith(".")):
        title = []
    return Opening(tuple(title), dated, tuple(others[len(title) :]))


def _goes_on(title: Sequence[Line], line: Line, dated: Line | None) -> bool:
    """Return whether the line belongs to the title: no blank, date, heading or item between, and in the same case."""
    between = dated is not None and title[-1].number < dated.number < line.number
    cased = title[0].text.isupper() and not line.text.isupper()
    return not (line.gap or between or cased or find_marker(line.text) or heading_kind(line.text))
