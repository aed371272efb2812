"""Who may work in the admin: on https nobody with a password alone, and nobody for longer than they are there."""

from collections.abc import Callable
from datetime import timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from petition.vocabulary import clock

_ALWAYS = {"account_login", "account_logout"}
_BY_ITSELF = {"arrivals"}
"""What a page asks while nobody touches it: no sign that somebody is there, so the session ends all the same."""
_TO_SET_UP = {"account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn"}
LONGEST = timedelta(hours=12)
"""A session ends after this time, however busy it is."""


def staff_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: each request in the admin renews the idle time, up to LONGEST; on https each gave its second factor.

    An account without a factor sees only the page that sets one up. A session that began before the factor was set
    up, the one that did it included, ends: whoever it is signs in again, with both.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.path_info.startswith("/admin/") or not request.user.is_authenticated:
            return None
        now = clock.now().timestamp()
        began = request.session.setdefault("began", now)
        if now - began > LONGEST.total_seconds():
            logout(request)
            messages.info(request, _("You were signed in for twelve hours. Sign in again."))
            return HttpResponseRedirect(reverse("account_login"))
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name not in _BY_ITSELF:
            request.session.modified = True  # here and not for every request: the public has no sessions
        if not settings.SITE_IS_HTTPS or name in _ALWAYS or _gave_second_factor(request):
            return None
        if is_mfa_enabled(request.user):
            logout(request)
            messages.info(request, _("The second factor is set up. Sign in again, with both."))
            return HttpResponseRedirect(reverse("account_login"))
        return None if name in _TO_SET_UP else HttpResponseRedirect(reverse("mfa_activate_totp"))

    answer.process_view = process_view  # type: ignore[attr-defined]  # Django's name for it
    return answer


def _gave_second_factor(request: HttpRequest) -> bool:
    """Whether this session's sign-in included one; allauth keeps a record of each step."""
    steps = request.session.get("account_authentication_methods") or []
    return any(step.get("method") == "mfa" for step in steps)
