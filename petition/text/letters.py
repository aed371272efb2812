"""A text reduced to its letters and digits, for comparing and sorting; never for showing."""

import unicodedata
from typing import Final

# Letters that do not decompose in Unicode, as people without that keyboard type them.
_PLAIN_LATIN: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ə": "e"}
)

_GRAVE, _ACUTE, _DIAERESIS = "\u0300", "\u0301", "\u0308"

# Letters by their category, yet quotation marks by their use: Oʻzbekiston, O‘zbekiston and O'zbekiston are one name.
_APOSTROPHES: Final = frozenset("ʹʺʻʼʽʾʿˈˊˋ")

# Not drawn, though Unicode files them under letters or marks: fillers, joiners of marks, variation selectors.
# Source: Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties, without the format characters (Cf).
INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)


def script_of(character: str) -> str:
    """The first word of the character's Unicode name: "LATIN", "CYRILLIC", "ARABIC", "CJK"; "" if it has no name.

    The standard library lacks the Script property; for letters and marks of one script this is the same.
    """
    return unicodedata.name(character, "").partition(" ")[0]


def bare(text: str, *, yo_is_ye: bool) -> str:
    """The letters and digits of a text in compatibility form and lower case, words parted by one space.

    Diacritics of Latin and Greek are gone, and stress marks of Cyrillic; й, ї and ў stay, since every keyboard that
    needs them has them. `yo_is_ye` says whether ё becomes е. Everything that is neither letter, digit nor mark parts
    words; what is not drawn vanishes. The result is NFC and can be encoded, whatever went in.
    """
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_PLAIN_LATIN)
    kept: list[str] = []
    base = " "
    for character in spread:
        category = unicodedata.category(character)
        if category == "Cf" or character in INVISIBLE:
            continue
        if category[0] == "M":
            if not _is_dropped(character, base, yo_is_ye):
                kept.append(character)
        else:
            base = character if category[0] in "LN" and character not in _APOSTROPHES else " "
            kept.append(base)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _is_dropped(mark: str, base: str, yo_is_ye: bool) -> bool:
    """Marks of other scripts are vowels: dropping them would make different words equal."""
    if base == "е" and mark == _DIAERESIS:
        return yo_is_ye
    script = script_of(base)
    if script == "CYRILLIC":
        return mark in (_GRAVE, _ACUTE)
    return base == " " or script in ("LATIN", "GREEK", "DIGIT")
