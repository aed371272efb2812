"""The body of a statement: what stands before the demands, the demands, what stands after them."""

import re
from collections.abc import Sequence

from petition.statements.ledger import Ledger
from petition.statements.lines.blocks import Block

SHORTEST_PROMISE = 4
# A list within a sentence: "we demand 1) release and 2) an investigation".
INLINE = re.compile(r"(?<!\w)\(?(?:1[.)].+(?<!\w)\(?2|[aа]\).+(?<!\w)\(?[bб]|i\).+(?<!\w)\(?ii)[.)]")


def place_body(blocks: Sequence[Block], words: frozenset[str], ledger: Ledger) -> None:
    """Items are demands; paragraphs before them the preamble, after them the closing, between them a question."""
    items = [at for at, block in enumerate(blocks) if block.marker]
    first, last = (items[0], items[-1]) if items else (len(blocks), len(blocks))
    for at, block in enumerate(blocks):
        text = block.text(words, ledger)
        for line in block.doubtful:
            ledger.question("unknown_marker", [line.number], line.text)
        block.ask_about_joins(ledger)
        if block.marker:
            ledger.place("demand", block.numbers, text, block.sign)
        elif first < at < last:
            ledger.leave("between_demands", block.numbers, text)
        else:
            ledger.place("preamble" if at < first else "closing", block.numbers, text)
            if _announces(text) and not any(after.marker for after in blocks[at + 1 : at + 2]):
                ledger.question("nothing_follows", block.numbers[-1:], text)
    if not items:
        for block in blocks:
            if INLINE.search(" ".join(line.text for line in block.lines)):
                ledger.question("inline_list", block.numbers, block.lines[0].text)
    _check_markers([blocks[at] for at in items], ledger)


def _announces(text: str) -> bool:
    """Return whether a paragraph promises a list; "Dear friends:" does not."""
    return text.endswith(":") and len(text.split()) >= SHORTEST_PROMISE


def _check_markers(items: Sequence[Block], ledger: Ledger) -> None:
    """Demands are one list, numbered from 1 on: what is nested, missing or counted anew is on record."""
    seen = {_kind(items[0])} if items else set()
    expected, numbers = 1, set[int]()
    for item in items:
        if _kind(item) not in seen:
            seen.add(_kind(item))
            ledger.question("mixed_markers", item.numbers[:1], f"{item.sign} {item.lines[0].text}".strip())
        number = item.marker.number if item.marker else None
        if number is None:
            continue
        if number in numbers:
            ledger.question("number_repeated", item.numbers[:1], item.sign)
        elif number != expected:
            ledger.question("number_gap", item.numbers[:1], f"{number} instead of {expected}")
        numbers.add(number)
        expected = number + 1


def _kind(item: Block) -> str:
    """Return the kind of an item's marker; a dash is a dash, however long."""
    marker = item.marker
    if marker is None:
        return ""
    return f"bullet {marker.sign}" if marker.kind == "bullet" else marker.kind
