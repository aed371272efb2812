"""How alike two names are, and in which way. Pure: it knows names, not rows."""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from rapidfuzz.fuzz import ratio, token_sort_ratio

from petition.text.look_alikes import shape
from petition.text.names import folded

_LEGAL: Final = (
    *("the", "inc", "incorporated", "ltd", "limited", "llc", "llp", "plc", "gmbh", "ggmbh", "ev", "e v", "ngo", "npo"),
    *("ngos", "cso", "asbl", "vzw", "aisbl", "sro", "s r o", "zs", "z s", "ry", "ou", "oü", "sp z o o", "pf"),
    *("public foundation", "public association", "public fund", "public organization", "public organisation"),
    *("оо", "оф", "ооо", "оюл", "ано", "нко", "нпо", "мбф", "общественный фонд", "общественное объединение"),
    *("общественная организация", "некоммерческая организация"),
    *("коомдук фонд", "коомдук фонду", "коомдук бирикме", "коомдук бирикмеси", "коомдук уюм"),
)
"""Legal forms, which people write or leave out; at the beginning or the end of a name they do not count."""

_SOUNDS: Final = (
    *(("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("tz", "c"), ("ts", "c"), ("cz", "ch")),
    *(("zh", "j"), ("gh", "g"), ("w", "v"), ("x", "ks"), ("q", "k"), ("y", "i"), ("'", ""), ("`", "")),
)
"""Ways in which the same sounds are written in Latin letters."""

_ALIKE_FROM: Final = 90.0  # of 100
_WORDS_ALIKE_FROM: Final = 75.0  # the words that differ
_SHORTEST: Final = 8  # letters: in shorter names one letter more is another name


class Likeness(StrEnum):
    """In which way a name resembles another, the strongest first."""

    SAME = "same"  # but for case, diacritics, punctuation
    LOOKS = "looks"  # look-alike letters, spaces, dashes, legal forms
    SOUNDS = "sounds"  # the same in another alphabet, or spelt another way
    ACRONYM = "acronym"  # one is called what the other is abbreviated to
    LETTERS = "letters"  # a few letters differ


@dataclass(frozen=True)
class Forms:
    """A name as it is compared: in small letters, without legal forms, words parted by one space."""

    folded: str
    looks: str
    sounds: str
    acronym: str  # as it looks

    @property
    def numbers(self) -> list[str]:
        return re.findall(r"\d+", self.folded)


@lru_cache(maxsize=20_000)
def forms(name: str, acronym: str = "") -> Forms:
    """Everything that two names are compared by."""
    return Forms(
        folded=folded(name),
        looks=_without_legal(shape(name), _LEGAL_SHAPES),
        sounds=sounds(name),
        acronym=joined(shape(acronym)),
    )


def joined(words: str) -> str:
    """The words as one: a space more or less makes no other name."""
    return words.replace(" ", "")


def sounds(name: str) -> str:
    """The name in Latin letters as it is spoken, roughly: «Бир Дуйно» and Bir Duino are the same."""
    text = _without_legal(folded(anyascii(name)), _LEGAL_SOUNDS)
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    text = re.sub(r"c(?=[aou])|c(?= )|c$", "k", text).replace("ij", "i").replace("ia", "a").replace("iu", "u")
    return re.sub(r"(\w)\1+", r"\1", text)


def search_key(name: str, acronym: str) -> str:
    """What a search looks through: name and acronym folded, and the name as it sounds, a bar between."""
    return "|".join((folded(name), folded(acronym), sounds(name)))


def likeness(one: Forms, other: Forms) -> Likeness | None:
    """The strongest way in which two names resemble each other, or None."""
    alike = (
        (Likeness.SAME, one.folded, other.folded),
        (Likeness.LOOKS, joined(one.looks), joined(other.looks)),
        (Likeness.SOUNDS, joined(one.sounds), joined(other.sounds)),
    )
    for how, this, that in alike:
        if this and this == that:
            return how
    if _is_called(one, other) or _is_called(other, one):
        return Likeness.ACRONYM
    if one.numbers != other.numbers:
        return None  # sections and branches of one body differ by their number alone
    if _close(one.looks, other.looks):
        return Likeness.LETTERS
    return Likeness.SOUNDS if _close(one.sounds, other.sounds) else None


def _is_called(one: Forms, other: Forms) -> bool:
    return len(one.looks) >= 3 and joined(one.looks) == other.acronym


def _close(one: str, other: str) -> bool:
    """Few letters differ, and not because one word of many is another word."""
    if min(len(one), len(other)) < _SHORTEST:
        return False
    in_order = ratio(joined(one), joined(other), score_cutoff=_ALIKE_FROM)
    if not in_order and not token_sort_ratio(one, other, score_cutoff=_ALIKE_FROM):
        return False
    only_one, only_other = _but_for(one, other), _but_for(other, one)
    return not only_one or not only_other or ratio(only_one, only_other) >= _WORDS_ALIKE_FROM


def _but_for(one: str, other: str) -> str:
    """The words of `one` that `other` lacks, as one."""
    return "".join((Counter(one.split()) - Counter(other.split())).elements())


def _without_legal(words: str, legal: tuple[str, ...]) -> str:
    """`words` without the legal forms at both ends; as it is when nothing else would be left."""
    left = words
    while shorter := next(filter(None, (_cut(left, form) for form in legal)), ""):
        left = shorter
    return left


def _cut(words: str, form: str) -> str:
    """`words` without `form` at one end; '' when it is not there, or nothing else is."""
    if words.startswith(f"{form} "):
        return words.removeprefix(f"{form} ")
    return words.removesuffix(f" {form}") if words.endswith(f" {form}") else ""


_LEGAL_SHAPES: Final = tuple(sorted({shape(form) for form in _LEGAL}, key=len, reverse=True))
_LEGAL_SOUNDS: Final = tuple(sorted({folded(anyascii(form)) for form in _LEGAL}, key=len, reverse=True))
