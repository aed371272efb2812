"""The queue's filter, kept in the query string of every page that a moderator goes through from there and back."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from petition.admin.queue.filters import Filters


def filter_querystring(request: HttpRequest) -> str:
    """Return "?" and the filter of this address, or "" for the queue as it opens. Raises Http404."""
    filters = Filters.from_query(request.GET.dict())
    return "" if filters == Filters() else f"?{filters.to_querystring()}"


def endorsement_path(request: HttpRequest, pk: int) -> str:
    """Return the path of an endorsement, with the filter of this address."""
    return f"{reverse('admin:endorsement', args=[pk])}{filter_querystring(request)}"


def redirect_to_endorsement(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a redirect to the endorsement's page, with the filter of this address."""
    return HttpResponseRedirect(endorsement_path(request, pk), status=HTTPStatus.SEE_OTHER)
