"""Read the public record from the tables. What a function returns is a record, a number or a reference."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Final, TypeVar

from django.db.models import Count
from django.db.models.functions import TruncMonth

from petition.models.appeals import Appeal, AppealText, Phase
from petition.models.database.held_list import is_list_held_back
from petition.models.signatories import Kind, PublicChange, Signatory, SignatoryQuerySet, Status
from petition.models.site_state import Level, SiteState
from petition.publishing.public_records import (
    CHECKED_BY_MAILBOX,
    AppealRecord,
    ChangeRecord,
    ChecksRecord,
    CountriesRecord,
    CountryRecord,
    Counts,
    NotPublished,
    SignatoryRecord,
)
from petition.publishing.ranges import PAGE_LENGTH
from petition.publishing.records import kept_records, texts
from petition.publishing.records.timeline import list_timeline
from petition.reference import clock

NEWEST: Final = 20
MAX_CHANGES: Final = 500
MAX_NAMES: Final = 5_000
"""How many entries a document or the page of an edition shows. Longer lists are for machines: they end with a link."""
_PIECE: Final = 1_000

Content = TypeVar("Content")


def get_published_appeal(slug: str) -> Appeal:
    """Return the row of the appeal, for queries in this package only. Raises NotPublished."""
    appeal = Appeal.objects.published().filter(slug=slug).first()
    if appeal is None:
        raise NotPublished
    return appeal


def is_taken_down(slug: str) -> bool:
    """Return whether there was an appeal with this slug which the public must not see any more."""
    return Appeal.objects.filter(slug=slug, published_at__isnull=False, taken_down_at__isnull=False).exists()


def list_taken_down_slugs() -> list[str]:
    """Return the slugs of appeals that the public must not see any more: their organisations can still leave."""
    rows = Appeal.objects.filter(published_at__isnull=False, taken_down_at__isnull=False).order_by("pk")
    return list(rows.values_list("slug", flat=True))


def query_signatories(slug: str) -> SignatoryQuerySet:
    """Return the rows of the appeal's signatories, listed or not, for queries in this package only."""
    # Filtered by the appeal's id: a join through its slug makes PostgreSQL scan the table.
    return Signatory.objects.published(get_published_appeal(slug).pk)


def build_records(signatories: Iterable[Signatory]) -> list[SignatoryRecord]:
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


def get_appeal(slug: str, language: str) -> AppealRecord:
    """Return the published appeal with its text in `language`, or else its official text. Raises NotPublished."""
    appeal = get_published_appeal(slug)
    phase = _phase(appeal, SiteState.objects.level(), at=clock.now())
    state = (is_list_held_back(), appeal.revision, phase)  # as get_public_state
    return kept_records.get_or_build(appeal.pk, language, state, lambda: _build_appeal(appeal, language, phase))


def _build_appeal(appeal: Appeal, language: str, phase: Phase) -> AppealRecord:
    signed = AppealText.objects.signed(appeal.pk)
    return AppealRecord(
        slug=appeal.slug,
        issuer=appeal.issuer,
        issued_on=appeal.issued_on,
        revision=appeal.revision,
        as_of=appeal.as_of,
        phase=phase,
        is_demo=appeal.is_demo,
        counts=Counts(
            original=Signatory.objects.published(appeal.pk).of_kind(Kind.ORIGINAL).count(),
            further=Signatory.objects.published(appeal.pk).of_kind(Kind.FURTHER).listed().count(),
            withheld=appeal.withheld_total,
        ),
        text=texts.get_text(appeal, language),
        texts=texts.list_text_versions(appeal),
        signed_language=signed.language,
        signed_sha256=signed.sha256,
        last_number=appeal.last_number,
        addressees=tuple(appeal.addressees),
        opens_at=appeal.opens_at,
        closes_at=appeal.closes_at,
        time_zone=appeal.time_zone,
        closes_for=appeal.closes_for,
        timeline=list_timeline(appeal, [language, signed.language]),
    )


def list_published_slugs() -> list[str]:
    """Return the slugs of the published appeals, newest first; demonstrations only if there is nothing else."""
    published = list(Appeal.objects.published().values_list("slug", "is_demo"))
    return [slug for slug, is_demo in published if not is_demo] or [slug for slug, _ in published]


def get_canonical_text(slug: str, language: str) -> str:
    """Return the canonical text in exactly this language. Raises NotPublished."""
    text = texts.get_text(get_published_appeal(slug), language)
    if text.language != language:
        raise NotPublished
    return text.canonical


def list_originals(slug: str) -> list[SignatoryRecord]:
    return build_records(query_signatories(slug).of_kind(Kind.ORIGINAL).order_by("number"))


def list_newest_further(slug: str, limit: int = NEWEST) -> list[SignatoryRecord]:
    """Return the newest listed further signatories, the last number first."""
    return build_records(query_signatories(slug).of_kind(Kind.FURTHER).listed().order_by("-number")[:limit])


def list_further_page(slug: str, page: int) -> list[SignatoryRecord]:
    """Return the further signatories of one page, listed or not."""
    last = page * PAGE_LENGTH
    # A range of numbers and no OFFSET, so that every page costs the same.
    numbers = (last - PAGE_LENGTH + 1, last)
    return build_records(query_signatories(slug).of_kind(Kind.FURTHER).filter(number__range=numbers).order_by("number"))


