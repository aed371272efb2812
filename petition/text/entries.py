"""The printed entry of an organisation, in the form of the original list: `Name (ACRONYM, Country, Country)`."""

import unicodedata
from collections.abc import Iterable
from typing import Final

_ISOLATE: Final = "\u2068"
_END: Final = "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def format_entry(name: str, acronym: str, countries_as_printed: str) -> str:
    """Return one entry as the list prints it; parentheses only when there is something to put in them."""
    details = ", ".join(part for part in (acronym, countries_as_printed) if part)
    return f"{name} ({details})" if details else name


def join_countries(names: Iterable[str]) -> str:
    """Return several country names as the original list prints them: separated by commas."""
    return ", ".join(names)


def isolate_right_to_left(text: str) -> str:
    """Return `text`, between isolating characters if it has right-to-left letters, for use in plain text."""
    # Without them it would reorder the text around it (UAX #9, 2.4). HTML uses <bdi> instead.
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"{_ISOLATE}{text}{_END}"
    return text
