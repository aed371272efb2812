"""Open the private links behind which the views of this folder are. The address is the key, so there is no login."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.refusals import CannotBeOpened, NoSuchLink, NotPossible
from petition.actions.self_service import links
from petition.actions.self_service.links import LinkedEndorsement, OpenedLink
from petition.models.choices import ACTIVE, Display, Origin, State
from petition.models.contacts import Purpose
from petition.models.intake import Outcome
from petition.security.tokens import derive_removal_code, hash_token, list_removal_code_hashes
from petition.web import sent
from petition.web.responses import hide_address, link_not_valid, not_taken_in


@dataclass(frozen=True)
class OpenLink:
    """A private link that was opened: its token, the digest of it, what it is for and the endorsement."""

    token: str
    digest: str
    purpose: Purpose
    endorsement: LinkedEndorsement

    def context(self, **extra: object) -> dict[str, object]:
        """Return what every page of the own page shows; the line is '' where the name is encrypted."""
        return {
            "endorsement": self.endorsement,
            "line": self.endorsement.entry_text,
            "slug": self.endorsement.slug,
            "token": self.token,
            "possible": possible_steps(self.endorsement),
        } | extra


LinkView = Callable[[HttpRequest, OpenLink], HttpResponse]


def own_page_view(*, step: str = "") -> Callable[[LinkView], Callable[..., HttpResponse]]:
    """Open the link of the own page for a view; a `step` that is not possible now gets a page that says so.

    After a request was sent, the page of its result is at the same address.
    """

    def decorate(view: LinkView) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            digest = hash_token(token, Purpose.OWN_PAGE)
            try:
                opened = links.open_link(digest)
                if request.method != "POST" and sent.get_sent_row(request):
                    return hide_address(_result_page(request, opened, token, digest, step))
                link = OpenLink(token, digest, Purpose.OWN_PAGE, _get_endorsement(opened, Purpose.OWN_PAGE))
                if step and step not in possible_steps(link.endorsement):
                    raise NotPossible
                return hide_address(view(request, link))
            except NoSuchLink:
                return link_not_valid(request)
            except CannotBeOpened:
                return hide_address(not_taken_in(request))
            except NotPossible:
                return _not_possible_page(request, token)

        return wrapped

    return decorate


def mailed_link_view(template: str, *purposes: Purpose) -> Callable[[LinkView], Callable[..., HttpResponse]]:
    """Open a mailed link with one of `purposes` for a view; every other link gets the same neutral page.

    `template` is the page of the result, after the request was sent.
    """

    def decorate(view: LinkView) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            response: HttpResponse | None = None
            # No early exit: the time of the response must not reveal which purpose a token has.
            for purpose in purposes:
                try:
                    digest = hash_token(token, purpose)
                    opened = links.open_link(digest)
                    row = sent.get_sent_row(request)
                    if request.method != "POST" and row:
                        response = _agreed_page(request, opened, template)
                    else:
                        response = view(request, OpenLink(token, digest, purpose, _get_endorsement(opened, purpose)))
                except CannotBeOpened:
                    response = not_taken_in(request)
                except (NoSuchLink, NotPossible):
                    continue
            return link_not_valid(request) if response is None else hide_address(response)

        return wrapped

    return decorate


def _get_endorsement(opened: OpenedLink, purpose: Purpose) -> LinkedEndorsement:
    if opened.purpose != purpose or not opened.forms:
        raise NoSuchLink
    return opened.forms[0]


def _result_page(request: HttpRequest, opened: OpenedLink, token: str, digest: str, step: str) -> HttpResponse:
    """Return the page of what was sent on the own page: received, done, or not possible. Raises NoSuchLink."""
    row = sent.get_sent_row(request)
    outcome = sent.get_outcome(opened, row) if row else ""
    if row is None or not outcome:
        raise NoSuchLink
    slug = request.GET.get("code", "")  # of the appeal for which a removal code was made
    removal_code = derive_removal_code(row.hex, request.GET.get("key", "")) if slug else ""
    if slug and not removal_code:  # made with a SECRET_KEY that is no longer here
        raise NoSuchLink
    still_opens = opened.purpose == Purpose.OWN_PAGE and bool(opened.forms)
    if sent.is_waiting(opened, row):
        return sent.received_page(request, row, removal_code=removal_code)
    if outcome == Outcome.REFUSED:
        return _not_possible_page(request, token if still_opens else "")
    # A newer code may have replaced it: then this page, loaded again, must not show one that opens nothing.
    is_code_over = bool(removal_code) and not _opens(removal_code, slug)
    code = "" if is_code_over else removal_code
    context: dict[str, object] = {"step": step or "answer", "code": code, "is_code_over": is_code_over, "token": ""}
    if still_opens:
        context = OpenLink(token, digest, Purpose.OWN_PAGE, opened.forms[0]).context(**context | {"token": token})
    return render(request, "own_page/done.html", context)


def _opens(removal_code: str, slug: str) -> bool:
    """Return whether this removal code of an appeal works now."""
    for digest in list_removal_code_hashes(removal_code, slug):
        try:
            links.open_link(digest)
        except NoSuchLink:
            continue
        return True
    return False


def _agreed_page(request: HttpRequest, opened: OpenedLink, template: str) -> HttpResponse:
    """Return the page after agreeing to a change. Raises NoSuchLink, NotPossible."""
    row = sent.get_sent_row(request)
    outcome = sent.get_outcome(opened, row) if row else ""
    if row is None or not outcome:
        raise NoSuchLink
    if sent.is_waiting(opened, row):
        return sent.received_page(request, row)
    if outcome == Outcome.REFUSED:
        raise NotPossible
    return render(request, template, {"agreed": True})


def _not_possible_page(request: HttpRequest, token: str) -> HttpResponse:
    # It was possible a while ago, or never; nothing has changed.
    page = render(request, "own_page/not_possible.html", {"token": token}, status=HTTPStatus.CONFLICT)
    return hide_address(page)


def possible_steps(endorsement: LinkedEndorsement) -> set[str]:
    """Return the steps that the own page offers now; the actions refuse the others."""
    reachable = endorsement.has_contact
    if endorsement.state not in ACTIVE:
        steps = {"withdraw"} if endorsement.state == State.REJECTED else set()
        return steps | {"forget"} if reachable else steps
    steps = {"code", "links", "receipt"}
    if endorsement.display == Display.NAMED:
        steps.add("stop")
    elif endorsement.state == State.APPROVED and reachable and endorsement.name_again_at is None:
        steps.add("named")
    if endorsement.origin != Origin.IMPORTED:
        steps |= {"withdraw", "correction"}
    if reachable:
        steps |= {"contact", "forget"}
    if endorsement.state == State.RETURNED and endorsement.question:
        steps.add("answer")
    return steps - {"correction", "named", "answer"} if endorsement.withdrawal_due_at else steps
