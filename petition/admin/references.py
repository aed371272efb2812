"""From the reference of a public entry, like further-12, to what lies behind it."""

from collections.abc import Iterable

from django.db.models import Q

from petition.models import Endorsement, Signatory
from petition.text.references import parse_reference


def find_endorsements(entries: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Return the id of the endorsement behind each entry, an appeal's id and a reference; unknown ones are missing."""
    wanted = Q(pk__in=())
    for appeal_id, reference in entries:
        kind, number = parse_reference(reference)
        wanted |= Q(signatory__appeal=appeal_id, signatory__kind=kind, signatory__number=number)
    rows = Endorsement.objects.filter(wanted).select_related("signatory")
    return {(row.appeal_id, row.signatory.reference): row.pk for row in rows if row.signatory}


def find_signatory_id(appeal_id: int, reference: str) -> int | None:
    """Return the id of the signatory with this reference, or None."""
    kind, number = parse_reference(reference)
    rows = Signatory.objects.filter(appeal=appeal_id, kind=kind, number=number)
    return rows.values_list("pk", flat=True).first()
