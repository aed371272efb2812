"""Letters that look like other letters: the shape of a text, for comparing names; never for showing.

A hand-made extract of Unicode UTS #39 (confusables.txt), for the alphabets of our visitors: Cyrillic, Greek, Armenian,
Cherokee, and letters of Latin that do not decompose. Full-width, mathematical and circled letters need no
table: compatibility decomposition makes plain ones of them.
"""

import unicodedata
from typing import Final

from petition.text.letters import INVISIBLE

_CAPITALS: Final = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХҮԌԚԜӀӏҺԀЗЬЯГПЛ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϺΓΠΛ" + "ՕՍՏԼՀ" + "ᎪᏴᏟᎠᎬᏀᎻᎥᏦᏞᎷᏢᏒᏚᎢᏙᏔᏃ",
        "ABESIJKMHOPCTYXYGQWllhd3ьяrпл" + "ABEZHIKMNOPTYXCMrпл" + "OUSLZ" + "ABCDEGHiKLMPRSTVWZ",
        strict=True,
    )
)
"""Where the capital looks like another letter than the small one does."""

_SMALL: Final = dict(
    zip(
        "аеѕіјкмнорстухүԍԛԝһԁзгпѵвӕɡ" + "αβγειικνορτυχϲμηωσπ" + "օսոհցզгք" + "ıɪłƚøđħŧɑʀʏȷ",
        "aesijkmhopctyxygqwhd3rпvbæg" + "aвyeiikvoptuxcunwoп" + "ounhgqrp" + "iilloðhtaryj",
        strict=True,
    )
)
_TWINS: Final = frozenset("аеосрхуіјѕһԛԝӏАВЕІЈКМНОРСТХЅҺԚԜ" + "ονΑΒΕΖΗΙΚΜΝΟΡΤΧΥ" + "ՕՍօս" + "ᎪᏴᏟᎠᎬᏀᎻᏦᏞᎷᏢᏚᎢᏙᏔᏃ")
"""Letters that are drawn as a Latin one in most fonts; the tables above also have those that only resemble one."""
_ALIKE: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "ӏ": "l", "ꓲ": "l", "β": "b", "в": "b"})
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("ьl", "ы"), ("ӕ", "ae"), ("æ", "ae"), ("œ", "oe"), ("ß", "ss"))


def shape(text: str) -> str:
    """What the eye sees of the text, in small letters, words parted by one space: texts that look alike have the same.

    Marks and what is not drawn are gone; I, l and 1 are one, 0 and O, rn and m, vv and w; letters of other alphabets
    are the Latin ones they look like, so ВІАЅNА is viasna.
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


def looks_latin(character: str) -> bool:
    """Whether a letter of another alphabet can stand in a Latin word without being seen."""
    return character in _TWINS
