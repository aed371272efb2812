"""Staff sessions: how long one lasts, and that on https each began with a second factor."""

from collections.abc import Callable
from datetime import timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from petition.admin.pages import find_rights
from petition.reference import clock

_ALWAYS_OPEN = {"account_login", "account_logout"}
_OPEN_WITHOUT_FACTOR = {"account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn"}
MAX_SESSION_AGE = timedelta(hours=12)
"""A session ends after this time, however busy it is."""


def staff_session_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that renews and ends staff sessions, and on https demands a second factor of each.

    A request below /admin/ renews the idle time, up to MAX_SESSION_AGE. An account without a factor sees only the page
    that sets one up.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.url_name == "account_logout":
            # Not the cookies: one says that this browser is known, and the session has ended here anyway.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.path_info.startswith("/admin/") or not request.user.is_authenticated:
            return None
        now = clock.now().timestamp()
        began = request.session.setdefault("began", now)
        if now - began > MAX_SESSION_AGE.total_seconds():
            logout(request)
            messages.info(request, _("Your session has ended after twelve hours. Sign in again."))
            return HttpResponseRedirect(reverse("account_login"))
        rights = find_rights(request.resolver_match)
        if not (rights and rights.polled):
            # Renews the session here alone: SESSION_SAVE_EVERY_REQUEST would do it on public pages, which have none.
            request.session.modified = True
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if not settings.SITE_IS_HTTPS or name in _ALWAYS_OPEN or _gave_second_factor(request):
            return None
        if is_mfa_enabled(request.user):
            # The session began before the factor was set up, perhaps by somebody who knew the password alone.
            logout(request)
            messages.info(request, _("The second factor is set up. Sign in again with both."))
            return HttpResponseRedirect(reverse("account_login"))
        return None if name in _OPEN_WITHOUT_FACTOR else HttpResponseRedirect(reverse("mfa_activate_totp"))

    middleware.process_view = process_view  # type: ignore[attr-defined]  # Django's name for it
    return middleware


def _gave_second_factor(request: HttpRequest) -> bool:
    """Return whether this session's sign-in included one; allauth keeps a record of each step."""
    steps = request.session.get("account_authentication_methods") or []
    return any(step.get("method") == "mfa" for step in steps)
