"""Names of organisations and people as text: what is stored, what is compared, what is sorted by."""

import re
import unicodedata
from typing import Final

from petition.text.input_rules import Trouble, name_troubles, troubles
from petition.text.letters import bare, script_of

__all__ = ["CollationKey", "Trouble", "clean", "collation_key", "folded", "name_troubles", "troubles"]

# Unicode's White_Space property. Not `\s`, which also takes the control characters U+001C to U+001F for spaces.
_WHITESPACE: Final = re.compile(r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

# Letters missing from the Russian keyboards on which much Kyrgyz is typed; ё is dealt with among the marks.
_AS_TYPED: Final = str.maketrans("ңөү", "ноу")

# One order for all: Russian and Kyrgyz agree on it, and letters of the neighbours stand where those expect them.
_CYRILLIC: Final = "аәбвгґғдђеёєжҗзиіїйјкқлљмнңњоөпрстћуүұўфхҳһцчџшщъыьэюя"

# Per character (group, place in the alphabet, code point), then the text itself so that no two texts are equal.
CollationKey = tuple[tuple[tuple[int, int, int], ...], str]


def clean(text: str) -> str:
    """The text as it is stored: NFC, every run of white space one space, none at the ends. Idempotent.

    Takes nothing else away: what the input policy refuses is for `troubles` to name, not for us to hide.
    """
    return _WHITESPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")


def folded(text: str) -> str:
    """The key for search and duplicates: texts that people would type for each other have the same. Idempotent.

    NFKC and case folded; ё is е, ң н, ө о, ү у; Latin and Greek diacritics gone (é e, ł l, ß ss); й, ї, ў kept, since
    whoever needs them can type them; quotation marks, dashes, punctuation and symbols part words like spaces.
    Empty when the text has neither letter nor digit. Look-alikes across scripts stay different here.
    """
    return unicodedata.normalize("NFC", bare(text, yo_is_ye=True).translate(_AS_TYPED))


def collation_key(text: str, language: str = "en") -> CollationKey:
    """What to sort by: ё after е, ң after н, ө after о, ү after у; case, accents and quotation marks do not matter.

    Spaces come before digits, digits before letters, then Latin, Cyrillic, all other scripts; for readers of Russian
    and Kyrgyz Cyrillic comes before Latin, as in CLDR's collation of both. Equal only for equal texts.
    """
    scripts = ("CYRILLIC", "LATIN") if language in ("ru", "ky") else ("LATIN", "CYRILLIC")
    return tuple(_weight(character, scripts) for character in bare(text, yo_is_ye=False)), text


def _weight(character: str, scripts: tuple[str, str]) -> tuple[int, int, int]:
    if character == " ":
        return 0, 0, 0
    script = script_of(character)
    if script not in scripts:
        return (1 if unicodedata.category(character)[0] == "N" else 4), 0, ord(character)
    return 2 + scripts.index(script), _place(character), ord(character)


def _place(letter: str) -> int:
    """Where a Cyrillic letter stands; one with a mark beside its plain letter; all others together after я."""
    place = _CYRILLIC.find(letter)
    if place < 0:
        place = _CYRILLIC.find(unicodedata.normalize("NFD", letter)[0])
    return place if place >= 0 else len(_CYRILLIC)
