"""Find a list of signatories that no heading announces, by the form of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from petition.statements.lines.lines import Line
from petition.statements.lines.markers import Marker, find_marker
from petition.statements.signatories.individuals import names_body
from petition.statements.signatories.labels import organisation_of
from petition.statements.signatories.rows import LONGEST_LABEL, continues

SHORTEST_LIST = 3
QUOTES = "\"'“„«"


@dataclass
class Candidate:
    """Lines that may be one row, from `start` on, and the marker before them."""

    start: int
    lines: list[Line]
    marker: Marker | None

    @property
    def text(self) -> str:
        """Return the words without the marker."""
        words = " ".join(line.text for line in self.lines)
        return self.marker.rest + words[len(self.lines[0].text) :] if self.marker else words

    @property
    def end(self) -> int:
        """Return the index after the last line."""
        return self.start + len(self.lines)


def find_list(lines: Sequence[Line]) -> tuple[int, int] | None:
    """Return start and end index of the run of rows that names most organisations, or None.

    A run is three rows or more, short, no sentences; half of them at least print a country or an acronym or have a
    word that only organisations have.
    """
    best, most = None, 0
    for run in _runs(_candidates(lines)):
        telling = sum(_tells(row.text) for row in run)
        if len(run) >= SHORTEST_LIST and 2 * telling >= len(run) and telling > most:
            best, most = (run[0].start, run[-1].end), telling
    return best


def _candidates(lines: Sequence[Line]) -> list[Candidate]:
    found: list[Candidate] = []
    for at, line in enumerate(lines):
        last = found[-1] if found else None
        marker = find_marker(line.text)
        if last and not marker and (continues(last.lines, line) or (last.marker and not line.gap)):
            last.lines.append(line)
        else:
            found.append(Candidate(at, [line], marker))
    return found


def _runs(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return the rows that follow each other with the same kind of marker; a number 1 begins a new run."""
    runs: list[list[Candidate]] = [[]]
    for candidate in candidates:
        before = runs[-1][-1].marker if runs[-1] else None
        kind = candidate.marker.kind if candidate.marker else None
        restarts = candidate.marker is not None and candidate.marker.number == 1
        if not _is_row(candidate.text):
            runs.append([])
        elif restarts or (runs[-1] and kind != (before.kind if before else None)):
            runs.append([candidate])
        else:
            runs[-1].append(candidate)
    return runs


def _is_row(text: str) -> bool:
    starts = text[:1].isupper() or text[:1].isdigit() or text[:1] in QUOTES
    return bool(text) and starts and len(text) <= LONGEST_LABEL and not text.endswith((".", "!", "?", ":"))


def _tells(text: str) -> bool:
    organisation = organisation_of(text)
    return bool(organisation.countries or organisation.acronym) or names_body(text)
