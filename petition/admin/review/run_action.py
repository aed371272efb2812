"""Carry out what was pressed on the page of an endorsement, and return to it with a message."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from petition.actions.refusals import AlreadyDecided
from petition.actions.stale_forms import last_change_of
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import (
    endorsement_path,
    filter_querystring,
    read_filters,
    redirect_to_endorsement,
)
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_decision, describe_event
from petition.admin.review import evidence
from petition.models import Endorsement, Kind
from petition.reference import clock

# These leave the state of the endorsement as it is, so it does not tell what was decided.
_KEEPS_STATE = ("correct", "refuse_correction", "show", "hide")


def run_action(
    request: HttpRequest, pk: int, success: str, action: Callable[[], object], *, goes_on: bool = False
) -> HttpResponse:
    """Carry out `action` and return a redirect to the endorsement, with `goes_on` to the next one.

    The message is `success`, or why the action was refused, or who was first.

    An action that recorded nothing changed nothing, and the message says so. ChangedMeanwhile is not caught: the view
    shows both versions.
    """
    before = last_change_of(pk)
    try:
        action()
    except AlreadyDecided as first:
        keeps_state = first.event.verb in _KEEPS_STATE
        messages.warning(request, describe_event(first.event) if keeps_state else describe_decision(first))
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        report_success(request, pk, success, before=before)
        if goes_on:
            return HttpResponseRedirect(next_path(request, pk), status=HTTPStatus.SEE_OTHER)
    return redirect_to_endorsement(request, pk)


def next_path(request: HttpRequest, pk: int) -> str:
    """Return where a moderator goes on: the queue, if the decision was made there, else the next endorsement."""
    if "in_queue" in request.POST:
        return f"{reverse('admin:index')}{f'?{request.GET.urlencode()}' if request.GET else ''}"
    filtered = read_filters(request).select(by=current_actor(request), at=clock.now())
    if following := evidence.find_next(pk, filtered):
        return endorsement_path(request, following)
    return f"{reverse('admin:index')}{filter_querystring(request)}"


def report_success(request: HttpRequest, pk: int, success: str, *, before: int) -> None:
    """Show the message `success`; "Nothing changed." where `before` is still the newest change of the endorsement."""
    if last_change_of(pk) == before:
        messages.info(request, _("Nothing changed."))
    else:
        messages.success(request, success)


def get_endorsement_or_404(pk: int) -> Endorsement:
    """Return the endorsement with its appeal and its public entry. Raises Http404."""
    return get_object_or_404(Endorsement.objects.select_related("appeal", "signatory"), pk=pk)


def get_entry_or_404(endorsement: Endorsement) -> tuple[str, Kind, int]:
    """Return slug of the appeal, kind and number of its public entry. Raises Http404 where there is none."""
    if endorsement.signatory is None:
        raise Http404
    return endorsement.appeal.slug, Kind(endorsement.signatory.kind), endorsement.signatory.number
