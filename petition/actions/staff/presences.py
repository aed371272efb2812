"""Who has an endorsement's page open: told to colleagues, never to the trail."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor
from petition.models import Endorsement, Presence
from petition.models.staff import FOR


@transaction.atomic
def look(endorsement_id: int, *, by: Actor, at: datetime) -> None:
    """`by` has the page open at `at`; pages that were not heard of any more are forgotten, of everybody."""
    Presence.objects.filter(seen_at__lt=at - FOR).delete()
    if by.id is not None and Endorsement.objects.filter(pk=endorsement_id).exists():
        Presence.objects.update_or_create(endorsement_id=endorsement_id, account=by.id, defaults={"seen_at": at})


def others(endorsement_ids: Iterable[int], *, but: Actor, at: datetime) -> dict[int, list[int]]:
    """The accounts that have each of these pages open, `but` one; pages without any are missing."""
    there: dict[int, list[int]] = {}
    rows = Presence.objects.filter(endorsement__in=list(endorsement_ids), seen_at__gte=at - FOR)
    for pk, account in rows.exclude(account=but.id or 0).order_by("pk").values_list("endorsement", "account"):
        there.setdefault(pk, []).append(account)
    return there
