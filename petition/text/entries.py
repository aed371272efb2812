"""The printed line of an organisation, in the form of the original list: `Name (ACRONYM, Country, Country)`."""

import unicodedata
from collections.abc import Iterable
from typing import Final

_ISOLATE: Final = "\u2068"
_END: Final = "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def printed_line(name: str, acronym: str, countries_as_printed: str) -> str:
    """One line as the list prints it; parentheses only when there is something to put in them."""
    inside = ", ".join(part for part in (acronym, countries_as_printed) if part)
    return f"{name} ({inside})" if inside else name


def countries_line(names: Iterable[str]) -> str:
    """Several country names as the original list prints them: a comma between."""
    return ", ".join(names)


def isolated(line: str) -> str:
    """`line`, set apart if it has right-to-left letters: in plain text it turns nothing around it (UAX #9, 2.4)."""
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
        return f"{_ISOLATE}{line}{_END}"
    return line
