"""Rarer ways to mark items: `a)`, `(б)`, `I.`, `1.1.`, `7`, `o`, `#`. They are markers only where the text proves it.

What begins like one and is not proven is no word either: it looks like a marker, and that is a question.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from petition.statements.lines.lines import Line, ends_sentence
from petition.statements.lines.markers import Marker, bare_number_of, find_marker

ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщэюя")
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
LETTERED = re.compile(r"(?P<sign>(?P<start>\(?)(?P<ordinal>[^\W\d_]{1,5})(?P<end>[.)]))(?:\s+|$)")
DECIMAL = re.compile(r"(?P<sign>(?P<above>\d{1,2}(?:\.\d{1,2})*)\.(?P<ordinal>\d{1,2})(?P<end>[.)]?))(?:\s+|$)")
# "1 - ", "1: " and "1 . ".
SPACED = re.compile(r"(?P<sign>(?P<ordinal>\d{1,3})(?P<end>:|\s[-–—.:]))(?:\s+|$)")
SYMBOL = re.compile(r"(?P<sign>o|#{1,6}|[^\w\s])(?:\s+|$)|(?P<tight>[№#])\s*(?=\d)")
# These open words, or go on with them.
NO_SYMBOLS = "\"'“„«‘‚‹([…&/"
Opener = Callable[[str], Marker | None]


def find_opener(lines: Sequence[Line], initials: int = 2) -> Opener:
    """Return a function that finds the common markers and those rarer ones that follow each other in these lines.

    "A." and "I." may be somebody's initials: of these, as many as `initials` have to follow each other.
    """
    proven = {kind for kind in _kinds(lines) if _is_proven(kind, lines, initials)}

    def opener(text: str) -> Marker | None:
        return find_marker(text) or next((marker for marker in _rare(text) if marker.kind in proven), None)

    return opener


def may_be_item(text: str) -> bool:
    """Return whether words begin with anything that could be a marker."""
    return find_marker(text) is not None or any(True for _ in _rare(text))


def looks_marked(text: str, *, decimals: bool = False) -> bool:
    """Return whether words begin with what no sentence and no name begins with; where items have decimals, with one."""
    if find_marker(text) or (decimals and DECIMAL.match(text)):
        return True
    return any(not _may_be_words(marker.kind) for marker in _rare(text))


def _kinds(lines: Sequence[Line]) -> dict[str, None]:
    return dict.fromkeys(marker.kind for line in lines if not find_marker(line.text) for marker in _rare(line.text))


def _is_proven(kind: str, lines: Sequence[Line], initials: int) -> bool:
    """Return whether markers of this kind follow each other from the first, which is where an item may begin."""
    found = [
        (marker.number, at == 0 or line.gap or ends_sentence(lines[at - 1].text))
        for at, line in enumerate(lines)
        for marker in _rare(line.text)
        if marker.kind == kind
    ]
    if found[0][0] is None:
        return len(found) > 1 and found[0][1]
    if kind.startswith("initial"):
        return [number for number, _ in found][:initials] == list(range(1, initials + 1))
    return any(first == (1, True) and second[0] == 2 for first, second in pairwise(found))


def _may_be_words(kind: str) -> bool:
    """Return whether a sentence or a name can begin so: "7 people", "2.5 million", "A. Sakharov", "г. Бишкек"."""
    return kind == "bare" or kind.startswith(("initial", "decimal ,", "letter a."))


def _rare(text: str) -> Iterator[Marker]:
    """Yield every reading of the text's beginning as a rarer marker; its kind describes the whole form."""
    if found := LETTERED.match(text):
        yield from _lettered(found, text[found.end() :])
    if found := DECIMAL.match(text):
        kind = f"decimal {found['end'] or ','} {found['above']}"
        yield Marker(found["sign"], kind, int(found["ordinal"]), text[found.end() :])
    if (found := SYMBOL.match(text)) and text[0] not in NO_SYMBOLS:
        sign = found["sign"] or found["tight"]
        if sign == "o" or unicodedata.category(sign[0])[0] in "PS":
            yield Marker(sign, f"symbol {sign}", None, text[found.end() :])
    if found := SPACED.match(text):
        yield Marker(found["sign"], f"spaced {found['end'].strip()}", int(found["ordinal"]), text[found.end() :])
    if bare := bare_number_of(text):
        yield bare


def _lettered(found: re.Match[str], rest: str) -> Iterator[Marker]:
    ordinal = found["ordinal"]
    low = ordinal.lower()
    if ordinal not in (low, ordinal.upper()):
        return
    name = "initial" if ordinal != low and not found["start"] and found["end"] == "." else "letter"
    shape = f"{found['start']}{'a' if ordinal == low else 'A'}{found['end']}"
    for alphabet in ALPHABETS:
        if len(low) == 1 and low in alphabet:
            yield Marker(found["sign"], f"{name} {shape} {alphabet[0]}", alphabet.index(low) + 1, rest)
    if len(low) == 1 and found["end"] == ")" and not any(low in alphabet for alphabet in ALPHABETS):
        yield Marker(found["sign"], "letter of no alphabet", 0, rest)
    if low in ROMAN:
        yield Marker(found["sign"], f"{name} {shape} i", ROMAN.index(low) + 1, rest)
