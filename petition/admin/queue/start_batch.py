"""Start a bulk action from a page, and carry out as much of it as a person waits for."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from petition.actions.moderation import batches
from petition.actions.refusals import NothingToDo, UnknownReason
from petition.admin.actors import current_actor
from petition.admin.refusal_messages import REFUSAL_MESSAGES
from petition.models import Batch, BatchAction
from petition.reference import clock

SECONDS_IN_REQUEST = 8
"""How long the request that starts or continues a batch works on it; the worker does the rest."""


def start_batch(
    request: HttpRequest, action: BatchAction, ids: list[int], *, seen: int, **options: str
) -> Batch | None:
    """Return the batch, as far as it came in SECONDS_IN_REQUEST; None, with a warning, where there is nothing to do."""
    actor_id = current_actor(request).id or 0
    try:
        batch = batches.start(action, ids, seen=seen, by=actor_id, at=clock.now(), **options)
    except NothingToDo:
        messages.warning(request, _("Nothing changed. The page was out of date."))
        return None
    except UnknownReason as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
        return None
    batches.continue_batches(batch_id=batch.pk, seconds=SECONDS_IN_REQUEST)
    return batch
