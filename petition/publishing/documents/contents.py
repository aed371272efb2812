"""What a letter and a card consist of: sentences in the language of the reader, ready to be set."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Content:
    slug: str
    language: str

    def for_renderer(self) -> dict[str, Any]:
        """Return the same as a dictionary for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Entry:
    """One entry of a list in a document."""

    number: int  # permanent: it is printed as it is, never counted
    label: str  # as printed, or "No longer listed"
    language: str  # of the label
    is_listed: bool
    note: str = ""  # of the secretariat, with its date


@dataclass(frozen=True)
class TextBlock:
    """A paragraph, demand or heading of the text."""

    kind: str
    text: str
    number: int  # of a demand, else 0


@dataclass(frozen=True)
class Event:
    """Something that became of the appeal."""

    heading: str  # its date and what it was
    body: str  # may be empty
    language: str  # of the body


@dataclass(frozen=True)
class Letter(Content):
    """One appeal at one revision. The text is in `text_language`, everything else in `language`."""

    as_of: str  # ISO 8601, the date of the last addition or correction
    as_of_printed: str
    address: str  # of the page that this document is made from
    demonstration: str  # the warning in a demonstration, else empty
    issuer: str
    edition: str  # ISO 8601, its date; empty for the list as it is today
    delivered: str  # the name of the edition
    headline: str
    opening: tuple[str, ...]  # from when to when it accepts endorsements
    addressed: str  # to whom the appeal is addressed; may be empty
    text_language: str
    text_note: str  # which text this is, if it is not the official one in `language`
    title: str
    dated: str
    body: tuple[TextBlock, ...]  # what stands before the list
    signed: str  # heading of `originals`
    originals: tuple[Entry, ...]
    later: str  # heading of `further`
    later_note: str  # the date of the list
    further: tuple[Entry, ...]
    after_list: tuple[str, ...]  # paragraphs at the end of the list
    since: str  # heading of `joined`; empty if nobody has joined since the edition
    joined: tuple[Entry, ...]
    timeline_heading: str
    timeline: tuple[Event, ...]
    background_heading: str
    background_heading_language: str  # that of the text, where the heading is the text's own
    background: tuple[TextBlock, ...]  # what stands after the list
    colophon: tuple[str, ...]
    qr_words: str  # alternative text of the QR code


@dataclass(frozen=True)
class Card(Content):
    """The picture that is shown where the appeal's address is shared."""

    demonstration: str  # the warning in a demonstration, else empty
    issuer: str
    text_language: str
    title: str
    dated: str
    counts: tuple[tuple[str, str], ...]  # a number, and what it counts
    as_of_printed: str
