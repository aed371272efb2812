"""Messages about names, grouped by the entry they are about: many about one entry take one place on a page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.http import urlencode

from petition.admin.references import find_endorsements
from petition.models import Dispute
from petition.models.requests import DisputeQuerySet

GROUPS_PER_PAGE = 20
SHOWN_OF_EACH = 3
"""How many messages of each entry are shown beside its count."""
NO_ENTRY = "none"
"""In an address: messages that name no entry."""


@dataclass(frozen=True)
class DisputeGroup:
    """What is shown of the messages about one entry."""

    appeal: str  # slug
    reference: str
    count: int
    not_agreed: int
    flood: int
    claims: int
    newest: datetime
    endorsement: int | None
    first: list[Dispute]

    @property
    def query(self) -> str:
        """Return the query string that leads to all of them."""
        return urlencode({"appeal": self.appeal, "entry": self.reference or NO_ENTRY})


def group_disputes(queryset: DisputeQuerySet, *, page: int = 0) -> tuple[list[DisputeGroup], bool]:
    """Return the groups of one page, and whether there are more. Three queries, however many messages there are."""
    start = page * GROUPS_PER_PAGE
    entries = list(queryset.by_entry()[start : start + GROUPS_PER_PAGE + 1])
    keys = [(entry["appeal_id"], entry["reference"]) for entry in entries[:GROUPS_PER_PAGE]]
    endorsements = find_endorsements(keys)
    wanted = Q(pk__in=())
    for appeal_id, reference in keys:
        wanted |= Q(appeal=appeal_id, reference=reference)
    first: dict[tuple[int, str], list[Dispute]] = {key: [] for key in keys}
    for dispute in queryset.filter(wanted).first_of_each_entry(SHOWN_OF_EACH):
        first[dispute.appeal_id, dispute.reference].append(dispute)
    columns = ("reference", "count", "not_agreed", "flood", "claims", "newest")
    groups = [
        DisputeGroup(
            appeal=entry["appeal__slug"],
            endorsement=endorsements.get(key),
            first=first[key],
            **{column: entry[column] for column in columns},
        )
        for key, entry in zip(keys, entries, strict=False)
    ]
    return groups, len(entries) > GROUPS_PER_PAGE
