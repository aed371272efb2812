"""What a search compares: a name as it would be typed, whatever keyboard is at hand."""

import re
from typing import Final

from anyascii import anyascii

from petition.text.names import folded

# The ways in which Cyrillic is commonly written in Latin letters, brought to one: Жаңы is Zhany and Jany, Хартия is
# Khartiya and Hartia, центр is tsentr and centr. What is left of it is a key, not a spelling.
_ONE_WAY: Final = (
    ("shch", "sh"), ("zh", "j"), ("kh", "h"), ("ts", "c"), ("x", "ks"), ("q", "k"), ("w", "v"), ("y", "i"),
)  # fmt: skip


def latin(text: str) -> str:
    """The folded text in Latin letters and digits, words parted by one space: "Адилет" and "Adilet" have the same."""
    key = folded(anyascii(folded(text)).replace("'", "").replace("`", ""))
    for written, one in _ONE_WAY:
        key = key.replace(written, one)
    return re.sub("ii+", "i", key)
