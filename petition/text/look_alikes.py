"""Letters that look like other letters, for comparing names; never for showing.

A hand-made extract of Unicode UTS #39 (confusables.txt), for the alphabets of our visitors: Cyrillic, Greek, Armenian,
Cherokee, and letters of Latin that do not decompose. Full-width, mathematical and circled letters need no
table: compatibility decomposition makes plain ones of them.
"""

import unicodedata
from typing import Final

from petition.text.names import INVISIBLE

# Where the capital looks like another letter than the small one does.
_CAPITALS: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХҮԌԚԜӀӏҺԀЗЬЯГПЛ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺΓΠΛ" + "ՕՍՏԼՀ" + "ᎪᏴᏟᎠᎬᏀᎻᎥᏦᏞᎷᏢᏒᏚᎢᏙᏔᏃ",
        "ABESIJKMHOPCTYXYGQWllhd3ьяrпл" + "ABEZHIKMNOPTYXCMrпл" + "OUSLZ" + "ABCDEGHiKLMPRSTVWZ",
        strict=True,
    )
)

_SMALL: Final = dict(
    zip(
        "аеѕіјкмнорстухүԍԛԝһԁзгпѵвӕɡ" + "αβγειικνορτυχϲμηωσπ" + "օսոհցզгք" + "ıɪłƚøđħŧɑʀʏȷ",
        "aesijkmhopctyxygqwhd3rпvbæg" + "aвyeiikvoptuxcunwoп" + "ounhgqrp" + "iilloðhtaryj",
        strict=True,
    )
)
# Letters drawn like a Latin one in most fonts; the other tables also have letters that only resemble one.
_TWINS: Final = frozenset("аеосрхуіјѕһԛԝӏАВЕІЈКМНОРСТХЅҺԚԜ" + "ονΑΒΕΖΗΙΚΜΝΟΡΤΧΥ" + "ՕՍօս" + "ᎪᏴᏟᎠᎬᏀᎻᏦᏞᎷᏢᏚᎢᏙᏔᏃ")
_ALIKE: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "ӏ": "l", "ꓲ": "l", "β": "b", "в": "b"})
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("ьl", "ы"), ("ӕ", "ae"), ("æ", "ae"), ("œ", "oe"), ("ß", "ss"))


def look_alike_key(text: str) -> str:
    """Return a key that is equal for texts that look alike, in lower case, words separated by one space.

    Marks and invisible characters are removed; I, l and 1 become one, so do 0 and O, rn and m, vv and w; letters of
    other alphabets become the Latin ones they look like, so ВІАЅNА is viasna.
    """
    plain = [
        _CAPITALS.get(character, character)
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character) not in ("Cf", "Mn", "Me") and character not in INVISIBLE
    ]
    small = "".join(_SMALL.get(character, character) for character in "".join(plain).casefold()).translate(_ALIKE)
    for pair, one in _PAIRS:
        small = small.replace(pair, one)
    return " ".join("".join(c if unicodedata.category(c)[0] in "LN" else " " for c in small).split())


def is_latin_look_alike(character: str) -> bool:
    """Return whether a letter of another alphabet goes unnoticed in a Latin word."""
    return character in _TWINS
