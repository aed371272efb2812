"""Carry out what was pressed on the page of an endorsement, and return to it with a message."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from petition.actions.refusals import AlreadyDecided
from petition.admin.queue.filter_querystring import redirect_to_endorsement
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_decision, describe_event
from petition.models import Endorsement, Kind

# These leave the state of the endorsement as it is, so it does not tell what was decided.
_KEEPS_STATE = ("correct", "refuse_correction", "show", "hide")


def run_action(request: HttpRequest, pk: int, success: str, action: Callable[[], object]) -> HttpResponse:
    """Return a redirect to the endorsement, with the message `success`, or why `action` was refused, or who was first.

    ChangedMeanwhile is not caught: the view shows both versions.
    """
    try:
        action()
    except AlreadyDecided as first:
        keeps_state = first.event.verb in _KEEPS_STATE
        messages.warning(request, describe_event(first.event) if keeps_state else describe_decision(first))
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        messages.success(request, success)
    return redirect_to_endorsement(request, pk)


def get_endorsement_or_404(pk: int) -> Endorsement:
    """Return the endorsement with its appeal and its public entry. Raises Http404."""
    return get_object_or_404(Endorsement.objects.select_related("appeal", "signatory"), pk=pk)


def get_entry_or_404(endorsement: Endorsement) -> tuple[str, Kind, int]:
    """Return slug of the appeal, kind and number of its public entry. Raises Http404 where there is none."""
    if endorsement.signatory is None:
        raise Http404
    return endorsement.appeal.slug, Kind(endorsement.signatory.kind), endorsement.signatory.number
