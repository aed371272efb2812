"""Compare two names: how alike they are, and in which way. Pure: it knows names, not database rows."""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from rapidfuzz.fuzz import ratio, token_sort_ratio

from petition.text.look_alikes import look_alike_key
from petition.text.names import fold

# Legal forms, which people write or leave out: at the beginning or the end of a name they do not count.
_LEGAL: Final = (
    *("the", "inc", "incorporated", "ltd", "limited", "llc", "llp", "plc", "gmbh", "ggmbh", "ev", "e v", "ngo", "npo"),
    *("ngos", "cso", "asbl", "vzw", "aisbl", "sro", "s r o", "zs", "z s", "ry", "ou", "oü", "sp z o o", "pf"),
    *("public foundation", "public association", "public fund", "public organization", "public organisation"),
    *("оо", "оф", "ооо", "оюл", "ано", "нко", "нпо", "мбф", "общественный фонд", "общественное объединение"),
    *("общественная организация", "некоммерческая организация"),
    *("коомдук фонд", "коомдук фонду", "коомдук бирикме", "коомдук бирикмеси", "коомдук уюм"),
)
# Ways in which the same sounds are written in Latin letters.
_SOUNDS: Final = (
    *(("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("tz", "c"), ("ts", "c"), ("cz", "ch")),
    *(("zh", "j"), ("gh", "g"), ("w", "v"), ("x", "ks"), ("q", "k"), ("y", "i"), ("'", ""), ("`", "")),
)

_MIN_RATIO: Final = 90.0  # of 100, for two names
_MIN_WORD_RATIO: Final = 75.0  # of 100, for the words in which they differ
_MIN_LETTERS: Final = 8  # in shorter names one letter more makes another name


class Likeness(StrEnum):
    """The ways in which a name resembles another, the strongest first."""

    SAME = "same"  # but for case, diacritics, punctuation
    LOOKS = "looks"  # look-alike letters, spaces, dashes, legal forms
    SOUNDS = "sounds"  # the same in another alphabet, or spelt another way
    ACRONYM = "acronym"  # one is called what the other is abbreviated to
    LETTERS = "letters"  # a few letters differ


@dataclass(frozen=True, slots=True)
class NameForms:
    """A name as it is compared: in small letters, without legal forms, words separated by one space."""

    folded: str
    looks: str
    sounds: str
    acronym: str  # as it looks, in one word

    @property
    def numbers(self) -> list[str]:
        return re.findall(r"\d+", self.folded)


@lru_cache(maxsize=10_000)
def build_name_forms(name: str, acronym: str = "") -> NameForms:
    """Return the forms by which a name is compared with others."""
    return NameForms(
        folded=fold(name),
        looks=_without_legal(look_alike_key(name), _LEGAL_SHAPES),
        sounds=build_sound_key(name),
        acronym=join_words(look_alike_key(acronym)),
    )


def join_words(words: str) -> str:
    """Return the words as one: a space more or less makes no other name."""
    return words.replace(" ", "")


def build_sound_key(name: str) -> str:
    """Return the name in Latin letters as it is spoken, roughly: «Бир Дуйно» and Bir Duino are the same."""
    text = _without_legal(fold(anyascii(name)), _LEGAL_SOUNDS)
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    text = re.sub(r"c(?=[aou])|c(?= )|c$", "k", text).replace("ij", "i").replace("ia", "a").replace("iu", "u")
    return re.sub(r"(\w)\1+", r"\1", text)


def build_search_key(name: str, acronym: str) -> str:
    """Return what the search of staff looks through: name and acronym folded, and the name as it sounds, with bars."""
    return "|".join((fold(name), fold(acronym), build_sound_key(name)))


def compare_names(one: NameForms, other: NameForms) -> Likeness | None:
    """Return the strongest way in which two names resemble each other, or None."""
    alike = (
        (Likeness.SAME, one.folded, other.folded),
        (Likeness.LOOKS, join_words(one.looks), join_words(other.looks)),
        (Likeness.SOUNDS, join_words(one.sounds), join_words(other.sounds)),
    )
    for how, this, that in alike:
        if this and this == that:
            return how
    if _is_acronym_of(one, other) or _is_acronym_of(other, one):
        return Likeness.ACRONYM
    if one.numbers != other.numbers:
        return None  # sections and branches of one body differ by their number alone
    if _differ_little(one.looks, other.looks):
        return Likeness.LETTERS
    return Likeness.SOUNDS if _differ_little(one.sounds, other.sounds) else None


def _is_acronym_of(one: NameForms, other: NameForms) -> bool:
    return len(one.looks) >= 3 and join_words(one.looks) == other.acronym


def _differ_little(one: str, other: str) -> bool:
    """Return whether few letters differ, and not because one word of many is another word."""
    if min(len(one), len(other)) < _MIN_LETTERS:
        return False
    in_order = ratio(join_words(one), join_words(other), score_cutoff=_MIN_RATIO)
    if not in_order and not token_sort_ratio(one, other, score_cutoff=_MIN_RATIO):
        return False
    only_one, only_other = _words_missing_in(one, other), _words_missing_in(other, one)
    return not only_one or not only_other or ratio(only_one, only_other) >= _MIN_WORD_RATIO


def _words_missing_in(one: str, other: str) -> str:
    """Return the words of `one` that `other` lacks, joined."""
    return "".join((Counter(one.split()) - Counter(other.split())).elements())


def _without_legal(words: str, legal: tuple[str, ...]) -> str:
    """Return `words` without the legal forms at both ends; unchanged when nothing else would be left."""
    rest = words
    if not words.startswith(legal) and not words.endswith(legal):  # most names, and many times faster
        return words
    while shorter := next(filter(None, (_cut(rest, form) for form in legal)), ""):
        rest = shorter
    return rest


def _cut(words: str, form: str) -> str:
    """Return `words` without `form` at one end; '' when it is not there, or nothing else is."""
    if words.startswith(f"{form} "):
        return words.removeprefix(f"{form} ")
    return words.removesuffix(f" {form}") if words.endswith(f" {form}") else ""


_LEGAL_SHAPES: Final = tuple(sorted({look_alike_key(form) for form in _LEGAL}, key=len, reverse=True))
_LEGAL_SOUNDS: Final = tuple(sorted({fold(anyascii(form)) for form in _LEGAL}, key=len, reverse=True))
