"""The printed line of an organisation, in the form of the original list: `Name (ACRONYM, Country, Country)`."""

from collections.abc import Iterable


def printed_line(name: str, acronym: str, countries_as_printed: str) -> str:
    """One line as the list prints it; parentheses only when there is something to put in them."""
    inside = ", ".join(part for part in (acronym, countries_as_printed) if part)
    return f"{name} ({inside})" if inside else name


def countries_line(names: Iterable[str]) -> str:
    """Several country names as the original list prints them: a comma between."""
    return ", ".join(names)
