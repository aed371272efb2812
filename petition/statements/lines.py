"""Lines of a plain text become units: paragraphs, items and rows, with wrapping, hyphens and page ends undone."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

_BULLET: Final = r"[•‣◦▪▫●○■□◆·∙⁃➢➤✓✔\uf0b7\uf0a7\uf0d8]\s*"
_NUMBER: Final = r"\(?(?P<number>\d{1,3})(?:\.\d{1,3})*[.)](?:\s+|$|(?=[\"“„«A-ZА-ЯЁҢӨҮ]))"
_MARKER: Final = re.compile(
    rf"(?P<bullet>{_BULLET})|(?P<dash>[-–—*+](?:\s+|$))|{_NUMBER}|\(?(?:[^\W\d_]|[ivx]{{2,4}})\)\s+"
)
_PAGE_NUMBER: Final = re.compile(
    r"[|·\s]*(?P<dash>[-–—]\s*)?(?P<word>page|p\.|pg\.?|стр\.?|страница|бет)?\s*(?P<number>\d{1,3})(?:-бет)?(?P<of>\s*(?:of|/|из)\s*\d{1,3})?"
    r"[-–—|·\s]*",
    re.IGNORECASE,
)
_SIDE_BY_SIDE: Final = re.compile(r"\S(?:\t| {3,})\S|\|")
_BROKEN: Final = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
_OPEN_END: Final = re.compile(
    r"(?:\b(?:of|for|and|the|on|in|to|a|an|with|by|и|по|в|на|за|для|о|об|жана|үчүн)|[,&/–—-])$"
)
_SPACED: Final = re.compile(r"\S {2,}\S")
# A full stop behind these ends no sentence: "art. 14", "п. 2".
_ABBREVIATED: Final = re.compile(r"\b(?:arts?|nos?|paras?|pp?|secs?|ch|ст|пп?|см|гг?|тт?|ч|абз)\.$", re.IGNORECASE)
_LONGEST_HEADER: Final = 12  # words
_SHORT: Final = 0.75  # of the column: the break after a shorter line was not forced
_LOWEST: Final = 0.3  # of the lines of a wrapped paragraph: so many at least begin with a small letter
_NARROWEST: Final = 30


@dataclass(frozen=True)
class Unit:
    """Lines that belong together, as one line without the marker before it."""

    text: str
    line: int  # the first line of the source, from 1
    marker: str = ""
    doubt: str = ""  # why a person should see whether this is one unit; a key of proposal.DOUBTS
    lines: int = 1  # of the source
    is_spaced: bool = False  # two spaces stand between its words somewhere: there may be two columns
    is_furniture: bool = False  # a page number, a running header, a rule


@dataclass
class _Line:
    number: int
    text: str
    width: int
    gap: bool  # a blank line stands before it
    turned: bool = False  # a page ended before it
    wide: bool = False  # its words may stand in columns
    spaced: bool = False  # the same, where it is an entry of a list
    in_prose: bool = False  # between the blank lines around it other lines begin within a sentence


@dataclass
class _Open:
    """The unit that is being read."""

    marker: str
    lines: list[_Line]
    doubts: list[str] = field(default_factory=list)


def read_units(text: str) -> list[Unit]:
    """Return the units of the text in order; every word of it is in one of them or in its marker."""
    lines = _read_lines(text)
    furniture = _find_furniture(lines)
    kept = [line for line in lines if line.number not in furniture]
    known = {
        word.lower() for line in kept for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", _BROKEN.sub("", line.text))
    }
    _mark_prose(kept)
    width = max([0, *(line.width for line, after in pairwise(kept) if not after.gap and after.text[0].islower())])
    units = [Unit(line.text, line.number, is_furniture=True) for line in lines if line.number in furniture]
    opened: _Open | None = None
    for line in kept:
        found = _MARKER.match(line.text)
        if found and _opens_item(found, line, opened, width):
            units += [_close(opened, known)] if opened else []
            marker, rest = found[0].strip(), line.text[found.end() :]
            opened = _Open(marker, [_Line(line.number, rest, line.width, line.gap, spaced=line.spaced)])
        elif opened and (doubt := _goes_on(opened, line, width)) is not None:
            opened.lines.append(line)
            opened.doubts += [doubt] if doubt else []
        else:
            units += [_close(opened, known)] if opened else []
            opened = _Open("", [line], ["lowercase"] if line.text[0].islower() else [])
        opened.doubts += ["columns"] if line.wide else []
    units += [_close(opened, known)] if opened else []
    return sorted(units, key=lambda unit: unit.line)


def ends_sentence(text: str) -> bool:
    """Return whether the words end with a sentence's or clause's mark, closing quotes and brackets aside."""
    return text.rstrip("\"'”’»)]").endswith((".", ";", ":", "!", "?", "…"))


def _read_lines(text: str) -> list[_Line]:
    """Return the lines that say something."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines, gap, turned = [], True, False
    for number, raw in enumerate(text.split("\n"), 1):
        turned = turned or "\f" in raw[: len(raw) - len(raw.lstrip())]
        if words := " ".join(raw.split()):
            printed = raw.strip("\f").expandtabs().rstrip()
            found = _MARKER.match(raw.strip())
            rest = raw.strip()[found.end() if found else 0 :]
            wide, spaced = (form.search(rest) is not None for form in (_SIDE_BY_SIDE, _SPACED))
            lines.append(_Line(number, words, len(printed), gap, turned, wide, spaced))
            gap, turned = False, "\f" in raw[len(raw.rstrip()) :]
        else:
            gap, turned = True, turned or "\f" in raw
    return lines


