"""Responses that several views share: error pages, and what is special about pages behind a private link."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from petition.publishing import queries
from petition.reference.languages import LANGUAGES
from petition.security import request_log

Message = tuple[str | Promise, str | Promise]  # title and advice

RETRY_SECONDS = 30  # when a program may ask again for what is not available now (RFC 9110, 10.2.3)

_WITH_REFERENCE = (HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
"""What is logged, and what a visitor may want to report."""

_DAMAGED: Message = (
    _("This request could not be read"),
    _("The address or the form was damaged on the way. Go back, reload the page and try again."),
)
_MESSAGES: dict[HTTPStatus, Message] = {
    HTTPStatus.BAD_REQUEST: _DAMAGED,
    HTTPStatus.LENGTH_REQUIRED: _DAMAGED,
    HTTPStatus.FORBIDDEN: (
        _("This was not allowed"),
        _("The request came from another site or an old page. Open the page again."),
    ),
    HTTPStatus.NOT_FOUND: (
        _("Page not found"),
        _("The address may be wrong, or the link too old."),
    ),
    HTTPStatus.GONE: (
        _("This appeal is no longer here"),
        _(
            "It was taken down. The private link in our e-mails still works, and you can still remove your "
            "organisation."
        ),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        _("This address does not accept that"),
        _("Open the page in a browser and use the form on it."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _("Too much text"),
        _("A form can have 64 kilobytes at most. Shorten your text and send it again."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        _("Too many tries"),
        _("Wait an hour and try again, or open the link in our e-mail. Nothing is lost."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("Something went wrong"),
        _("This is our mistake. Go back and try again in a few minutes."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _("Not available at the moment"),
        _("We cannot read the list at the moment. Try again in a few minutes."),
    ),
}


def error_page(
    request: HttpRequest, status: HTTPStatus, message: Message | None = None, *, is_logged: bool = True
) -> HttpResponse:
    """Return the page for `status`, with another `message` if given. It needs neither database nor session.

    It shows a reference if the log will have it.
    """
    title, advice = message or _MESSAGES[status]
    reference = request_log.get_reference() if is_logged and status in _WITH_REFERENCE else ""
    context: dict[str, object] = {"title": title, "advice": advice, "reference": reference}
    context["is_gone"] = status == HTTPStatus.GONE
    if request.method == "POST" and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        context |= {"is_post": True, "typed": _submitted_fields(request)}
    if status == HTTPStatus.NOT_FOUND and not request.path_info.startswith("/admin/"):
        context["languages"] = [_link_home(code) for code in LANGUAGES]
    response = render(request, "error.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if reference:
        response["X-Request-ID"] = reference
    if "/endorsements/" in request.path_info or "/drafts/" in request.path_info:
        hide_address(response)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _link_home(language: str) -> tuple[str, str, str]:
    """Return the code of a language, and words and address of the link to the appeal in it."""
    with translation.override(language):
        return language, gettext("To the appeal"), reverse("home")


def not_taken_in(request: HttpRequest) -> HttpResponse:
    """Return the page for what cannot be stored because no worker could open it. All that was typed is still there."""
    message = (
        _("Not sent yet"),
        _("The site cannot store anything at the moment. Nothing was stored. Wait a few minutes and send it again."),
    )
    return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, message)


def _submitted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a public form as they were posted, so that they can be sent again."""
    # Forms of the staff may hold a password, which must not be written into a page.
    if request.path_info.startswith("/admin/") or request.FILES:
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values]


def hide_address(response: HttpResponse) -> HttpResponse:
    """Keep the address of a private page out of the Referer header: whoever knows it can use the page."""
    response["Referrer-Policy"] = "no-referrer"
    return response


def link_not_valid(request: HttpRequest) -> HttpResponse:
    """Return the same neutral page for every private link that does not work, whatever the reason."""
    # The footer leads to the removal page if there is one appeal; which appeal the link was for is unknown here.
    slugs = queries.list_published_slugs()
    context = {"slug": slugs[0]} if len(slugs) == 1 else {}
    return hide_address(render(request, "confirm/no_such_link.html", context, status=HTTPStatus.NOT_FOUND))
