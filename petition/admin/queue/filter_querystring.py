"""The queue's filter, kept in the query string of every page that a moderator goes through from there and back."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.queue.filters import Filters


def read_filters(request: HttpRequest) -> Filters:
    """Return the filters of this address, within the chosen appeal. Raises Http404."""
    appeal = get_chosen_appeal(request)
    return replace(Filters.from_query(request.GET.dict()), appeal=appeal.slug if appeal else "")


def filter_querystring(request: HttpRequest) -> str:
    """Return "?" and the filter of this address, or "" for the queue as it opens. Raises Http404."""
    filters = read_filters(request)
    return f"?{filters.to_querystring()}" if filters.is_narrowed or filters.state != Filters().state else ""


def endorsement_path(request: HttpRequest, pk: int) -> str:
    """Return the path of an endorsement, with the filter of this address."""
    return f"{reverse('admin:endorsement', args=[pk])}{filter_querystring(request)}"


def redirect_to_endorsement(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a redirect to the endorsement's page, with the filter of this address."""
    return HttpResponseRedirect(endorsement_path(request, pk), status=HTTPStatus.SEE_OTHER)
