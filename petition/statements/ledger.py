"""The ledger of one reading: what became of every line, what was changed, what was not understood."""

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
    """Collects the results of all steps; every line of the source that is not blank ends in exactly one part."""

    parts: list[Part] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unresolved: list[Note] = field(default_factory=list)

    def place(self, role: str, lines: Iterable[int], text: str, marker: str = "") -> None:
        """Record that the lines became `text`, printed after `marker`."""
        self.parts.append(Part(role, tuple(lines), marker, text))

    def note(self, kind: str, lines: Iterable[int], text: str) -> None:
        """Record a change that does not hold up publication."""
        self.notes.append(Note(kind, tuple(lines), text))

    def question(self, kind: str, lines: Iterable[int], text: str) -> None:
        """Record something unclear that a person must settle before publication."""
        self.unresolved.append(Note(kind, tuple(lines), text))

    def texts(self, role: str) -> tuple[str, ...]:
        """Return the texts of all parts with this role, in order."""
        return tuple(part.text for part in self.parts if part.role == role)

    def leave(self, kind: str, lines: Iterable[int], text: str, marker: str = "") -> None:
        """Record lines that belong to no part of an appeal, with a question that quotes them."""
        numbers = tuple(lines)
        self.place(kind, numbers, text, marker)
        self.question(kind, numbers, f"{marker} {text}".strip())
