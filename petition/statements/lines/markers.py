"""What an item of a list is printed behind: a bullet, a dash or a number."""

import re
from dataclasses import dataclass

BULLET = re.compile(r"(?P<sign>[•‣◦▪▫●○■□◆·∙⁃➢➤✓✔\uf0b7\uf0a7\uf0d8])\s*")
DASH = re.compile(r"(?P<sign>[-–—*+])(?:\s+|$)")
# "350.org" is a name: without a space only a capital or a quotation mark may follow the point.
NUMBER = re.compile(r"(?P<sign>\(?(?P<number>\d{1,3})[.)])(?:\s+|$|(?=[\"“„«A-ZА-ЯЁҢӨҮ]))")
BARE_NUMBER = re.compile(r"(?P<sign>(?P<number>\d{1,3}))\s+(?=\S)")


@dataclass(frozen=True)
class Marker:
    """A marker as printed, its kind (`bullet`, `dash`, `number`, or a rarer one), its number, the words behind it."""

    sign: str
    kind: str
    number: int | None
    rest: str


def find_marker(text: str) -> Marker | None:
    """Return the bullet, dash or number a line begins with; None when it begins with words."""
    for kind, pattern in (("bullet", BULLET), ("dash", DASH), ("number", NUMBER)):
        if found := pattern.match(text):
            number = int(found["number"]) if kind == "number" else None
            return Marker(found["sign"], kind, number, text[found.end() :])
    return None


def bare_number_of(text: str) -> Marker | None:
    """Return a number without point or bracket ("7 Women of the Don"): a marker only where a list proves it."""
    found = BARE_NUMBER.match(text)
    return found and Marker(found["sign"], "bare", int(found["number"]), text[found.end() :])
