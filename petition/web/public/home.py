"""The start page, which leads to the appeal."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from petition.publishing import queries
from petition.web.responses import error_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirects to the published appeal; lists the appeals if there are several."""
    # Only here the language of the browser is used: all other pages have theirs in the address.
    language = translation.get_language_from_path(request.path_info) or translation.get_language_from_request(request)
    with translation.override(language):
        slugs = queries.list_published_slugs()
        if len(slugs) == 1:
            response: HttpResponse = HttpResponseRedirect(reverse("appeal", args=slugs))
        elif slugs:
            appeals = [queries.get_appeal(slug, language) for slug in slugs]
            context = {
                "appeals": appeals,
                "path": reverse("home"),
                "summary": "; ".join(one.text.title for one in appeals),
            }
            response = render(request, "appeal/appeals.html", context)
        else:
            return error_page(request, HTTPStatus.NOT_FOUND)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept-Language"
    return response
