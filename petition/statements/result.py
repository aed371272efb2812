"""What a reading holds, and how it is written down."""

import datetime as dt
import json
from dataclasses import asdict, dataclass

from petition.statements.ledger import Note

NO_SIGNATORIES = "no_signatories"


@dataclass(frozen=True)
class ReadSignatory:
    """One organisation of the list; `label` is what was printed, `lines` its first and last source line."""

    number: int
    label: str
    name: str
    acronym: str
    countries_as_printed: str
    countries: tuple[str, ...]
    lines: tuple[int, int]


@dataclass(frozen=True)
class Heading:
    """A heading as printed, what it announces, and its source line."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Section:
    """A section that is no part of the appeal, such as "About" or "Contact"."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A statement as read. Texts are as printed with wrapping undone; any entry in `unresolved` blocks publication."""

    title: str
    dated_as_printed: str
    dated: dt.date | None
    preamble: tuple[str, ...]
    demands: tuple[str, ...]
    closing: tuple[str, ...]
    signatories: tuple[ReadSignatory, ...]
    background: tuple[str, ...]
    headings: tuple[Heading, ...]
    further: tuple[Section, ...]
    footnotes: tuple[str, ...]
    notes: tuple[Note, ...]
    unresolved: tuple[Note, ...]

    @property
    def unresolved_in_text(self) -> tuple[Note, ...]:
        """Return what blocks a translation, which brings no signatories: without a list it is whole."""
        return tuple(note for note in self.unresolved if note.kind != NO_SIGNATORIES)


def to_json(reading: Reading) -> str:
    """Return the reading as indented JSON with every letter readable; the same reading always gives the same text."""
    return json.dumps(asdict(reading), ensure_ascii=False, indent=2, default=str) + "\n"
