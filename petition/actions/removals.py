"""What the journal of removals remembers is removed again, as after restoring an old backup."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from petition.actions import listings
from petition.actions.audit import Actor
from petition.actions.lifecycle import locked
from petition.actions.removal_journal import Removal, journal, note, noted
from petition.models import AuditEvent, Endorsement, Status

__all__ = ["journal", "note", "noted", "replay"]

_LISTED = Q(verb__in=("approve", "show", "cancel_withdrawal")) | Q(verb="undo", reason="hide")


def replay(*, by: Actor, at: datetime, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Every name is hidden that the journal says was removed and that was not listed anew after that; says how many.

    What the organisation had asked for, less or more than hiding, the old backup no longer knows: hiding is what holds
    in each case. Again changes nothing. `tell` hears how many lines are done, and of how many.
    Raises OSError when the journal cannot be read.
    """
    last = {(removal.appeal, removal.kind, removal.number): removal for removal in noted()}
    hidden = 0
    for done, removal in enumerate(last.values(), 1):
        hidden += _hidden_again(removal, by=by, at=at)
        tell(done, len(last))
    return hidden


@transaction.atomic
def _hidden_again(removal: Removal, *, by: Actor, at: datetime) -> bool:
    listed = Endorsement.objects.filter(
        signatory__appeal__slug=removal.appeal,
        signatory__kind=removal.kind,
        signatory__number=removal.number,
        signatory__status=Status.LISTED,
    )
    pk = listed.values_list("pk", flat=True).first()
    if pk is None:
        return False
    endorsement = locked(pk)
    # Not `explained_by` of the line: a note or a correction after a restore would be its last change.
    about = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=pk).filter(_LISTED)
    if about.filter(at__gt=removal.at).exists():
        return False
    listings.hide(endorsement, by=by, at=at, reason="replayed")
    return True
