"""The letter as plain text, in the order and style of the original statement."""

from petition.publishing.documents.contents import Entry, Letter, TextBlock
from petition.text.entries import isolate_right_to_left


def render_plain_text(letter: Letter) -> str:
    """Return the text: one paragraph per line, a blank line between blocks, a line feed at the end."""
    colophon = ["--", letter.issuer, letter.delivered, letter.text_note, letter.as_of_printed, *letter.colophon]
    blocks = [
        letter.demonstration,
        letter.title,
        letter.dated,
        letter.addressed,
        *map(_format_block, letter.body),
        _format_list(letter.signed, letter.originals),
        _format_list(f"{letter.later}\n{letter.later_note}", letter.further),
        *letter.after_list,
        *letter.opening,
        _format_list(f"{letter.since}\n{letter.as_of_printed}", letter.joined) if letter.since else "",
        _format_events(letter),
        letter.background_heading if letter.background else "",
        *map(_format_block, letter.background),
        "\n".join(line for line in colophon if line),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _format_block(block: TextBlock) -> str:
    return f"{block.number}. {block.text}" if block.number else block.text


def _format_events(letter: Letter) -> str:
    events = [f"{event.heading}\n{event.body}".strip() for event in letter.timeline]
    return "\n\n".join([letter.timeline_heading, *events]) if events else ""


def _format_list(heading: str, entries: tuple[Entry, ...]) -> str:
    lines = [heading]
    for entry in entries:
        lines.append(f"{entry.number}. {isolate_right_to_left(entry.label)}")
        if entry.note:
            lines.append(f"   {entry.note}")
    return "\n".join(lines)
