"""The account of one reading: where every line went, what was done to it, what was not understood."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """One thing done or not understood: its kind, the source lines (counted from 1), the words concerned."""

    kind: str
    lines: tuple[int, ...]
    text: str


@dataclass(frozen=True)
class Part:
    """Source lines that became one thing: what they are, their marker as printed, their text."""

    role: str
    lines: tuple[int, ...]
    marker: str
    text: str


@dataclass
class Ledger:
    """Collects while the steps run; every line of the source that is not blank ends in exactly one part."""

    parts: list[Part] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unresolved: list[Note] = field(default_factory=list)

    def place(self, role: str, lines: Iterable[int], text: str, marker: str = "") -> None:
        """The lines are accounted for: they became `text`, printed behind `marker`."""
        self.parts.append(Part(role, tuple(lines), marker, text))

    def note(self, kind: str, lines: Iterable[int], text: str) -> None:
        """What was done is on record; publication is not held up."""
        self.notes.append(Note(kind, tuple(lines), text))

    def question(self, kind: str, lines: Iterable[int], text: str) -> None:
        """What was not understood is on record; a person must settle it before publication."""
        self.unresolved.append(Note(kind, tuple(lines), text))

    def texts(self, role: str) -> tuple[str, ...]:
        """The texts of all parts with this role, in order."""
        return tuple(part.text for part in self.parts if part.role == role)

    def leave(self, kind: str, lines: Iterable[int], text: str, marker: str = "") -> None:
        """The lines belong to no part of an appeal: their text is kept in the question about them."""
        numbers = tuple(lines)
        self.place(kind, numbers, text, marker)
        self.question(kind, numbers, f"{marker} {text}".strip())
