"""The letter as plain text, in the order and manner of the original statement."""

from petition.publishing.documents.letter import Letter, Line
from petition.text.entries import isolated


def rendered(letter: Letter) -> str:
    """One paragraph a line, a blank line between blocks, a line feed at the end."""
    foot = ["--", letter.issuer, letter.delivered, letter.text_note, letter.as_of_printed, *letter.colophon]
    blocks = [
        letter.demonstration,
        letter.title,
        letter.dated,
        *letter.preamble,
        "\n\n".join(f"{number}. {demand}" for number, demand in enumerate(letter.demands, 1)),
        *letter.closing,
        _listing(letter.signed, letter.originals),
        _listing(f"{letter.later}\n{letter.later_note}", letter.further),
        *letter.after_list,
        _listing(f"{letter.since}\n{letter.as_of_printed}", letter.joined) if letter.since else "",
        letter.background_heading if letter.background else "",
        *letter.background,
        "\n".join(line for line in foot if line),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _listing(heading: str, lines: tuple[Line, ...]) -> str:
    listed = [f"{line.number}. {isolated(line.label)}" + (f"\n   {line.note}" if line.note else "") for line in lines]
    return "\n".join([heading, *listed])
