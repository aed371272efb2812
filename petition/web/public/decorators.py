"""The decorator of all views that show only the public record, which publishing/cache/middleware.py keeps in memory."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from petition.models.database.held_list import is_list_held_back
from petition.publishing import queries
from petition.publishing.cache.rendering import WITHOUT_DATABASE
from petition.publishing.cache.thread_limits import RequestKind
from petition.publishing.public_records import NotPublished
from petition.web.responses import Message, error_page
from petition.web.shortcuts import active_language

View = Callable[..., HttpResponseBase]

PLAIN_TEXT: Final = "text/plain; charset=utf-8"
# For data, which other sites may read as well.
FOR_OTHER_SITES: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

_LIST_ON_HOLD: Message = (
    _("The list is not published at the moment"),
    _("We restored this site from a backup and first check which names were removed. You can read the appeal."),
)
_ON_HOLD_RETRY_SECONDS: Final = 3600


def published(
    *, names_nobody: bool = False, for_any_query: bool = False, request_kind: RequestKind = RequestKind.PAGES
) -> Callable[[View], View]:
    """Declare that a view depends on its path alone and shows only what is public.

    The response must be revalidated by caches; 404 for what is not published, 503 without the database.

    Arguments:
        names_nobody: the response names no signatory, so it is served while the list is on hold.
        for_any_query: the query of the address does not matter. Links get one where they are shared.
        request_kind: which threads serve the view (publishing/cache/thread_limits.py).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, **path_arguments: Any) -> HttpResponseBase:
            if request.META.get(WITHOUT_DATABASE):
                return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
            try:
                # After a restore without the journal of removals nobody knows yet which names must not be shown.
                if not names_nobody and is_list_held_back():
                    return _list_on_hold(request)
                response = view(request, **path_arguments)
            except NotPublished as error:
                if queries.is_taken_down(path_arguments.get("slug", "")):
                    return error_page(request, HTTPStatus.GONE)
                raise Http404 from error
            except OperationalError:
                return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)
            response.headers.setdefault("Cache-Control", "public, no-cache")
            return response

        safe_view = require_safe(wrapped)
        # The next three are read by publishing/cache and publishing/public_paths.py.
        safe_view.published = True  # type: ignore[attr-defined]
        safe_view.for_any_query = for_any_query  # type: ignore[attr-defined]
        safe_view.request_kind = request_kind  # type: ignore[attr-defined]
        # Without this a POST would get the 403 of the CSRF check instead of 405.
        safe_view.csrf_exempt = True  # type: ignore[attr-defined]
        return safe_view

    return decorate


def published_page(render: Callable[..., str], *, names_nobody: bool = False, for_any_query: bool = True) -> View:
    """Return the view of a page; `render` gets the arguments in the path and the language."""

    @published(names_nobody=names_nobody, for_any_query=for_any_query)
    def view(request: HttpRequest, **path_arguments: Any) -> HttpResponse:
        return HttpResponse(render(**path_arguments, language=active_language()))

    return view


def _list_on_hold(request: HttpRequest) -> HttpResponse:
    response = error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, _LIST_ON_HOLD)
    response["Retry-After"] = str(_ON_HOLD_RETRY_SECONDS)
    return response
