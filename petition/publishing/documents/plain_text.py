"""The letter as plain text, in the order and style of the original statement."""

from petition.publishing.documents.contents import Entry, Letter
from petition.text.entries import isolate_right_to_left


def render_plain_text(letter: Letter) -> str:
    """Return the text: one paragraph per line, a blank line between blocks, a line feed at the end."""
    colophon = ["--", letter.issuer, letter.delivered, letter.text_note, letter.as_of_printed, *letter.colophon]
    blocks = [
        letter.demonstration,
        letter.title,
        letter.dated,
        *letter.preamble,
        "\n\n".join(f"{number}. {demand}" for number, demand in enumerate(letter.demands, 1)),
        *letter.closing,
        _format_list(letter.signed, letter.originals),
        _format_list(f"{letter.later}\n{letter.later_note}", letter.further),
        *letter.after_list,
        _format_list(f"{letter.since}\n{letter.as_of_printed}", letter.joined) if letter.since else "",
        letter.background_heading if letter.background else "",
        *letter.background,
        "\n".join(line for line in colophon if line),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _format_list(heading: str, entries: tuple[Entry, ...]) -> str:
    lines = [heading]
    for entry in entries:
        lines.append(f"{entry.number}. {isolate_right_to_left(entry.label)}")
        if entry.note:
            lines.append(f"   {entry.note}")
    return "\n".join(lines)
