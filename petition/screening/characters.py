"""Find strange letters in a name: invisible ones, two alphabets in a word, letters that no keyboard types."""

import re
import unicodedata
from enum import StrEnum
from itertools import pairwise
from typing import Final

from petition.text.look_alikes import is_latin_look_alike
from petition.text.names import INVISIBLE, script_of

_ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
# Compatibility forms of letters that no keyboard types; ligatures and the like are left alone.
_FORMS: Final = ("<wide>", "<font>", "<circle>", "<square>", "<super>", "<sub>")


class StrangeLetters(StrEnum):
    INVISIBLE = "invisible"
    MIXED = "mixed"  # two alphabets in one word
    DISGUISED = "disguised"  # a word of another alphabet made of letters that look Latin, among Latin words
    FORMS = "forms"  # full width, mathematical, circled
    MARKS = "marks"  # marks on letters that have none


def find_strange_letters(name: str) -> tuple[StrangeLetters, ...]:
    """Return what is strange about the letters of a name, each kind once; () for what an ordinary keyboard types."""
    words = re.findall(r"[^\W\d_]+", "".join(c for c in name if not _is_mark(c) and not _is_invisible(c)))
    alphabets = [{script for script in map(script_of, word) if script in _ALPHABETS} for word in words]
    found = {
        StrangeLetters.INVISIBLE: any(map(_is_invisible, name)),
        StrangeLetters.MIXED: any(len(in_word) > 1 for in_word in alphabets),
        StrangeLetters.DISGUISED: {"LATIN"} in alphabets and any(map(_is_disguised, words)),
        StrangeLetters.FORMS: any(unicodedata.decomposition(c).startswith(_FORMS) for c in name if c.isalnum()),
        StrangeLetters.MARKS: any(_is_mark(c) and script_of(base) in _ALPHABETS for base, c in pairwise(name)),
    }
    return tuple(strange for strange, there in found.items() if there)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in INVISIBLE


def _is_disguised(word: str) -> bool:
    return len(word) > 2 and all(map(is_latin_look_alike, word))
