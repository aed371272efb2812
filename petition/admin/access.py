"""The access check of everything below /admin/: the tables of pages.py, and the hourly limits."""

from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from petition.actions.mailing import staff_alerts
from petition.actions.refusals import LimitReached
from petition.admin import pages
from petition.admin.actors import current_actor
from petition.admin.responses import render_page
from petition.reference import clock
from petition.security import unreadable


def page_access_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that refuses every request below /admin/ which no row of pages.py allows.

    A session that reaches an hourly limit (actions/staff/hourly_limits.py) is asked for its second factor instead.
    After a request it is stored for staff if that found an encrypted value which was changed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        finally:
            if request.path_info.startswith("/admin/"):  # elsewhere it would be a query of /healthz
                unreadable.store_unreadable()

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        return check_access(request) if request.path_info.startswith("/admin/") else None

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _ask_above_limit(request, error.limit) if isinstance(error, LimitReached) else None

    middleware.process_view = process_view  # type: ignore[attr-defined]  # Django's names for them
    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def check_access(request: HttpRequest) -> HttpResponse | None:
    """Return the response that refuses the request, or None where the page's row allows it."""
    rights = pages.find_rights(request.resolver_match)
    if rights is None:
        # Nobody was given this page: a forgotten row must close it and not open it.
        raise PermissionDenied
    method = "GET" if request.method == "HEAD" else str(request.method)
    if method not in rights.methods:
        return HttpResponseNotAllowed(sorted(rights.methods))
    if not rights.methods[method] & pages.audience_of(request.user):
        return _refuse(request)
    if rights.fresh and not did_recently_reauthenticate(request):
        return _ask_again(request, "account_reauthenticate", _("Confirm that it is you. Then try again."))
    return None


def _refuse(request: HttpRequest) -> HttpResponse:
    """Return a redirect to the sign-in, or from the first page to one that is theirs; else a page that says so."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.path_info == reverse("admin:index") and request.method in ("GET", "HEAD"):
        openable = pages.filter_openable(request.user, *pages.FIRST_PAGES)
        if openable:
            return HttpResponseRedirect(reverse(openable[0]))
    return render_page(request, "no_right.html", {"title": _("Your role does not allow this")}, status=403)


def _ask_above_limit(request: HttpRequest, limit: str) -> HttpResponse:
    """Tell the other staff by mail, and return a redirect to the page that asks for the second factor."""
    staff_alerts.alert_limit_reached(current_actor(request).id or 0, limit, at=clock.now())
    message = _("You reached an hourly limit. Confirm that it is you. Then try again.")
    has_factor = is_mfa_enabled(request.user)
    return _ask_again(request, "mfa_reauthenticate" if has_factor else "account_reauthenticate", message)


def _ask_again(request: HttpRequest, page: str, message: str) -> HttpResponse:
    """Return a redirect to the page that asks who is there; it leads back to where the person was."""
    messages.info(request, message)
    rights = pages.find_rights(request.resolver_match)
    back = request.get_full_path() if rights and "GET" in rights.methods else _referring_page(request)
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def _referring_page(request: HttpRequest) -> str:
    """Return the path of the page whose button was pressed, where it is one of ours that can be opened."""
    referer = urlsplit(request.headers.get("referer", ""))
    is_ours = referer.netloc == request.get_host() and referer.path.startswith("/admin/")
    return referer.path if is_ours and _can_be_opened(referer.path) else reverse("admin:index")


def _can_be_opened(path: str) -> bool:
    """Return whether the page takes a GET: the response to a form may stand at an address that takes only posts."""
    try:
        rights = pages.find_rights(resolve(path))
    except Resolver404:
        return False
    return rights is not None and "GET" in rights.methods
