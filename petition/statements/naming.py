"""Derive the slug and the issuer of an appeal from its statement."""

import re
import unicodedata

from petition.statements.result import Reading

TRANSLITERATION = (
    "аa бb вv гg дd еe ёe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe юiu яia"
    " ңn өo үu іi їi єe ґg ўu қk ғg ҳh әa ұu һh"
)
IN_LATIN = str.maketrans({letter[0]: letter[1:] for letter in TRANSLITERATION.split()})
LONGEST_SLUG = 45  # and a hyphen and the year: 50
TITLE_WORDS = 3

# "We, members of the Civic Solidarity Platform (CSP)": a run of capitalised words, small ones only between them.
CAPITALISED = r"[^\W\d_a-zа-яё][\w'’\-]*"
ISSUER = re.compile(
    rf"\bWe, (?:the )?(?:undersigned )?members of (?:the )?"
    rf"(?P<name>{CAPITALISED}(?: (?:(?:of|for|and|on|in|against) (?:the )?)?{CAPITALISED})*)"
)


def suggest_slug(reading: Reading) -> str:
    """Return a slug from the title's words before the colon, or its first three, and the year: kyrgyzstan-2020.

    Lowercase ASCII letters, digits and hyphens; "appeal" stands in for a title without any letter.
    """
    start, colon, _ = reading.title.partition(":")
    words = _ascii_words(start) if colon else _ascii_words(reading.title)[:TITLE_WORDS]
    slug = "-".join(words)[:LONGEST_SLUG].strip("-") or "appeal"
    return f"{slug}-{reading.dated.year}" if reading.dated else slug


def find_issuer(reading: Reading) -> str:
    """Return the coalition that the preamble names with "We, members of the …"; '' when no paragraph does."""
    found = next(filter(None, map(ISSUER.search, reading.preamble)), None)
    return found["name"] if found else ""


def _ascii_words(text: str) -> list[str]:
    latin = unicodedata.normalize("NFKD", text.lower().translate(IN_LATIN))
    return re.findall(r"[a-z0-9]+", "".join(letter for letter in latin if not unicodedata.combining(letter)))
