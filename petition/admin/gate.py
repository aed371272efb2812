"""The gate of the desk: the table of rights, held against every request under /admin/."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
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

from petition.actions import watch
from petition.admin import rights
from petition.admin.people import me, with_site
from petition.vocabulary import clock


def only_by_right(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: nothing under /admin/ is answered that rights.py does not give to whoever asks."""

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.path_info.startswith("/admin/"):
            return None
        return refusal(request)

    answer.process_view = process_view  # type: ignore[attr-defined]  # Django's name for it
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
    if row.approves and watch.approves_much(me(request), since=_last_proof(request), at=clock.now()):
        return _who_is_there(request, row, _factor_of(request))
    return None


def before_approving(request: HttpRequest, coming: int) -> HttpResponse | None:
    """To the page that asks for the second factor, where `coming` approvals at once are too many without it.

    It is asked before the first of them, and not in their midst: given within five minutes, all are carried out.
    """
    proof, now = _last_proof(request), clock.now()
    is_fresh = proof is not None and now - proof <= timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    row = rights.row_of(request.resolver_match) if request.resolver_match else None
    if row is None or is_fresh or not watch.approves_much(me(request), coming=coming, since=proof, at=now):
        return None
    return _who_is_there(request, row, _factor_of(request))


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


def _who_is_there(request: HttpRequest, row: rights.Row, page: str) -> HttpResponse:
    """To the page that asks again; from there back to this address, or to the page whose button was pressed."""
    messages.info(request, _("Confirm that it is you; then do it once more."))
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


def _last_proof(request: HttpRequest) -> datetime | None:
    """When this session last gave what is asked for: the second factor where there is one, else any.

    allauth stamps it by the clock of this machine.
    """
    wanted = is_mfa_enabled(request.user)
    steps = get_authentication_records(request, request.user)
    at = [float(step["at"]) for step in steps if step.get("method") == "mfa" or not wanted]
    return clock.from_machine(datetime.fromtimestamp(at[-1], UTC)) if at else None
