"""What was changed in the list, what is no longer on it, and how what stands there was checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count

from petition.models.signatories import Kind, PublicChange, Status
from petition.publishing import records

MOST_CHANGES: Final = 500
BY_MAILBOX: Final = "mailbox"
"""How a line was checked of which no other check is on record: by its mailbox alone, and by the moderator."""
_RANGE: Final = 2_000


@dataclass(frozen=True)
class ChangeRecord:
    """A change of a line that is listed now; `old_label` only where the organisation agreed."""

    id: str
    number: int
    kind: str
    what: str
    on: date
    old_label: str | None


@dataclass(frozen=True)
class ChecksRecord:
    """How many lines that are listed now were checked in which way; those not named apart, as published with them."""

    original: dict[str, int]
    further: dict[str, int]
    withheld: dict[str, int]


def newest_changes(slug: str, most: int = MOST_CHANGES) -> list[ChangeRecord]:
    """The newest changes of lines that are listed now, the newest first."""
    changes = PublicChange.objects.filter(signatory__in=records._signatories(slug)).select_related("signatory")
    return [
        ChangeRecord(
            id=change.signatory.reference,
            number=change.signatory.number,
            kind=change.signatory.kind,
            what=change.what,
            on=change.on,
            old_label=change.old_label or None,
        )
        for change in changes.newest()[:most]
    ]


def no_longer_listed(slug: str, kind: str) -> list[int]:
    """The numbers whose lines say so, by number: not by time, of which nothing is told."""
    lines = records._signatories(slug).of_kind(Kind(kind)).filter(status=Status.NO_LONGER_LISTED)
    return list(lines.order_by("number").values_list("number", flat=True))


def checks_of(slug: str) -> ChecksRecord:
    """Totals by kind of check. One scan."""
    lines = records._signatories(slug).listed().order_by()
    counted = list(lines.values_list("kind", "checked_how").annotate(lines=Count("*")))
    return ChecksRecord(
        original={how or BY_MAILBOX: count for kind, how, count in sorted(counted) if kind == Kind.ORIGINAL},
        further={how or BY_MAILBOX: count for kind, how, count in sorted(counted) if kind == Kind.FURTHER},
        withheld={str(how): int(count) for how, count in sorted(records._published(slug).withheld_checks.items())},
    )


def further_up_to(slug: str, last: int) -> list[records.SignatoryRecord]:
    """The further signatories with the numbers 1 to `last`, listed or not."""
    further = records._signatories(slug).of_kind(Kind.FURTHER)
    return records._records(further.filter(number__lte=last).order_by("number"))


def every_line(slug: str) -> Iterator[records.SignatoryRecord]:
    """The 35, then those who endorsed later, by number; a range at a time, so that no list is too long to hold."""
    yield from records.originals(slug)
    further = records._signatories(slug).of_kind(Kind.FURTHER).order_by("number")
    for first in range(1, records._published(slug).last_number + 1, _RANGE):
        yield from records._records(further.filter(number__range=(first, first + _RANGE - 1)))
