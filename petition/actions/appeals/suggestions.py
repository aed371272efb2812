"""Derive the slug and the issuer of an appeal from its statement."""

import re
from typing import Final

from anyascii import anyascii

from petition.statements.blocks import BlockKind, Statement

_LONGEST_SLUG: Final = 45  # and a hyphen and the year: 50
_TITLE_WORDS: Final = 3
# "We, members of the Civic Solidarity Platform (CSP)": a run of capitalised words, small ones only between them.
_CAPITALISED: Final = r"[^\W\d_a-zа-яё][\w'’\-]*"
_ISSUER: Final = re.compile(
    rf"\bWe, (?:the )?(?:undersigned )?members of (?:the )?"
    rf"(?P<name>{_CAPITALISED}(?: (?:(?:of|for|and|on|in|against) (?:the )?)?{_CAPITALISED})*)"
)


def suggest_slug(statement: Statement) -> str:
    """Return a slug from the title's words before the colon, or its first three, and the year: kyrgyzstan-2020.

    Lowercase ASCII letters, digits and hyphens; "appeal" stands in for a title without any letter.
    """
    start, colon, _ = statement.title.partition(":")
    words = re.findall(r"[a-z0-9]+", anyascii(start).lower())
    slug = "-".join(words if colon else words[:_TITLE_WORDS])[:_LONGEST_SLUG].strip("-") or "appeal"
    return f"{slug}-{statement.dated.year}" if statement.dated else slug


def find_issuer(statement: Statement) -> str:
    """Return the coalition that a paragraph names with "We, members of the …"; '' when none does."""
    found = next(filter(None, map(_ISSUER.search, statement.texts(BlockKind.PARAGRAPH))), None)
    return found["name"] if found else ""
