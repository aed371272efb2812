"""The page that never closes: change, remove or dispute a name, by e-mail, by removal code or by a message."""

from datetime import datetime
from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.intake import post
from petition.actions.intake.request_kinds import RequestKind
from petition.actions.refusals import CannotBeOpened, NoSuchLink, NotPossible
from petition.actions.self_service import links
from petition.actions.self_service.links import LeavingVerb, LinkedEndorsement
from petition.models.choices import ACTIVE, Display, Origin
from petition.models.contacts import Purpose
from petition.publishing import queries
from petition.reference import clock
from petition.security import networks, rate_limits
from petition.security.rate_limits import Limit
from petition.security.tokens import list_removal_code_hashes
from petition.web.removal.forms import CodeForm, LostLinkForm, MessageForm
from petition.web.responses import error_page, hide_address, not_taken_in
from petition.web.shortcuts import active_language, get_appeal_or_404, get_network_bucket, get_status_and_appeal

# What to do, by the value of the button that was pressed, in the field `deed`.
_VERBS: dict[str, LeavingVerb] = {"stop_being_named": "hide", "withdraw": "withdraw"}


@require_safe
def choose_appeal(request: HttpRequest) -> HttpResponse:
    """From pages that belong to no appeal: leads to the removal page of the only appeal, or lists the appeals."""
    slugs, taken_down = queries.list_published_slugs(), queries.list_taken_down_slugs()
    if len(slugs) + len(taken_down) == 1:
        return HttpResponseRedirect(reverse("change", args=[*slugs, *taken_down]))
    appeals = [queries.get_appeal(slug, active_language()) for slug in slugs]
    if not appeals and not taken_down:
        return error_page(request, HTTPStatus.NOT_FOUND)
    context = {"appeals": appeals, "taken_down": taken_down, "path": reverse("choose_appeal")}
    return render(request, "removal/choose_appeal.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """The page with the three forms; a post requests a new private link by e-mail."""
    status, appeal = get_status_and_appeal(slug)
    if request.method != "POST":
        return _removal_page(request, slug)
    form = LostLinkForm(request.POST)
    if not form.is_valid():
        return _removal_page(request, slug, mail=form)
    # The response is the same whether the address is known or not, so nobody can find out who endorsed.
    fields = {"mailbox": form.cleaned_data["mailbox"], "language": active_language()}
    try:
        post.post_request(
            status, RequestKind.LOST_LINK, appeal, fields, network_bucket=get_network_bucket(request, status)
        )
    except CannotBeOpened:
        return not_taken_in(request)
    return HttpResponseRedirect(reverse("change_sent", args=[slug]))


@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page for every e-mail address."""
    get_appeal_or_404(slug)
    return render(request, "removal/link_requested.html", {"slug": slug})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """A post of the removal code shows what it opens; with `deed` it does that. The code is never in an address."""
    get_appeal_or_404(slug)
    if request.method != "POST":
        return _removal_page(request, slug)
    form, now = CodeForm(request.POST), clock.now()
    if not form.is_valid():
        return _removal_page(request, slug, code=form)
    if _is_over_limit(rate_limits.REMOVAL_CODES_FROM_ONE_NETWORK, request, at=now):
        return _too_many_page(request, slug)
    response = _use_code(request, slug, form, at=now)
    # Only wrong codes count: the limit is there against guessing.
    if not form.errors:
        network = networks.get_network(request.META)
        rate_limits.refund(rate_limits.REMOVAL_CODES_FROM_ONE_NETWORK, network, at=now)
    return response


def _use_code(request: HttpRequest, slug: str, form: CodeForm, *, at: datetime) -> HttpResponse:
    verb = _VERBS.get(request.POST.get("deed", ""))
    for digest in list_removal_code_hashes(form.cleaned_data["code"], slug):  # one for each CODE_KEY
        try:
            if verb is None:
                return _options_page(request, form, _open(digest))
            links.leave(digest, verb)
        except NoSuchLink:
            continue
        except NotPossible:
            return _options_page(request, form, _open(digest), HTTPStatus.CONFLICT)
        return hide_address(render(request, "removal/name_removed.html", {"verb": verb, "slug": slug}))
    form.add_error("code", _("This code is wrong, or the endorsement was withdrawn. Check it and try again."))
    return _removal_page(request, slug, code=form)


def _open(digest: str) -> LinkedEndorsement:
    """Return the endorsement that a removal code opens. Raises NoSuchLink."""
    opened = links.open_link(digest)
    if opened.purpose != Purpose.REMOVAL_CODE:
        raise NoSuchLink
    return opened.forms[0]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, slug: str) -> HttpResponse:
    """Stores a message to the secretariat."""
    status, appeal = get_status_and_appeal(slug)
    if request.method != "POST":
        return _removal_page(request, slug)
    if _is_over_limit(rate_limits.MESSAGES_FROM_ONE_NETWORK, request, at=clock.now()):
        return _too_many_page(request, slug)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _removal_page(request, slug, message=form)
    reference, words = form.reference_and_words(slug)
    # Above other limits the message is only marked: the response does not reveal what others wrote.
    fields = {"about": form.cleaned_data["about"], "reference": reference, "words": words}
    fields["mailbox"] = form.cleaned_data["answer_to"]
    bucket = get_network_bucket(request, status)
    try:
        post.post_request(status, RequestKind.MESSAGE, appeal, fields, network_bucket=bucket)
    except CannotBeOpened:
        return not_taken_in(request)
    return HttpResponseRedirect(reverse("change_message_sent", args=[slug]))


@require_safe
def message_sent(request: HttpRequest, slug: str) -> HttpResponse:
    get_appeal_or_404(slug)
    return render(request, "removal/message_sent.html", {"slug": slug})


def _removal_page(request: HttpRequest, slug: str, **bound: forms.Form) -> HttpResponse:
    """Return the page with all three forms; `bound` is one with errors and all that was typed."""
    context: dict[str, object] = {"mail": LostLinkForm(), "code": CodeForm(), "message": MessageForm()}
    context |= {"slug": slug, "wrong": bool(bound), **bound}
    if not bound and not queries.is_taken_down(slug):  # for search engines, which do not post
        context |= {"appeal": queries.get_appeal(slug, active_language()), "path": reverse("change", args=[slug])}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if bound else HTTPStatus.OK
    return render(request, "removal/removal.html", context, status=status)


def _options_page(
    request: HttpRequest, form: CodeForm, endorsement: LinkedEndorsement, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Return the page with what can be done with this removal code."""
    context = {
        "slug": endorsement.slug,
        "endorsement": endorsement,
        "line": endorsement.entry_text,
        "code": form.cleaned_data["code"],
        "is_named": endorsement.display == Display.NAMED and endorsement.state in ACTIVE,
        "may_end": endorsement.origin != Origin.IMPORTED,
    }
    return hide_address(render(request, "removal/removal_options.html", context, status=status))


def _is_over_limit(limit: Limit, request: HttpRequest, *, at: datetime) -> bool:
    return not rate_limits.consume(limit, networks.get_network(request.META), at=at)


def _too_many_page(request: HttpRequest, slug: str) -> HttpResponse:
    # The forms are closed for an hour. The page names the secretariat's address, so that there is always a way.
    return render(request, "removal/too_many.html", {"slug": slug}, status=HTTPStatus.TOO_MANY_REQUESTS)
