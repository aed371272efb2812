"""Editions as they may be seen: which lines each holds. What a line reads is today's record alone."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from petition.models.signatories import Edition, Status
from petition.publishing import records
from petition.publishing.records import AppealRecord, SignatoryRecord


@dataclass(frozen=True)
class EditionRecord:
    dated: date
    addressee: str
    frozen_at: datetime
    last_number: int  # of the further signatories that it holds
    not_listed: tuple[str, ...]  # references of those that were already taken off
    withheld: int  # the total that was published then


def editions(slug: str) -> list[EditionRecord]:
    """Of the published appeal, the newest first."""
    kept = Edition.objects.filter(appeal__slug=slug, appeal__published_at__isnull=False).order_by("-dated")
    return [
        EditionRecord(row.dated, row.addressee, row.frozen_at, row.last_number, tuple(row.not_listed), row.withheld)
        for row in kept
    ]


def edition(slug: str, dated: str) -> EditionRecord:
    """The edition of this date, written as in ISO 8601. Raises NotPublished."""
    found = [edition for edition in editions(slug) if edition.dated.isoformat() == dated]
    if not found:
        raise records.NotPublished
    return found[0]


def as_delivered(appeal: AppealRecord, edition: EditionRecord) -> AppealRecord:
    """The appeal with the counts of that day."""
    gone = sum(reference.startswith("further-") for reference in edition.not_listed)
    counts = replace(appeal.counts, further=edition.last_number - gone, withheld=edition.withheld)
    return replace(appeal, counts=counts)


def divided(
    signatories: list[SignatoryRecord], edition: EditionRecord
) -> tuple[list[SignatoryRecord], list[SignatoryRecord]]:
    """What the edition holds, and who joined since: a line that was off the list then and is on it now is in both."""
    gone = frozenset(edition.not_listed)
    held, joined = [], []
    for signatory in signatories:
        is_later = signatory.kind == "further" and signatory.number > edition.last_number
        if not is_later:
            held.append(_off_the_list(signatory) if signatory.id in gone else signatory)
        if signatory.label is not None and (is_later or signatory.id in gone):
            joined.append(signatory)
    return held, joined


def _off_the_list(signatory: SignatoryRecord) -> SignatoryRecord:
    return replace(
        signatory,
        label=None,
        name=None,
        acronym=None,
        countries=None,
        countries_as_printed=None,
        member=None,
        listed_on=None,
        status=Status.NO_LONGER_LISTED,
        language="",
        note=None,
        noted_on=None,
    )
