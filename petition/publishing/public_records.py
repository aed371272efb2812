"""The public record: all that may be seen of an appeal. A column of a table is private unless it is named here."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from petition.models.appeals import Phase

CHECKED_BY_MAILBOX: Final = "mailbox"
"""How an entry was checked if no other check is on record: by its own mailbox, and by the moderator."""


class NotPublished(Exception):
    """There is no such appeal, page or text for the public."""


@dataclass(frozen=True)
class SignatoryRecord:
    """One entry of the list. Of an entry that is no longer listed, only id, number, kind and status are left."""

    id: str  # original-12, further-12
    number: int
    kind: str
    label: str | None  # the entry as printed
    name: str | None
    acronym: str | None
    countries: tuple[str, ...] | None  # ISO 3166-1 alpha-2
    countries_as_printed: str | None
    member: bool | None
    listed_on: date | None
    status: str
    language: str = ""  # of the name, for the `lang` attribute
    note: str | None = ""  # what the secretariat says about the entry
    noted_on: date | None = None


@dataclass(frozen=True)
class Counts:
    """`original`: signed on the day of the appeal. `further`: named and listed now. `withheld`: not named."""

    original: int
    further: int
    withheld: int


@dataclass(frozen=True)
class CountryRecord:
    """How many entries that are listed now print this country."""

    code: str
    original: int
    further: int

    @property
    def total(self) -> int:
        return self.original + self.further


@dataclass(frozen=True)
class CountriesRecord:
    """Countries as printed, by code from A to Z. An entry that prints several countries counts in each of them."""

    countries: tuple[CountryRecord, ...]
    entries: int  # that are listed now, without those not named
    with_several: int  # of these, entries that print more than one country
    with_none: int


@dataclass(frozen=True)
class BlockRecord:
    """A paragraph, demand or heading; demands are numbered from 1 through the whole text."""

    kind: str  # a TextBlockKind
    text: str
    number: int | None = None  # of a demand


@dataclass(frozen=True)
class TextRecord:
    language: str
    status: str
    dated: date
    title: str
    dated_as_printed: str
    body: tuple[BlockRecord, ...]  # in order, to the last list of signatories
    background: tuple[BlockRecord, ...]  # what stands after it
    sha256: str
    canonical: str

    @property
    def demands(self) -> tuple[str, ...]:
        return tuple(block.text for block in (*self.body, *self.background) if block.number)


@dataclass(frozen=True)
class TextVersion:
    """The text can be read in this language: `status` is official or unofficial, `dated` its date."""

    language: str
    status: str
    dated: date


@dataclass(frozen=True)
class TimelineRecord:
    """Something that became of the appeal, on a date."""

    id: int
    kind: str  # a TimelineKind
    dated: date
    addressee: str  # to whom it was delivered, or who answers
    edition: date | None  # that was delivered
    link: str
    body: str  # in `language`; may be empty
    language: str
    texts: tuple[tuple[str, str], ...]  # language and words
    corrected_on: date | None


@dataclass(frozen=True)
class AppealRecord:
    slug: str
    issuer: str
    issued_on: date
    revision: int
    as_of: date  # the day (UTC) of the last addition or correction; a removal does not move it
    phase: Phase  # when this record was read
    is_demo: bool
    counts: Counts
    text: TextRecord  # in the requested language, if it exists
    texts: tuple[TextVersion, ...]  # every language it exists in, the official ones first
    signed_language: str  # of the text that was signed and is endorsed
    signed_sha256: str
    last_number: int  # of the further signatories, listed or not
    addressees: tuple[str, ...] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    time_zone: str = "UTC"  # in which both are shown (IANA)
    closes_for: str = ""  # to whom the list is delivered then
    timeline: tuple[TimelineRecord, ...] = ()  # the oldest first


@dataclass(frozen=True)
class ChangeRecord:
    """A change of an entry that is listed now; `old_label` only if the organisation agreed."""

    id: str
    number: int
    kind: str
    what: str
    on: date
    old_label: str | None


@dataclass(frozen=True)
class ChecksRecord:
    """How many entries that are listed now were checked in which way; `withheld` as published with its total."""

    original: dict[str, int]
    further: dict[str, int]
    withheld: dict[str, int]


@dataclass(frozen=True)
class EditionRecord:
    """The list as delivered on a date, by numbers only."""

    dated: date
    addressee: str
    frozen_at: datetime
    last_number: int  # of the further signatories in it
    not_listed: tuple[str, ...]  # references of those that were already taken off
    withheld: int  # the total that was published then
