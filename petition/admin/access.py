"""The gate of the desk: the table of rights, held against every request under /admin/, and the hourly limits."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from petition.actions.mailing import staff_alerts
from petition.actions.staff import hourly_limits
from petition.actions.staff.hourly_limits import LimitReached
from petition.admin import rights
from petition.admin.actors import me, with_site
from petition.admin.team.last_proof import last_proof
from petition.reference import clock


def only_by_right(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: nothing under /admin/ is answered that rights.py does not give to whoever asks.

    Whoever reaches an hourly limit (actions/staff/hourly_limits.py) is asked for the second factor instead.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.path_info.startswith("/admin/"):
            return None
        return refusal(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _at_limit(request, error.limit) if isinstance(error, LimitReached) else None

    answer.process_view = process_view  # type: ignore[attr-defined]  # Django's names for them
    answer.process_exception = process_exception  # type: ignore[attr-defined]
    return answer


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Why not, as an answer; None when the table gives the address and the method to whoever asks."""
    match = request.resolver_match
    row = rights.row_of(match) if match else None
    if row is None:
        raise PermissionDenied
    method = "GET" if request.method == "HEAD" else str(request.method)
    if method not in row.methods:
        return HttpResponseNotAllowed(sorted(row.methods))
    if not row.methods[method] & rights.audience_of(request.user):
        return _not_theirs(request)
    if row.fresh and not did_recently_reauthenticate(request):
        return _who_is_there(request, row, "account_reauthenticate")
    return None


def ask_before(request: HttpRequest, limit: str, coming: int) -> HttpResponse | None:
    """Return the way to the page that asks for the second factor, where `coming` at once are above the limit; or None.

    It is asked before the first of them, and not in their midst: given within five minutes, and nothing of the kind
    done since, all are carried out.
    """
    account, now = me(request).id or 0, clock.now()
    proof = last_proof(request)
    if not hourly_limits.is_above(limit, account_id=account, coming=coming, last_proof=lambda: proof, at=now):
        return None
    is_fresh = proof is not None and now - proof <= timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    if proof is not None and is_fresh and not hourly_limits.used(limit, account_id=account, since=proof):
        staff_alerts.tell_limit_reached(account, limit, at=now)
        return None
    return _at_limit(request, limit)


def _at_limit(request: HttpRequest, limit: str) -> HttpResponse:
    """The other staff hear of it, and the page that asks for the second factor is next."""
    row = rights.row_of(request.resolver_match) if request.resolver_match else None
    if row is None:
        raise PermissionDenied
    staff_alerts.tell_limit_reached(me(request).id or 0, limit, at=clock.now())
    words = _("This is above an hourly limit. Confirm that it is you; then do it once more.")
    return _who_is_there(request, row, _factor_of(request), words=words)


def _factor_of(request: HttpRequest) -> str:
    return "mfa_reauthenticate" if is_mfa_enabled(request.user) else "account_reauthenticate"


def _not_theirs(request: HttpRequest) -> HttpResponse:
    """To the sign-in; from the first page to one of theirs; else a page that says so."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.path_info == reverse("admin:index") and request.method in ("GET", "HEAD"):
        homes = rights.may_open(request.user, *(name for _who, name in rights.HOMES))
        if homes:
            return HttpResponseRedirect(reverse(homes[0]))
    content = with_site(request, {"title": _("Your roles do not include this")})
    return render(request, "admin/petition/no_right.html", content, status=403)


def _who_is_there(request: HttpRequest, row: rights.Row, page: str, *, words: str = "") -> HttpResponse:
    """To the page that asks again; from there back to this address, or to the page whose button was pressed."""
    messages.info(request, words or _("Confirm that it is you; then do it once more."))
    back = request.get_full_path() if "GET" in row.methods else _pressed_on(request)
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def _pressed_on(request: HttpRequest) -> str:
    came_from = urlsplit(request.headers.get("referer", ""))
    is_ours = came_from.netloc == request.get_host() and came_from.path.startswith("/admin/")
    return came_from.path if is_ours and _can_be_opened(came_from.path) else reverse("admin:index")


def _can_be_opened(path: str) -> bool:
    """Whether a GET leads there; a page that answered a button has an address that takes nothing but posts."""
    try:
        row = rights.row_of(resolve(path))
    except Resolver404:
        return False
    return row is not None and "GET" in row.methods
