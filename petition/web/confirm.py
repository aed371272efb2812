"""Proof of a mailbox: the button on the page behind the mailed link, or the short code. Opening changes nothing."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions import endorsements
from petition.actions.links import NoSuchLink, behind, behind_any
from petition.actions.listings import line_of
from petition.models import Appeal, Endorsement, Origin, Purpose, State
from petition.protection import networks, rate_limits
from petition.protection.tokens import digest_of_code, digest_of_token
from petition.vocabulary import clock
from petition.web.declarations import DeclarationsForm
from petition.web.endorse import appeal_or_404
from petition.web.errors import error_page
from petition.web.private import no_such_link, private


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be confirmed; POST confirms it, or erases it when `not_me` was pressed."""
    digest = digest_of_token(token, Purpose.CONFIRM)
    try:
        if request.method == "POST" and "not_me" in request.POST:
            appeal = endorsements.disown(digest, at=clock.now())
            return private(render(request, "endorse/erased.html", {"slug": appeal.slug}))
        endorsement = behind(digest, at=clock.now())
        form = _declarations(request, endorsement)
        if request.method == "POST" and (form is None or form.is_valid()):
            return private(_welcome(request, endorsements.confirm(digest, at=clock.now(), declared=form is not None)))
    except NoSuchLink:
        return no_such_link(request)
    except endorsements.NotOpen:
        slug = behind(digest, at=clock.now()).appeal.slug
        return private(render(request, "endorse/closed.html", {"slug": slug}, status=HTTPStatus.CONFLICT))
    content = {
        "endorsement": endorsement,
        "line": line_of(endorsement),
        "slug": endorsement.appeal.slug,
        "form": form,
        "text": endorsement.text,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
    return private(render(request, "endorse/confirm.html", content, status=status))


def _declarations(request: HttpRequest, endorsement: Endorsement) -> DeclarationsForm | None:
    """What is to be declared along with it, where the secretariat entered it."""
    if endorsement.state != State.SUBMITTED or endorsement.origin != Origin.EMAIL:
        return None
    return DeclarationsForm(request.POST if request.method == "POST" else None, endorsement=endorsement)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest, slug: str) -> HttpResponse:
    """The code instead of the link, for a mail opened on another device. Wrong tries are limited."""
    appeal_or_404(slug)
    return _by_code(request, [slug], {"slug": slug})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The same at an address and under titles that tell whoever reads this browser's history nothing."""
    slugs = Appeal.objects.filter(published_at__isnull=False).values_list("slug", flat=True)
    return _by_code(request, list(slugs), {"is_discreet": True})


def _by_code(request: HttpRequest, slugs: list[str], content: dict[str, object]) -> HttpResponse:
    """The code of one of these appeals is asked for, and confirms."""
    typed = request.POST.get("code", "")
    if request.method != "POST":
        return render(request, "endorse/code.html", content)
    now, network = clock.now(), networks.network_of(request.META)
    if not rate_limits.within(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        found = behind_any([digest_of_code(typed, slug) for slug in slugs], at=now)
        content = content | {"slug": found.appeal.slug}
        confirmation = endorsements.confirm(digest_of_code(typed, found.appeal.slug), at=now)
    except NoSuchLink:
        content = content | {"typed": typed, "wrong": True}
        return render(request, "endorse/code.html", content, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except endorsements.NotOpen:
        answer = render(request, "endorse/closed.html", content, status=HTTPStatus.CONFLICT)
    else:
        answer = private(_welcome(request, confirmation, **content))
    rate_limits.give_back(rate_limits.CODES_FROM_ONE_NETWORK, network, at=now)
    return answer


def _welcome(request: HttpRequest, confirmation: endorsements.Confirmation, **content: object) -> HttpResponse:
    """The removal code is shown this once; sending the form again finds everything done, and no code."""
    endorsement = confirmation.endorsement
    content |= {"endorsement": endorsement, "confirmation": confirmation, "slug": endorsement.appeal.slug}
    return render(request, "endorse/confirmed.html", content)
