"""Record whether two endorsements that resemble each other come from one organisation. Nothing is ever merged."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.refusals import NotPossible
from petition.models import Comparison, Endorsement, Verdict


@transaction.atomic
def record_comparison(one: int, other: int, verdict: Verdict, *, by: Actor, at: datetime) -> None:
    """Record the verdict on the two, in the audit log of each. Raises NotPossible where there is no such pair."""
    first, second = sorted((one, other))
    pair = Endorsement.objects.select_for_update(of=("self",)).select_related("appeal").filter(pk__in=(first, second))
    rows = list(pair.order_by("pk"))
    if len(rows) != 2 or rows[0].appeal_id != rows[1].appeal_id:
        raise NotPossible
    for row in rows:
        record(f"{verdict.value}_body", subject=row, by=by, at=at)
    Comparison.objects.update_or_create(
        first=rows[0], second=rows[1], defaults={"verdict": verdict.value, "said_at": at}
    )
