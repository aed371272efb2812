"""What the reader of a page decided within the last minute and can still undo, for the top of every page."""

from datetime import datetime

from django.http import HttpRequest

from petition.actions.moderation.decision_records import list_undoable, undo_deadline
from petition.admin.actors import current_actor
from petition.admin.labels import VERBS
from petition.reference import clock


def list_undoable_decisions(request: HttpRequest) -> list[tuple[int, str, datetime]]:
    """Return id of the endorsement, what was decided, and until when it can be undone; the newest first."""
    rows = list_undoable(current_actor(request), at=clock.now())[:10]
    return [(row.endorsement_id, str(VERBS[row.verb]), undo_deadline(row.decided_at)) for row in rows]
