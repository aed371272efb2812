"""Confirm an e-mail address: by the button behind the mailed link, or by the code. GET changes nothing."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.intake.request_kinds import RequestKind
from petition.actions.refusals import NoSuchLink
from petition.actions.self_service import links
from petition.actions.self_service.links import LinkedEndorsement, OpenedLink
from petition.models.appeals import Appeal, AppealText
from petition.models.choices import Origin, State
from petition.models.contacts import Purpose
from petition.models.intake import Outcome
from petition.reference import clock
from petition.security import networks, page_state, rate_limits
from petition.security.tokens import derive_removal_code, hash_token, list_code_hashes
from petition.web import sent
from petition.web.endorse.forms import DeclarationsForm
from petition.web.responses import error_page, hide_address, link_not_valid
from petition.web.shortcuts import get_appeal_or_404

MAX_CHOICES = 20  # where more forms wait for one address, the others are found by their word
_CONFIRM_PURPOSES = (Purpose.CONFIRM, Purpose.CONFIRM_CODE)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be confirmed; POST confirms it, or erases it when `not_me` was pressed."""
    try:
        return hide_address(_show_or_send(request, hash_token(token, Purpose.CONFIRM), {}))
    except NoSuchLink:
        return link_not_valid(request)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest, slug: str) -> HttpResponse:
    """The code instead of the link, for a mail that was opened on another device."""
    get_appeal_or_404(slug)
    return _code_page(request, {"slug": slug})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The same at an address and under titles that reveal nothing in the history of the browser."""
    return _code_page(request, {"is_discreet": True})


def _code_page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """Ask for the code; with the right one show or confirm what waits."""
    typed, now = request.POST.get("code", ""), clock.now()
    if request.method != "POST":
        return _result_by_code(request, context) or render(
            request, "confirm/code.html", context | {"path": request.path}
        )
    network = networks.get_network(request.META)
    # Counted before the code is checked, and given back for a right one: codes are short enough to be guessed.
    if not rate_limits.consume(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        response = hide_address(_use_code(request, typed, context | {"code": typed}))
    except NoSuchLink:
        context = context | {"typed": typed, "wrong": True}
        return render(request, "confirm/code.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    rate_limits.refund(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now)
    return response


def _use_code(request: HttpRequest, typed: str, context: dict[str, object]) -> HttpResponse:
    """Send what was pressed, or show what the code opens, also one from before a new CODE_KEY. Raises NoSuchLink."""
    for digest in list_code_hashes(typed):
        try:
            return _show_or_send(request, digest, context)
        except NoSuchLink:
            continue
    raise NoSuchLink


def _result_by_code(request: HttpRequest, context: dict[str, object]) -> HttpResponse | None:
    """Return the page after a request that was sent with a code; None if this is not that page."""
    digest = page_state.decrypt_state(request.GET.get("by", ""), at=clock.now())
    if not digest or sent.get_sent_row(request) is None:
        return None
    try:
        return hide_address(_result_page(request, links.open_link(digest), context))
    except NoSuchLink:
        return None


def _show_or_send(request: HttpRequest, digest: str, context: dict[str, object]) -> HttpResponse:
    """Send what was pressed, or show what this link or code opens. Raises NoSuchLink."""
    link = links.open_link(digest)
    if request.method != "POST" and sent.get_sent_row(request):
        return _result_page(request, link, context)
    if link.purpose not in _CONFIRM_PURPOSES or not link.forms:
        raise NoSuchLink
    # With a code, the address must show neither the code nor the appeal.
    by_code = "code" in context
    query = {"by": page_state.encrypt_state(digest, at=clock.now())} if by_code else {"of": link.forms[0].slug}
    if "none_is_mine" in request.POST:
        return sent.send(request, digest, RequestKind.NONE_IS_MINE, query=query)
    chosen = _choose(link, request.POST.get("form", ""))
    if "not_me" in request.POST and chosen:
        return sent.send(request, digest, RequestKind.NOT_ME, {"form": chosen.fingerprint}, query=query)
    # A code that was only typed, on the form for it, shows what it opens if there is a choice.
    if request.method == "POST" and chosen and "find" not in request.POST:
        return _confirm(request, digest, chosen, context, query)
    return _waiting_page(request, link, chosen, context)


def _choose(link: OpenedLink, fingerprint: str) -> LinkedEndorsement | None:
    """Return the form with this fingerprint, or the only one; None if one has to be chosen. Raises NoSuchLink."""
    if fingerprint:
        chosen = next((form for form in link.forms if form.fingerprint == fingerprint), None)
        if chosen is None:
            raise NoSuchLink
        return chosen
    if not link.forms:
        raise NoSuchLink
    return link.forms[0] if len(link.forms) == 1 else None


def _confirm(
    request: HttpRequest, digest: str, chosen: LinkedEndorsement, context: dict[str, object], query: dict[str, str]
) -> HttpResponse:
    """Send the confirmation of this form. Raises NoSuchLink."""
    context["slug"] = chosen.slug
    if chosen.state != State.SUBMITTED or chosen.withdrawal_due_at:
        return _status_page(request, chosen, context)
    form = _declarations_form(request, chosen)
    if form and not form.is_valid():
        return _waiting_page(request, None, chosen, context, form)
    appeal = Appeal.objects.filter(pk=chosen.appeal).first()
    if appeal is None or not appeal.can_confirm(clock.now(), mailed_at=chosen.asked_at):
        return render(request, "endorse/closed.html", context, status=HTTPStatus.CONFLICT)
    fields = {"form": chosen.fingerprint, "declared": form is not None}
    return sent.send(
        request, digest, RequestKind.CONFIRM, fields, code_for=chosen.slug, query=query | {"did": "confirm"}
    )


def _result_page(request: HttpRequest, link: OpenedLink, context: dict[str, object]) -> HttpResponse:
    """Return the page of what was sent: received, done, or not possible. Raises NoSuchLink."""
    row = sent.get_sent_row(request)
    outcome = sent.get_outcome(link, row) if row else ""
    if row is None or not outcome:
        raise NoSuchLink
    if Appeal.objects.published().filter(slug=request.GET.get("of", "")).exists():
        context["slug"] = request.GET["of"]
    is_confirmation = request.GET.get("did") == "confirm"
    removal_code = derive_removal_code(row.hex, request.GET.get("key", "")) if is_confirmation else ""
    if sent.is_waiting(link, row):
        return sent.received_page(request, row, removal_code=removal_code, **context)
    if outcome == Outcome.REFUSED:
        context["removal_code"] = removal_code
        return render(request, "confirm/not_possible.html", context, status=HTTPStatus.CONFLICT)
    if not is_confirmation:
        return render(request, "confirm/erased.html", context)
    endorsement = next((form for form in link.forms if form.state != State.SUBMITTED), None)
    context |= {"endorsement": endorsement, "removal_code": removal_code}
    if endorsement:
        context["slug"] = endorsement.slug
    return render(request, "confirm/confirmed.html", context)


def _declarations_form(request: HttpRequest, endorsement: LinkedEndorsement) -> DeclarationsForm | None:
    """Return the form of the declarations that the secretariat could not enter for the organisation, else None."""
    if endorsement.state != State.SUBMITTED or endorsement.origin != Origin.EMAIL:
        return None
    data = request.POST if request.method == "POST" else None
    return DeclarationsForm(data, display=endorsement.display)


def _waiting_page(
    request: HttpRequest,
    link: OpenedLink | None,
    chosen: LinkedEndorsement | None,
    context: dict[str, object],
    form: DeclarationsForm | None = None,
) -> HttpResponse:
    """Return the page of the only form that waits, or the choice between several."""
    if chosen is None:
        return _choice_page(request, link.forms if link else (), link.waiting if link else 0, context)
    if chosen.state != State.SUBMITTED or chosen.withdrawal_due_at:
        return _status_page(request, chosen, context)
    form = form or _declarations_form(request, chosen)
    context |= {
        "endorsement": chosen,
        "line": chosen.entry_text,
        "slug": chosen.slug,
        "form": form,
        "text": AppealText.objects.get(pk=chosen.text),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
    return render(request, "confirm/confirm.html", context, status=status)


def _status_page(request: HttpRequest, endorsement: LinkedEndorsement, context: dict[str, object]) -> HttpResponse:
    context |= {"endorsement": endorsement, "slug": endorsement.slug}
    return render(request, "confirm/confirm.html", context)


def _choice_page(
    request: HttpRequest, forms: tuple[LinkedEndorsement, ...], count: int, context: dict[str, object]
) -> HttpResponse:
    """Return the page of several forms that wait: the newest, or those with the word that was typed."""
    word = (request.POST.get("word") or request.GET.get("word") or "").strip().lower()
    matching = [form for form in forms if form.reference_word == word] if word else list(forms)
    shown = matching[:MAX_CHOICES]
    texts = AppealText.objects.in_bulk({form.text for form in shown})
    context |= {
        "choices": [(form, texts[form.text]) for form in shown],
        "count": count,
        "is_cut": len(matching) > MAX_CHOICES,
        "word": word,
    }
    return render(request, "confirm/choose_form.html", context)
