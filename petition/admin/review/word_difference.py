"""The difference between two entries, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Passage:
    """Words and their HTML element: `span` in both entries, `del` only in the old one, `ins` only in the new one."""

    tag: str
    words: str


def compare_words(old: str, new: str) -> list[Passage]:
    """Return the passages that make both entries, in their order; the removed ones before those that replace them."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    passages: list[Passage] = []
    for step, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            passages.append(Passage("span", "".join(before[first:last])))
            continue
        parts = (("del", before[first:last]), ("ins", after[start:end]))
        passages += [Passage(tag, "".join(words)) for tag, words in parts if words]
    return passages
