"""Undoing line wrapping: lines joined by one space, words broken at the line's end made whole."""

import re
from collections.abc import Sequence

from petition.statements.ledger import Ledger
from petition.statements.lines.lines import SOFT_HYPHEN, Line
from petition.statements.lines.word_lists import listed

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
BROKEN_END = re.compile(r"(?<![^\W\d_])(?P<head>[^\W\d_]+)[-\u2010\u00ad]$")
BROKEN_START = re.compile(r"(?P<tail>[^\W\d_]+)")
# First parts of compounds, which keep their hyphen; the second set are plain syllables as well ("pro-tect").
COMPOUNDING = listed("cross early half high large low self well")
PERHAPS_COMPOUNDING = listed("all anti ex full ill long mid non post pro short so")
# Words so common that their standing elsewhere says nothing about a syllable ("for-ward", "out-come").
COMMON = listed("and any are but can for her him his has not one our out over per than that the under was")
SHORTEST_PART = 3


def words_of(lines: Sequence[Line]) -> frozenset[str]:
    """Return every word standing whole in the text, in lowercase: compounds, and their parts too."""
    words: set[str] = set()
    after_broken = False
    for line in lines:
        broken = BROKEN_END.search(line.text)
        start = BROKEN_START.match(line.text) if after_broken else None
        whole = line.text[start.end() if start else 0 : broken.start() if broken else None]
        for word in WORD.findall(whole.lower()):
            words.update((word, *word.split("-")))
        after_broken = bool(broken)
    return frozenset(words)


def join(lines: Sequence[Line], words: frozenset[str], ledger: Ledger) -> str:
    """Return the lines as one running text; every join is noted with the two line numbers."""
    pieces: list[str] = []
    for at, line in enumerate(lines):
        if not pieces or not pieces[-1]:
            # A marker alone on its line has no words before the next one.
            pieces = [line.text]
            continue
        pair = (lines[at - 1].number, line.number)
        kind, before, sure = _mended(pieces[-1], line.text, words) or ("line_join", f"{pieces[-1]} ", True)
        seam = before[before.rstrip().rfind(" ") + 1 :] + line.text.partition(" ")[0]
        ledger.note(kind, pair, seam)
        if not sure:
            ledger.question("ambiguous_hyphen", pair, seam)
        pieces[-1:] = [before, line.text]
    return "".join(pieces)


def _mended(before: str, after: str, words: frozenset[str]) -> tuple[str, str, bool] | None:
    """Return how to join a word broken after a hyphen, the text up to the break, and whether that is certain."""
    broken, start = BROKEN_END.search(before), BROKEN_START.match(after)
    if not broken or not start:
        return None
    soft = before.endswith(SOFT_HYPHEN)
    keep, sure = (False, True) if soft else _keeps_hyphen(broken["head"], start["tail"], words)
    return ("hyphen_kept", before, sure) if keep else ("dehyphenated", before[:-1], sure)


def _keeps_hyphen(head: str, tail: str, words: frozenset[str]) -> tuple[bool, bool]:
    """Return whether the hyphen belongs to the word, and whether that is sure enough."""
    if tail[0].isupper():
        return True, True
    head, tail = head.lower(), tail.lower()
    if f"{head}-{tail}" in words:
        return True, f"{head}{tail}" not in words
    if f"{head}{tail}" in words:
        return False, True
    stands_alone = len(head) >= SHORTEST_PART and head in words and head not in COMMON
    if stands_alone or head in COMPOUNDING:
        return True, True
    return head in PERHAPS_COMPOUNDING, head not in PERHAPS_COMPOUNDING or tail in words
