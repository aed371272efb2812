"""What keeps a statement from being published, and what an editor should know of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.reference.printed_entries import Organisation
from petition.statements.blocks import BlockKind, Statement
from petition.text.input_rules import broken_name_rules, broken_rules
from petition.text.names import fold

MOST_COUNTRIES: Final = 20
PROBLEMS: Final[dict[str, str | Promise]] = {
    "undecided": _("Say what it is."),
    "empty": _("There are no words in it."),
    "no_title": _("Mark one block as the title."),
    "second_title": _("There is a title already. Make it a heading or a paragraph."),
    "second_date": _("There is a date already. Make it a heading or a paragraph."),
    "long_date": _("A date has at most 100 characters. Is it a paragraph?"),
    "no_text": _("There is no paragraph and no demand."),
    "no_signatories": _("Mark at least one original signatory."),
    "characters": _("It has a character that cannot be published. Type it again without that."),
    "name": _("An entry begins with a letter, a digit or a quotation mark, and has at most 300 characters."),
    "twice": _("This entry is in the list twice."),
    "countries": _("It has more than 20 countries. Print fewer."),
}
NOTES: Final[dict[str, str | Promise]] = {
    "similar": _("Another entry has this name, with another country or article. Are they two organisations?"),
    "odd": _("What stands in brackets is no country and no acronym. It stays in the name."),
    "no_date": _("There is no date that can be read. Give it by hand."),
}
LONGEST_LABEL: Final = 300
_LONGEST_DATE: Final = 100


@dataclass(frozen=True)
class Problem:
    """One problem: its key in PROBLEMS or NOTES, and the index of the block from 1; 0 is the whole statement."""

    key: str
    block: int = 0

    @property
    def sentence(self) -> str:
        return str(PROBLEMS.get(self.key) or NOTES[self.key])


def describe_problem(statement: Statement, problem: Problem) -> str:
    """Return the problem as a sentence, behind the words that it is about."""
    if not problem.block:
        return problem.sentence
    words = statement.blocks[problem.block - 1].text
    return f"“{words[:60]}{'…' if len(words) > 60 else ''}” (block {problem.block}): {problem.sentence}"


def find_problems(statement: Statement, *, is_translation: bool = False) -> list[Problem]:
    """Return what must be settled before the statement can be published; a translation needs no signatories."""
    problems = list(_find_in_blocks(statement))
    kinds = [block.kind for block in statement.blocks]
    if BlockKind.TITLE not in kinds:
        problems.append(Problem("no_title"))
    if not {BlockKind.PARAGRAPH, BlockKind.DEMAND} & set(kinds):
        problems.append(Problem("no_text"))
    if not is_translation and BlockKind.SIGNATORY not in kinds:
        problems.append(Problem("no_signatories"))
    return problems


def find_notes(statement: Statement) -> list[Problem]:
    """Return what does not hold up publication."""
    notes = [] if statement.dated else [Problem("no_date")]
    seen: set[str] = set()
    for index, entry in _entries(statement):
        key = fold(entry.name).removeprefix("the ")
        notes += [Problem("similar", index)] if key in seen else []
        notes += [Problem("odd", index)] if entry.odd else []
        seen.add(key)
    return notes


def _entries(statement: Statement) -> Iterator[tuple[int, Organisation]]:
    places = [index for index, block in enumerate(statement.blocks, 1) if block.kind == BlockKind.SIGNATORY]
    for index, signatory in zip(places, statement.signatories, strict=True):
        yield index, signatory.organisation


def _find_in_blocks(statement: Statement) -> Iterator[Problem]:
    labels: set[str] = set()
    seen: set[BlockKind] = set()
    for index, block in enumerate(statement.blocks, 1):
        if block.kind == BlockKind.UNDECIDED:
            yield Problem("undecided", index)
        if block.kind == BlockKind.DROPPED:
            continue
        if not block.text:
            yield Problem("empty", index)
        elif broken_rules(block.text):
            yield Problem("characters", index)
        elif block.kind == BlockKind.SIGNATORY:
            if broken_name_rules(block.text) or len(block.text) > LONGEST_LABEL:
                yield Problem("name", index)
            if fold(block.text) in labels:
                yield Problem("twice", index)
            labels.add(fold(block.text))
        elif block.kind in seen & {BlockKind.TITLE, BlockKind.DATE}:
            yield Problem(f"second_{block.kind}", index)
        elif block.kind == BlockKind.DATE and len(block.text) > _LONGEST_DATE:
            yield Problem("long_date", index)
        seen.add(block.kind)
    for index, entry in _entries(statement):
        if len(entry.countries) > MOST_COUNTRIES:
            yield Problem("countries", index)
