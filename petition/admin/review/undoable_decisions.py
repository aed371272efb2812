"""On every page of the desk: what its reader decided within the last minute, to be taken back."""

from datetime import datetime

from django.http import HttpRequest

from petition.actions.moderation.decision_records import still_open, until
from petition.admin.actors import me
from petition.admin.labels import VERBS
from petition.reference import clock


def mine(request: HttpRequest) -> list[tuple[int, str, datetime]]:
    """Number of the endorsement, what was decided, and until when it can be taken back; the newest first."""
    rows = still_open(me(request), at=clock.now())[:10]
    return [(row.endorsement_id, str(VERBS[row.verb]), until(row.decided_at)) for row in rows]
