"""The filter of the queue goes along: to an endorsement, through what is pressed there, to the next one, and back."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from petition.admin.queue.filters import Filters


def under(request: HttpRequest) -> str:
    """The filter in this address, as the end of another one; '' for the queue as it opens. Raises Http404."""
    filters = Filters.of(request.GET.dict())
    return "" if filters == Filters() else f"?{filters.query()}"


def page_of(request: HttpRequest, pk: int) -> str:
    """The address of an endorsement, under the same filter."""
    return f"{reverse('admin:endorsement', args=[pk])}{under(request)}"


def back(request: HttpRequest, pk: int) -> HttpResponse:
    """To the endorsement's page."""
    return HttpResponseRedirect(page_of(request, pk), status=HTTPStatus.SEE_OTHER)