def list_further_up_to(slug: str, last: int) -> list[SignatoryRecord]:
    """Return the further signatories with the numbers 1 to `last`, listed or not."""
    further = query_signatories(slug).of_kind(Kind.FURTHER)
    return build_records(further.filter(number__lte=last).order_by("number"))


def count_pages(slug: str) -> int:
    """Return how many pages the further signatories fill; at least 1."""
    return max(1, -(-get_published_appeal(slug).last_number // PAGE_LENGTH))


def list_signatories(slug: str, *, limit: int | None = None) -> list[SignatoryRecord]:
    """Return the originals, then those who endorsed later, by number; the first `limit` of them."""
    return build_records(query_signatories(slug).order_by("-kind", "number")[:limit])


def iterate_signatories(slug: str, last: int) -> Iterator[SignatoryRecord]:
    """Yield the originals, then those who endorsed later with the numbers 1 to `last`.

    They are read in pieces, since the list may be long. What is added meanwhile is not among them.
    """
    yield from list_originals(slug)
    further = query_signatories(slug).of_kind(Kind.FURTHER).order_by("number")
    for first in range(1, last + 1, _PIECE):
        yield from build_records(further.filter(number__range=(first, min(last, first + _PIECE - 1))))


def has_signatory(slug: str, kind: str, number: int) -> bool:
    return Signatory.objects.filter(appeal_id=get_published_appeal(slug).pk, kind=kind, number=number).exists()


def list_removed_numbers(slug: str, kind: str) -> list[int]:
    """Return the numbers that are no longer listed, in their own order: that of time would say when each went."""
    removed = query_signatories(slug).of_kind(Kind(kind)).filter(status=Status.NO_LONGER_LISTED)
    return list(removed.order_by("number").values_list("number", flat=True))


def list_changes(slug: str, limit: int = MAX_CHANGES) -> list[ChangeRecord]:
    """Return the newest changes of entries that are listed now, newest first."""
    changes = PublicChange.objects.filter(signatory__in=query_signatories(slug)).select_related("signatory")
    return [
        ChangeRecord(
            id=change.signatory.reference,
            number=change.signatory.number,
            kind=change.signatory.kind,
            what=change.what,
            on=change.on,
            old_label=change.old_label or None,
        )
        for change in changes.newest()[:limit]
    ]


def count_checks(slug: str) -> ChecksRecord:
    """Count the listed entries by kind of check, in one scan."""
    listed = query_signatories(slug).listed().order_by()
    counts = sorted(listed.values_list("kind", "checked_how").annotate(entries=Count("*")))
    return ChecksRecord(
        original={how or CHECKED_BY_MAILBOX: count for kind, how, count in counts if kind == Kind.ORIGINAL},
        further={how or CHECKED_BY_MAILBOX: count for kind, how, count in counts if kind == Kind.FURTHER},
        withheld={str(how): int(count) for how, count in sorted(get_published_appeal(slug).withheld_checks.items())},
    )


def count_by_country(slug: str) -> CountriesRecord:
    """Count the listed signatories by the countries that their entries print, in one scan."""
    printed = query_signatories(slug).listed().order_by().values_list("countries", "kind").annotate(lines=Count("pk"))
    groups = [(tuple(dict.fromkeys(codes.split())), kind, lines) for codes, kind, lines in printed]
    totals: Counter[tuple[str, str]] = Counter()
    for codes, kind, lines in groups:
        for code in codes:
            totals[code, kind] += lines
    return CountriesRecord(
        countries=tuple(
            CountryRecord(code, totals[code, Kind.ORIGINAL], totals[code, Kind.FURTHER])
            for code in sorted({code for code, _ in totals})
        ),
        entries=sum(lines for _, _, lines in groups),
        with_several=sum(lines for codes, _, lines in groups if len(codes) > 1),
        with_none=sum(lines for codes, _, lines in groups if not codes),
    )


def count_by_month(slug: str) -> list[tuple[date, int]]:
    """Return first day and count of each month in which further signatories were listed that are listed now."""
    further = query_signatories(slug).of_kind(Kind.FURTHER).listed().order_by()
    months = further.annotate(month=TruncMonth("listed_on")).values_list("month").annotate(lines=Count("pk"))
    return sorted((month, lines) for month, lines in months)


def read_at_one_revision(slug: str, read: Callable[[], Content]) -> Content:
    """Return what `read` returns, all of it from one revision of the appeal."""
    # No transaction: on SQLite even one that only reads would lock writers out (BEGIN IMMEDIATE).
    while True:
        before = get_published_appeal(slug).revision
        content = read()
        if get_published_appeal(slug).revision == before:
            return content


def get_public_state() -> tuple[object, ...]:
    """Return a value that changes whenever any published byte may change: revisions and phases of all appeals."""
    now, level, held_back = clock.now(), SiteState.objects.level(), is_list_held_back()
    appeals = Appeal.objects.order_by("pk")
    return tuple((held_back, appeal.pk, appeal.revision, _phase(appeal, level, at=now)) for appeal in appeals)


def _phase(appeal: Appeal, level: str, *, at: datetime) -> Phase:
    """Return what an organisation can do with the appeal, the level of the whole site included."""
    phase = appeal.phase(at)
    return Phase.PAUSED if phase is Phase.OPEN and level == Level.CLOSED else phase
