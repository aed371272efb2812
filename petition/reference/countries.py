"""Countries: their codes, their names in our languages, and which one a printed name means.

The names are frozen in countries.json, made from CLDR by tests/tooling/freeze_countries.py, which lists the exceptions.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from petition.reference.country_aliases import ALIASES
from petition.text.names import collation_key, fold

_NAMES: Final[dict[str, dict[str, str]]] = json.loads(
    Path(__file__).with_name("countries.json").read_text(encoding="utf-8")
)

# The 249 codes of ISO 3166-1 alpha-2, and XK: ISO does not assign it, it is "user-assigned", but the European Union,
# CLDR and banks use it for Kosovo, and organisations from Kosovo exist.
COUNTRY_CODES: Final[frozenset[str]] = frozenset(_NAMES)


def country_name(code: str, language: str) -> str:
    """Return the name of the country in a language of the site: country_name("KG", "ru") is "Кыргызстан".

    Raises KeyError for a code outside COUNTRY_CODES and for a language the site does not speak.
    """
    return _NAMES[code][language]


@lru_cache(maxsize=8)
def country_choices(language: str) -> tuple[tuple[str, str], ...]:
    """Return all countries as (code, name) in the alphabetical order of that language, as choices for forms.

    Raises KeyError for a language the site does not speak.
    """
    named = ((code, country_name(code, language)) for code in COUNTRY_CODES)
    return tuple(sorted(named, key=lambda choice: collation_key(choice[1], language)))


def find_country(printed: str) -> str | None:
    """Return the code of the country with this name, or None; "The Netherlands" is "NL", "Georgia" is "GE".

    Matches whole names in English, Russian and Kyrgyz and the aliases, ignoring case, accents, punctuation and a
    leading "the".
    """
    # Never a guess: no beginnings, no similar spellings, no names that two countries share.
    return _codes_by_key().get(_key(printed))


def _key(name: str) -> str:
    return fold(name.replace("&", " and ")).removeprefix("the ")


@lru_cache(maxsize=1)
def _codes_by_key() -> dict[str, str]:
    by_name = {_key(name): code for code, names in _NAMES.items() for name in names.values()}
    return by_name | {_key(name): code for code, names in ALIASES.items() for name in names}
