"""On https nobody works in the admin with a password alone."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

_WITHOUT = {"account_login", "account_logout", "account_reauthenticate"}


def second_factor_on_https(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever is signed in without a second factor sees only the page that sets one up."""

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not settings.SITE_IS_HTTPS or not request.path_info.startswith("/admin/"):
            return None
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name in _WITHOUT or name.startswith("mfa_") or not request.user.is_authenticated:
            return None
        return None if is_mfa_enabled(request.user) else HttpResponseRedirect(reverse("mfa_activate_totp"))

    answer.process_view = process_view  # type: ignore[attr-defined]  # Django's name for it
    return answer
