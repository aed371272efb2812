"""Countries: their codes, what they are called in our languages, and which one a printed name means.

The names are frozen in countries.json, made from CLDR by tests/tooling/freeze_countries.py, which lists the exceptions.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from petition.vocabulary.country_aliases import ALIASES
from petition.vocabulary.names import collation_key, folded

_NAMES: Final[dict[str, dict[str, str]]] = json.loads(
    Path(__file__).with_name("countries.json").read_text(encoding="utf-8")
)

# The 249 codes of ISO 3166-1 alpha-2, and XK: ISO does not assign it, it is "user-assigned", but the European Union,
# CLDR and banks use it for Kosovo, and organisations from Kosovo exist.
CODES: Final[frozenset[str]] = frozenset(_NAMES)


def name_of(code: str, language: str) -> str:
    """What the country is called in a language of the site: name_of("KG", "ru") is "Кыргызстан".

    Raises KeyError for a code outside CODES and for a language the site does not speak.
    """
    return _NAMES[code][language]


@lru_cache(maxsize=8)
def choices(language: str) -> tuple[tuple[str, str], ...]:
    """All countries as (code, name), in the alphabetical order of that language: the shape forms want.

    Raises KeyError for a language the site does not speak.
    """
    named = ((code, name_of(code, language)) for code in CODES)
    return tuple(sorted(named, key=lambda choice: collation_key(choice[1], language)))


def code_of(printed: str) -> str | None:
    """The country that a printed name is the name of, or None; "The Netherlands" is "NL", "Georgia" is "GE".

    Matches whole names in English, Russian and Kyrgyz and the aliases, without regard to case, accents, punctuation
    and a leading "the". Never guesses: no beginnings, no similar spellings, no names that two countries share.
    """
    return _codes_by_key().get(_key(printed))


def _key(name: str) -> str:
    return folded(name.replace("&", " and ")).removeprefix("the ")


@lru_cache(maxsize=1)
def _codes_by_key() -> dict[str, str]:
    by_name = {_key(name): code for code, names in _NAMES.items() for name in names.values()}
    return by_name | {_key(name): code for code, names in ALIASES.items() for name in names}
