"""The list of signatories: rows become organisations; people, doubles and gaps become questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from petition.statements.ledger import Ledger
from petition.statements.lines.enumeration import looks_marked
from petition.statements.lines.joining import join
from petition.statements.lines.lines import COLUMN, Line, numbers
from petition.statements.lines.markers import bare_number_of
from petition.statements.result import NO_SIGNATORIES, ReadSignatory
from petition.statements.signatories.doubts import has_footnote_mark, is_heading_like, names_place, names_several
from petition.statements.signatories.individuals import Likeness, personal_likeness
from petition.statements.signatories.labels import Organisation, organisation_of
from petition.statements.signatories.rows import Row, is_prose, read_roster
from petition.text.input_rules import broken_name_rules

MOST_COUNTRIES = 20


@dataclass
class Listing:
    """Collects the organisations of all lists of one statement, in order."""

    words: frozenset[str]
    width: int
    ledger: Ledger
    signatories: list[ReadSignatory] = field(default_factory=list)
    printed_numbers: list[tuple[int, int]] = field(default_factory=list)

    def read(self, lines: Sequence[Line], *, people: bool = False, bodies: bool = False) -> None:
        """The lines below one heading are accounted for.

        Below one for people nothing becomes a signatory; below one for organisations (`bodies`) a name is theirs.
        """
        roster = read_roster(lines, self.width)
        for row in roster.rows:
            self._read_row(row, people=people, bodies=bodies)
        for strangers in roster.strangers:
            self.ledger.leave("not_placed", numbers(strangers), join(strangers, self.words, self.ledger))

    def close(self) -> None:
        """All lists are read: what is wrong with them as a whole is on record."""
        if not self.signatories:
            self.ledger.question(NO_SIGNATORIES, (), "")
        if len(self.signatories) == 1 and "," in self.signatories[0].name:
            self.ledger.question("several_in_one_row", self.signatories[0].lines, self.signatories[0].label)
        self._check_numbers()
        self._check_duplicates()

    def _read_row(self, row: Row, *, people: bool, bodies: bool) -> None:
        label = join(row.lines, self.words, self.ledger)
        sign = row.marker.sign if row.marker else ""
        number = row.marker.number if row.marker else None
        if number is not None:
            self.printed_numbers.append((number, row.numbers[0]))
        is_stranger = is_prose(label, marked=bool(sign)) or (names_place(label) if sign else is_heading_like(label))
        if not row.sure and not is_stranger:
            self.ledger.question("uncertain_join", row.numbers, label)
        if any(1 < line.apart < COLUMN for line in row.lines):
            self.ledger.question("columns", row.numbers, label)
        likeness = personal_likeness(label)
        if not label:
            self.ledger.leave("empty_row", row.numbers, label, sign)
        elif is_stranger:
            self.ledger.leave("not_placed", row.numbers, label, sign)
        elif people or likeness is Likeness.ROLE or (likeness is Likeness.NAME and not bodies):
            self.ledger.leave("individual", row.numbers, label, sign)
        else:
            if likeness is not Likeness.NONE:
                self.ledger.note("perhaps_individual", row.numbers, label)
            self.ledger.place("signatory", row.numbers, label, sign)
            self._add(row, label, number)

    def _add(self, row: Row, label: str, number: int | None) -> None:
        read = organisation_of(label)
        if read.doubtful:
            self.ledger.note("not_understood", row.numbers, read.doubtful)
        self._check_name(row, label, read)
        self.signatories.append(
            ReadSignatory(
                number=len(self.signatories) + 1 if number is None else number,
                label=label,
                name=read.name,
                acronym=read.acronym,
                countries_as_printed=read.countries_as_printed,
                countries=read.countries,
                lines=(row.numbers[0], row.numbers[-1]),
            )
        )

    def _check_name(self, row: Row, label: str, read: Organisation) -> None:
        """What makes a label doubtful is on record; names keep the rules for those that are typed in."""
        printed = (label, read.name, read.acronym, read.countries_as_printed)
        found = {trouble for text in printed if text for trouble in broken_name_rules(text)}
        doubts = {
            "unknown_marker": looks_marked(label) or (row.marker is None and bare_number_of(label) is not None),
            "footnote_mark": has_footnote_mark(label),
            "several_in_one_row": names_several(read.name),
            "too_many_countries": len(read.countries) > MOST_COUNTRIES,
        }
        for kind in (kind for kind, holds in doubts.items() if holds):
            self.ledger.question(kind, row.numbers, label)
        if found:
            self.ledger.question("forbidden_name", row.numbers, f"{', '.join(sorted(found))}: {label}")

    def _check_numbers(self) -> None:
        expected, seen = 1, set[int]()
        for number, line in self.printed_numbers:
            if number in seen:
                self.ledger.question("number_repeated", [line], str(number))
            elif number != expected:
                self.ledger.question("number_gap", [line], f"{number} instead of {expected}")
            seen.add(number)
            expected = number + 1
        self._check_taken()

    def _check_taken(self) -> None:
        """A list that counts from 1 below one that prints no numbers would give a number twice."""
        asked = {note.lines for note in self.ledger.unresolved if note.kind == "number_repeated"}
        taken = set[int]()
        for row in self.signatories:
            if row.number in taken and row.lines[:1] not in asked:
                self.ledger.question("number_repeated", row.lines[:1], str(row.number))
            taken.add(row.number)

    def _check_duplicates(self) -> None:
        """Two rows with the same words and countries are one organisation twice, or a mistake: both stay listed."""
        first: dict[tuple[str, ...], ReadSignatory] = {}
        for row in self.signatories:
            key = (*re.findall(r"\w+", row.name.casefold()), "", *row.countries)
            before = first.setdefault(key, row)
            if before is not row:
                self.ledger.question("duplicate", (before.lines[0], row.lines[0]), row.label)
