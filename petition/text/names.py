"""Names of organisations and people as text: how they are stored, compared, searched and sorted."""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

# Unicode's White_Space property. Not `\s`, which also takes the control characters U+001C to U+001F for spaces.
_WHITESPACE: Final = re.compile(r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

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

# Letters missing from the Russian keyboards on which much Kyrgyz is typed; ё is handled with the marks.
_AS_TYPED: Final = str.maketrans("ңөү", "ноу")

# The common ways to write Cyrillic in Latin letters, reduced to one: Жаңы is Zhany and Jany, Хартия is Khartiya and
# Hartia, центр is tsentr and centr. The result is a key, not a spelling.
_ROMANISATIONS: Final = (
    ("shch", "sh"), ("zh", "j"), ("kh", "h"), ("ts", "c"), ("x", "ks"), ("q", "k"), ("w", "v"), ("y", "i"),
)  # fmt: skip

# One order for all: Russian and Kyrgyz agree on it, and letters of neighbouring languages stand where their readers
# expect them.
_CYRILLIC: Final = "аәбвгґғдђеёєжҗзиіїйјкқлљмнңњоөпрстћуүұўфхҳһцчџшщъыьэюя"

# Per character (group, place in the alphabet, code point), then the text itself so that no two texts are equal.
CollationKey = tuple[tuple[tuple[int, int, int], ...], str]


def clean(text: str) -> str:
    """Return the text as it is stored: NFC, every run of white space one space, none at the ends. Idempotent.

    Nothing else is removed: characters that may not be stored are reported by `input_rules`, not hidden here.
    """
    return _WHITESPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")


def fold(text: str) -> str:
    """Return the key for search and duplicates, equal for texts that people type for each other. Idempotent.

    NFKC and case folded; ё is е, ң н, ө о, ү у; Latin and Greek diacritics removed (é e, ł l, ß ss); й, ї, ў kept,
    since every keyboard that needs them has them; quotation marks, dashes, punctuation and symbols separate words
    like spaces. Empty when the text has neither letter nor digit. Look-alikes across scripts stay different here.
    """
    return unicodedata.normalize("NFC", _reduce(text, yo_is_ye=True).translate(_AS_TYPED))


def fold_to_latin(text: str) -> str:
    """Return the folded text in Latin letters and digits: "Адилет" and "Adilet" have the same key."""
    key = fold(anyascii(fold(text)).replace("'", "").replace("`", ""))
    for written, reduced in _ROMANISATIONS:
        key = key.replace(written, reduced)
    return re.sub("ii+", "i", key)


def collation_key(text: str, language: str = "en") -> CollationKey:
    """Return what to sort by: ё after е, ң after н, ө after о, ү after у; case, accents and quotation marks ignored.

    Spaces come before digits, digits before letters, then Latin, Cyrillic, all other scripts; for readers of Russian
    and Kyrgyz Cyrillic comes before Latin, as in CLDR's collation of both. Equal only for equal texts.
    """
    scripts = ("CYRILLIC", "LATIN") if language in ("ru", "ky") else ("LATIN", "CYRILLIC")
    return tuple(_weight(character, scripts) for character in _reduce(text, yo_is_ye=False)), text


def script_of(character: str) -> str:
    """Return the first word of the character's Unicode name, such as "LATIN" or "CJK"; "" if it has no name.

    The standard library lacks the Script property; for letters and marks of one script this is the same.
    """
    return unicodedata.name(character, "").partition(" ")[0]


def _reduce(text: str, *, yo_is_ye: bool) -> str:
    """Return only letters and digits, in compatibility form and lower case, words separated by one space.

    Diacritics of Latin and Greek are removed, and stress marks of Cyrillic; й, ї and ў stay. The result is NFC and
    can be encoded whatever the input was.

    Arguments:
        yo_is_ye: whether ё becomes е.
    """
    # Twice: folding can bring up characters that decompose once more.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_PLAIN_LATIN)
    kept: list[str] = []
    base = " "
    for character in decomposed:
        category = unicodedata.category(character)
        # What is not drawn disappears; it must not separate words, or it could be used to avoid a match.
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
    """Return whether `mark` on the letter `base` is left out."""
    if base == "е" and mark == _DIAERESIS:
        return yo_is_ye
    script = script_of(base)
    if script == "CYRILLIC":
        return mark in (_GRAVE, _ACUTE)
    # Marks of other scripts are vowels: without them different words would be equal.
    return base == " " or script in ("LATIN", "GREEK", "DIGIT")


def _weight(character: str, scripts: tuple[str, str]) -> tuple[int, int, int]:
    if character == " ":
        return 0, 0, 0
    script = script_of(character)
    if script not in scripts:
        return (1 if unicodedata.category(character)[0] == "N" else 4), 0, ord(character)
    return 2 + scripts.index(script), _place(character), ord(character)


def _place(letter: str) -> int:
    """Return the place of a Cyrillic letter in the alphabet; unknown letters come after я."""
    place = _CYRILLIC.find(letter)
    if place < 0:
        # A letter with a mark stands beside its plain letter.
        place = _CYRILLIC.find(unicodedata.normalize("NFD", letter)[0])
    return place if place >= 0 else len(_CYRILLIC)
