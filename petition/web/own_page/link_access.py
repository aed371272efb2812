"""Open the private links behind which the views of this folder are. The address is the key, so there is no login."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.listing.entries import get_entry_text
from petition.actions.refusals import NoSuchLink, NotPossible
from petition.actions.self_service.private_links import resolve_link
from petition.models import Display, Endorsement, Origin, Purpose, State
from petition.models.choices import ACTIVE
from petition.reference import clock
from petition.security.tokens import hash_token
from petition.web.responses import hide_address, link_not_valid


@dataclass(frozen=True)
class OpenLink:
    """A private link that was opened: its token, the digest of it, what it is for and the endorsement."""

    token: str
    digest: str
    purpose: Purpose
    endorsement: Endorsement

    def context(self, **extra: object) -> dict[str, object]:
        """Return what every page of the own page shows; the line is '' where the name is encrypted."""
        return {
            "endorsement": self.endorsement,
            "line": "" if self.endorsement.sealed_name else get_entry_text(self.endorsement),
            "slug": self.endorsement.appeal.slug,
            "token": self.token,
            "possible": possible_steps(self.endorsement),
        } | extra


LinkView = Callable[[HttpRequest, OpenLink], HttpResponse]


def own_page_view(*, step: str = "") -> Callable[[LinkView], Callable[..., HttpResponse]]:
    """Open the link of the own page for a view; a `step` that is not possible now gets a page that says so."""

    def decorate(view: LinkView) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            digest = hash_token(token, Purpose.OWN_PAGE)
            try:
                endorsement = resolve_link(digest, at=clock.now())
                if step and step not in possible_steps(endorsement):
                    raise NotPossible
                return hide_address(view(request, OpenLink(token, digest, Purpose.OWN_PAGE, endorsement)))
            except NoSuchLink:
                return link_not_valid(request)
            except NotPossible:
                # It was possible a while ago, or never; nothing has changed.
                context = {"token": token}
                page = render(request, "own_page/not_possible.html", context, status=HTTPStatus.CONFLICT)
                return hide_address(page)

        return wrapped

    return decorate


def mailed_link_view(*purposes: Purpose) -> Callable[[LinkView], Callable[..., HttpResponse]]:
    """Open a mailed link with one of `purposes` for a view; every other link gets the same neutral page."""

    def decorate(view: LinkView) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            link: OpenLink | None = None
            # No early exit: the time of the response must not reveal which purpose a token has.
            for purpose in purposes:
                digest = hash_token(token, purpose)
                try:
                    link = OpenLink(token, digest, purpose, resolve_link(digest, at=clock.now()))
                except NoSuchLink:
                    continue
            try:
                return link_not_valid(request) if link is None else hide_address(view(request, link))
            except (NoSuchLink, NotPossible):
                return link_not_valid(request)

        return wrapped

    return decorate


def possible_steps(endorsement: Endorsement) -> set[str]:
    """Return the steps that the own page offers now; the actions refuse the others."""
    reachable = endorsement.has_contact()
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
    if endorsement.state == State.RETURNED and endorsement.questions.waiting().exists():
        steps.add("answer")
    return steps - {"correction", "named", "answer"} if endorsement.withdrawal_due_at else steps
