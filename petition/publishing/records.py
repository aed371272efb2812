"""The allow-list: what may be seen of an appeal. A new column is private until it is named here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Count
from django.db.models.functions import TruncMonth

from petition.models.appeals import Appeal, AppealText, Phase, TextStatus
from petition.models.signatories import Kind, Signatory, SignatoryQuerySet
from petition.models.site_state import Level, SiteState
from petition.reference import clock

NEWEST = 20
PAGE_LENGTH = 100
"""A page of the list is a range of numbers: page 1 is 1–100, page 2 is 101–200."""

Content = TypeVar("Content")


class NotPublished(Exception):
    """There is no such appeal, page or text for the public."""


@dataclass(frozen=True)
class SignatoryRecord:
    id: str  # original-12, further-12
    number: int
    kind: str
    label: str | None
    name: str | None
    acronym: str | None
    countries: tuple[str, ...] | None
    countries_as_printed: str | None
    member: bool | None
    listed_on: date | None
    status: str
    language: str = ""  # of the name, for the `lang` attribute
    note: str | None = ""  # what the secretariat says beside the line; None when no longer listed
    noted_on: date | None = None


@dataclass(frozen=True)
class Counts:
    """`original`: who signed on the day of the appeal. `further`: named and listed now. `withheld`: not named."""

    original: int
    further: int
    withheld: int


@dataclass(frozen=True)
class CountryRecord:
    """How many lines that are listed now print this country."""

    code: str
    original: int
    further: int

    @property
    def total(self) -> int:
        return self.original + self.further


@dataclass(frozen=True)
class CountriesRecord:
    """Countries as printed, the code A to Z; a line that prints several counts in each. Without those withheld."""

    countries: tuple[CountryRecord, ...]
    lines: int  # listed now
    with_several: int  # of these, lines that print more than one country
    with_none: int


@dataclass(frozen=True)
class TextRecord:
    language: str
    status: str
    dated: date
    title: str
    dated_as_printed: str
    preamble: tuple[str, ...]
    demands: tuple[str, ...]
    closing: tuple[str, ...]
    background: tuple[str, ...]
    sha256: str
    canonical: str


@dataclass(frozen=True)
class TextVersion:
    """That the text can be read in this language: `status` official or unofficial, `dated` its date."""

    language: str
    status: str
    dated: date


@dataclass(frozen=True)
class AppealRecord:
    slug: str
    issuer: str
    issued_on: date
    revision: int
    as_of: date  # the day (UTC) of the last addition or correction; a removal does not move it
    phase: Phase  # at the moment of making; site.py sees when it changes
    is_demo: bool
    counts: Counts
    text: TextRecord  # in the language asked for, where it exists
    texts: tuple[TextVersion, ...]  # every language it exists in, the official ones first
    signed_language: str  # of the text that was signed and is endorsed
    signed_sha256: str


def appeal_record(slug: str, language: str) -> AppealRecord:
    """The published appeal with its text in `language`, else its official text. Raises NotPublished."""
    appeal = _published(slug)
    signed = AppealText.objects.signed(appeal.pk)
    return AppealRecord(
        slug=appeal.slug,
        issuer=appeal.issuer,
        issued_on=appeal.issued_on,
        revision=appeal.revision,
        as_of=appeal.as_of,
        phase=_phase(appeal, SiteState.objects.level(), at=clock.now()),
        is_demo=appeal.is_demo,
        counts=Counts(
            original=Signatory.objects.published(appeal.pk).of_kind(Kind.ORIGINAL).count(),
            further=Signatory.objects.published(appeal.pk).of_kind(Kind.FURTHER).listed().count(),
            withheld=appeal.withheld_total,
        ),
        text=_text(appeal, language),
        texts=_text_versions(appeal),
        signed_language=signed.language,
        signed_sha256=signed.sha256,
    )


def published_slugs() -> list[str]:
    """Slugs of the published appeals, newest first; a demonstration only where there is nothing else."""
    published = list(Appeal.objects.filter(published_at__isnull=False).values_list("slug", "is_demo"))
    return [slug for slug, is_demo in published if not is_demo] or [slug for slug, _ in published]


def exact_text(slug: str, language: str) -> str:
    """The canonical text in exactly this language. Raises NotPublished."""
    text = _text(_published(slug), language)
    if text.language != language:
        raise NotPublished
    return text.canonical


def originals(slug: str) -> list[SignatoryRecord]:
    return _records(_signatories(slug).of_kind(Kind.ORIGINAL).order_by("number"))


def newest_further(slug: str, most: int = NEWEST) -> list[SignatoryRecord]:
    """The newest listed further signatories, the last number first."""
    return _records(_signatories(slug).of_kind(Kind.FURTHER).listed().order_by("-number")[:most])


def further_page(slug: str, page: int) -> list[SignatoryRecord]:
    """The further signatories of one range of numbers, listed or not. Costs the same on every page."""
    last = page * PAGE_LENGTH
    numbers = (last - PAGE_LENGTH + 1, last)
    return _records(_signatories(slug).of_kind(Kind.FURTHER).filter(number__range=numbers).order_by("number"))


def page_count(slug: str) -> int:
    """How many pages the further signatories fill; at least 1."""
    return max(1, -(-_published(slug).last_number // PAGE_LENGTH))


def all_signatories(slug: str, *, most: int | None = None) -> list[SignatoryRecord]:
    """The 35, then those who endorsed later, by number; the first `most` of them."""
    return _records(_signatories(slug).order_by("-kind", "number")[:most])


def countries_of(slug: str) -> CountriesRecord:
    """In which countries the listed signatories are, by what their lines print. One scan."""
    printed = _signatories(slug).listed().order_by().values_list("countries", "kind").annotate(lines=Count("pk"))
    groups = [(tuple(dict.fromkeys(codes.split())), kind, lines) for codes, kind, lines in printed]
    counted: Counter[tuple[str, str]] = Counter()
    for codes, kind, lines in groups:
        for code in codes:
            counted[code, kind] += lines
    return CountriesRecord(
        countries=tuple(
            CountryRecord(code, counted[code, Kind.ORIGINAL], counted[code, Kind.FURTHER])
            for code in sorted({code for code, _ in counted})
        ),
        lines=sum(lines for _, _, lines in groups),
        with_several=sum(lines for codes, _, lines in groups if len(codes) > 1),
        with_none=sum(lines for codes, _, lines in groups if not codes),
    )


def listed_by_month(slug: str) -> list[tuple[date, int]]:
    """How many of the further signatories listed now were listed in each month, its first day; months with any."""
    further = _signatories(slug).of_kind(Kind.FURTHER).listed().order_by()
    months = further.annotate(month=TruncMonth("listed_on")).values_list("month").annotate(lines=Count("pk"))
    return sorted((month, lines) for month, lines in months)


def has_signatory(slug: str, kind: str, number: int) -> bool:
    return Signatory.objects.filter(appeal_id=_published(slug).pk, kind=kind, number=number).exists()


def at_one_revision(slug: str, read: Callable[[], Content]) -> Content:
    """What `read` gives, all of it from one revision of the appeal: read again if it changed meanwhile."""
    while True:
        before = _published(slug).revision
        content = read()
        if _published(slug).revision == before:
            return content


def state_of_everything() -> tuple[object, ...]:
    """A value that changes whenever any published byte may change: revisions and phases of all appeals."""
    now, level, held_back = clock.now(), SiteState.objects.level(), SiteState.objects.list_is_held_back()
    appeals = Appeal.objects.order_by("pk")
    return tuple((held_back, appeal.pk, appeal.revision, _phase(appeal, level, at=now)) for appeal in appeals)


def _phase(appeal: Appeal, level: str, *, at: datetime) -> Phase:
    """What an organisation can do with the appeal, the level of the whole site included."""
    phase = appeal.phase(at)
    return Phase.PAUSED if phase is Phase.OPEN and level == Level.CLOSED else phase


def _published(slug: str) -> Appeal:
    appeal = Appeal.objects.filter(slug=slug, published_at__isnull=False).first()
    if appeal is None:
        raise NotPublished
    return appeal


def _signatories(slug: str) -> SignatoryQuerySet:
    # By the appeal's own number: a join through its slug makes PostgreSQL scan.
    return Signatory.objects.published(_published(slug).pk)


def _records(signatories: SignatoryQuerySet) -> list[SignatoryRecord]:
    return [
        SignatoryRecord(
            id=signatory.reference,
            number=signatory.number,
            kind=signatory.kind,
            label=signatory.label or None,
            name=signatory.name or None,
            acronym=signatory.acronym if signatory.label else None,
            countries=tuple(signatory.countries.split()) if signatory.label else None,
            countries_as_printed=signatory.countries_as_printed if signatory.label else None,
            member=signatory.member if signatory.label else None,
            listed_on=signatory.listed_on,
            status=signatory.status,
            language=signatory.language,
            note=signatory.note if signatory.label else None,
            noted_on=signatory.noted_on,
        )
        for signatory in signatories
    ]


def _text_versions(appeal: Appeal) -> tuple[TextVersion, ...]:
    newest: dict[str, TextVersion] = {}
    for text in AppealText.objects.published().filter(appeal=appeal).order_by("version"):
        newest[text.language] = TextVersion(text.language, text.status, text.dated)
    return tuple(sorted(newest.values(), key=lambda text: (text.status != TextStatus.OFFICIAL, text.language)))


def _text(appeal: Appeal, language: str) -> TextRecord:
    texts = AppealText.objects.published().filter(appeal=appeal).prefetch_related("demands")
    found = sorted(
        texts, key=lambda text: (text.language != language, text.status != TextStatus.OFFICIAL, -text.version)
    )
    if not found:
        raise NotPublished
    text = found[0]
    demands = tuple(demand.body for demand in text.demands.all())
    return TextRecord(
        language=text.language,
        status=text.status,
        dated=text.dated,
        title=text.title,
        dated_as_printed=text.dated_as_printed,
        preamble=tuple(text.preamble),
        demands=demands,
        closing=tuple(text.closing),
        background=tuple(text.background),
        sha256=text.sha256,
        canonical=text.canonical(demands),
    )
