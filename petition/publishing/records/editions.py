"""Which entries an edition holds. What an entry reads always comes from today's record."""

from dataclasses import replace

from petition.models.appeals import Appeal
from petition.models.signatories import Edition, Kind, Status
from petition.publishing.public_records import AppealRecord, EditionRecord, NotPublished, SignatoryRecord
from petition.text.references import parse_reference


def list_editions(slug: str) -> list[EditionRecord]:
    """Return the editions of the published appeal, newest first."""
    rows = Edition.objects.filter(appeal__slug=slug, appeal__in=Appeal.objects.published()).order_by("-dated")
    return [
        EditionRecord(row.dated, row.addressee, row.frozen_at, row.last_number, tuple(row.not_listed), row.withheld)
        for row in rows
    ]


def get_edition(slug: str, dated: str) -> EditionRecord:
    """Return the edition of this date (ISO 8601). Raises NotPublished."""
    for edition in list_editions(slug):
        if edition.dated.isoformat() == dated:
            return edition
    raise NotPublished


def replace_counts(appeal: AppealRecord, edition: EditionRecord) -> AppealRecord:
    """Return the appeal with the counts of the day of the edition."""
    removed = sum(kind == Kind.FURTHER for kind, _ in map(parse_reference, edition.not_listed))
    counts = replace(appeal.counts, further=edition.last_number - removed, withheld=edition.withheld)
    return replace(appeal, counts=counts)


def split_by_edition(
    signatories: list[SignatoryRecord], edition: EditionRecord
) -> tuple[list[SignatoryRecord], list[SignatoryRecord]]:
    """Return the entries of the edition, and those that joined since.

    An entry that was off the list then and is on it now is in both.
    """
    removed = frozenset(edition.not_listed)
    included, joined = [], []
    for signatory in signatories:
        is_later = signatory.kind == Kind.FURTHER and signatory.number > edition.last_number
        if not is_later:
            included.append(_without_content(signatory) if signatory.id in removed else signatory)
        if signatory.label is not None and (is_later or signatory.id in removed):
            joined.append(signatory)
    return included, joined


def _without_content(signatory: SignatoryRecord) -> SignatoryRecord:
    """Return the record of an entry that is no longer listed."""
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
