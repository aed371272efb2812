"""What is strange about the letters of a name: invisible ones, foreign ones within a word, letters from elsewhere."""

import re
import unicodedata
from enum import StrEnum
from itertools import pairwise
from typing import Final

from petition.text.letters import INVISIBLE, script_of
from petition.text.look_alikes import looks_latin

_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_FORMS: Final = ("<wide>", "<font>", "<circle>", "<square>", "<super>", "<sub>")
"""Compatibility forms of letters that no keyboard types; ligatures and the like are left alone."""


class Strange(StrEnum):
    INVISIBLE = "invisible"
    MIXED = "mixed"  # two alphabets in one word
    DISGUISED = "disguised"  # a word of another alphabet made of letters that look Latin, among Latin words
    FORMS = "forms"  # full width, mathematical, circled
    MARKS = "marks"  # marks on letters that have none


def strangeness(name: str) -> tuple[Strange, ...]:
    """Everything strange about the letters of a name, each once; () for what an honest keyboard writes."""
    words = re.findall(r"[^\W\d_]+", "".join(c for c in name if not _is_mark(c) and not _is_unseen(c)))
    alphabets = [{script for script in map(script_of, word) if script in _ALPHABETS} for word in words]
    found = {
        Strange.INVISIBLE: any(map(_is_unseen, name)),
        Strange.MIXED: any(len(in_word) > 1 for in_word in alphabets),
        Strange.DISGUISED: {"LATIN"} in alphabets and any(map(_is_disguised, words)),
        Strange.FORMS: any(unicodedata.decomposition(c).startswith(_FORMS) for c in name if c.isalnum()),
        Strange.MARKS: any(_is_mark(c) and script_of(base) in _ALPHABETS for base, c in pairwise(name)),
    }
    return tuple(strange for strange, there in found.items() if there)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me")


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in INVISIBLE


def _is_disguised(word: str) -> bool:
    return len(word) > 2 and all(map(looks_latin, word))
