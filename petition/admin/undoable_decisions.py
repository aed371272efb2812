"""What the reader of a page decided within the last minute and can still undo, for the top of every page."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from petition.actions.listing import entries
from petition.actions.moderation.decision_records import list_undoable, undo_deadline
from petition.admin.actors import current_actor
from petition.admin.labels import VERBS
from petition.models import Endorsement
from petition.reference import clock


@dataclass(frozen=True)
class UndoableDecision:
    """A decision about the endorsement `pk`, which can be undone for so many more seconds."""

    pk: int
    name: str
    what: str
    seconds: int


def list_undoable_decisions(request: HttpRequest) -> list[UndoableDecision]:
    """Return the decisions of this account that can still be undone, the newest first."""
    now = clock.now()
    rows = list_undoable(current_actor(request), at=now)[:10]
    endorsements = Endorsement.objects.select_related("signatory").in_bulk([row.endorsement_id for row in rows])
    return [
        UndoableDecision(
            row.endorsement_id,
            entries.get_entry_text_for_staff(endorsements[row.endorsement_id]) or _("Name encrypted"),
            str(VERBS[row.verb]),
            max(1, int((undo_deadline(row.decided_at) - now).total_seconds())),
        )
        for row in rows
        if row.endorsement_id in endorsements
    ]