def _find_furniture(lines: Sequence[_Line]) -> set[int]:
    """Return the numbers of lines that are page numbers, headers or rules; mark the lines after the end of a page."""
    found = {line.number: _PAGE_NUMBER.fullmatch(line.text) for line in lines}
    bare = [int(match["number"]) for match in found.values() if match]
    counted = {number for number, after in pairwise(bare) if after == number + 1}
    furniture = set()
    for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False):
        match = found[line.number]
        is_apart = line.gap and (after is None or after.gap or after.turned)
        is_counted = match and is_apart and {int(match["number"]), int(match["number"]) - 1} & counted
        if match and (match["word"] or match["of"] or match["dash"] or is_counted or line.turned):
            furniture.add(line.number)
        elif before and before.number in furniture:
            line.turned = True
    rest = [line for line in lines if line.number not in furniture]
    edges = [line for pair in pairwise(rest) if pair[1].turned for line in pair if _may_be_header(line)]
    headers = Counter(re.sub(r"\d+", "#", line.text.casefold()) for line in edges)
    repeated = {line.number for line in edges if headers[re.sub(r"\d+", "#", line.text.casefold())] > 1}
    for before, line in pairwise(rest):
        line.turned = line.turned or before.number in repeated
    rules = {line.number for line in lines if not re.search(r"\w", line.text) and not _MARKER.fullmatch(line.text)}
    return furniture | repeated | rules


def _may_be_header(line: _Line) -> bool:
    return len(line.text.split()) <= _LONGEST_HEADER and not ends_sentence(line.text)


def _mark_prose(lines: Sequence[_Line]) -> None:
    chunks: list[list[_Line]] = []
    for line in lines:
        if line.gap or not chunks:
            chunks.append([])
        chunks[-1].append(line)
    for chunk in chunks:
        inside = sum(line.text[0].islower() for line in chunk[1:])
        for line in chunk:
            line.in_prose = _LOWEST * (len(chunk) - 1) <= inside > 0


def _opens_item(found: re.Match[str], line: _Line, opened: _Open | None, width: int) -> bool:
    """Return whether a marker opens an item, and is not a dash or number that wrapping moved to the line's start."""
    if opened is None or line.gap or found["bullet"]:
        return True
    if _ABBREVIATED.search(opened.lines[-1].text):
        return False
    if ends_sentence(opened.lines[-1].text):
        return True
    before = _MARKER.match(f"{opened.marker} ")
    if found["number"]:
        follows = before and before["number"] and int(found["number"]) == int(before["number"]) + 1
        return bool(follows) or not _is_full(opened.lines[-1], line, width)
    return bool(found["dash"] and before and before["dash"] and not line.text[found.end() :][:1].islower())


def _goes_on(opened: _Open, line: _Line, width: int) -> str | None:
    """Return '' where the unit goes on in this line, a doubt where it may, None where it does not."""
    last = opened.lines[-1]
    ended, inside = ends_sentence(last.text), line.text[0].islower()
    if not last.text or (opened.marker and re.fullmatch(r"\([^()]+\)", line.text)):
        return ""
    if line.turned:
        goes_on = (inside and not ended) or _BROKEN.search(last.text) or _OPEN_END.search(last.text)
        return "" if goes_on else None if ended or last.width < _SHORT * width else "page"
    if line.gap:
        return None
    in_capitals = last.text.isupper() and line.text.isupper() and not opened.marker
    if inside or in_capitals or _OPEN_END.search(last.text) or _BROKEN.search(last.text):
        return ""
    if not (line.in_prose or opened.marker) or last.width < _SHORT * width or width == 0:
        return None
    return "" if _is_full(last, line, width) or not (ended or opened.marker) else "joined"


def _is_full(last: _Line, line: _Line, width: int) -> bool:
    """Return whether the next word would not have fitted behind the last line."""
    return width >= _NARROWEST and last.width + 1 + len(line.text.split(" ")[0]) > width


def _close(opened: _Open, known: set[str]) -> Unit:
    text = ""
    for line in opened.lines:
        broken = _BROKEN.search(text)
        start = re.match(r"[^\W\d_]+", line.text)
        if broken and start:
            keep, is_sure = _keeps_hyphen(broken[1], start[0], known) if text[-1] != "\u00ad" else (False, True)
            opened.doubts += [] if is_sure else ["hyphen"]
            text = (text if keep else text[:-1]) + line.text
        else:
            text = f"{text} {line.text}".strip()
    is_spaced = any(line.spaced for line in opened.lines)
    doubt = next(iter(opened.doubts), "")
    return Unit(text, opened.lines[0].number, opened.marker, doubt, len(opened.lines), is_spaced)


def _keeps_hyphen(head: str, tail: str, known: set[str]) -> tuple[bool, bool]:
    """Return whether the hyphen at a line's end belongs to the word, and whether the text's other words prove it."""
    whole, compound = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
    if tail[0].isupper() or (compound in known and whole not in known):
        return True, True
    return compound in known, (whole in known) != (compound in known)
