"""What all pages behind a private link have in common."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from petition.publishing import records


def private(response: HttpResponse) -> HttpResponse:
    """The address is the key: it goes into no Referer header."""
    response["Referrer-Policy"] = "no-referrer"
    return response


def no_such_link(request: HttpRequest) -> HttpResponse:
    """The same neutral page for every link that opens nothing, whatever the reason.

    Its foot leads to the way out where there is one appeal; whose link it was is not known here.
    """
    slugs = records.published_slugs()
    content = {"slug": slugs[0]} if len(slugs) == 1 else {}
    return private(render(request, "confirm/no_such_link.html", content, status=HTTPStatus.NOT_FOUND))
