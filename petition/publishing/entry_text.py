"""The text of an entry, from what an organisation typed: the same on the list, in a preview and in a mail."""

from petition.reference.countries import country_name
from petition.text.entries import format_entry, join_countries


def format_named_entry(name: str, acronym: str, countries: str, *, label: str = "", as_printed: str = "") -> str:
    """Return the entry as it is printed, with countries in English; '' without a name.

    `countries` are ISO 3166-1 alpha-2 codes with a space between. `label` is an imported entry, returned letter for
    letter; `as_printed` are its countries.
    """
    return label or format_entry(name, acronym, as_printed or print_countries(countries))


def print_countries(codes: str) -> str:
    """Return the English names of countries, given as codes with a space between."""
    return join_countries(country_name(code, "en") for code in codes.split())
