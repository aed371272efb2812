"""The organisation's own page, behind its private link. GET shows, POST acts, the address is the key."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.listing.entries import line_of
from petition.actions.self_service import own_page as deeds
from petition.actions.self_service.private_links import NoSuchLink, behind
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Display, Endorsement, Origin, Purpose, State
from petition.models.endorsements import ACTIVE
from petition.reference import clock
from petition.security.tokens import digest_of_token
from petition.web.own_page.own_page_forms import AnswerForm
from petition.web.own_page.private import no_such_link, private

Step = Callable[[HttpRequest, str, str, Endorsement], HttpResponse]
"""A page of it: the request, the token, its digest, the endorsement behind it."""


def possible(endorsement: Endorsement) -> set[str]:
    """The steps that the own page offers now; the deeds refuse the others."""
    reachable = deeds.has_contact(endorsement)
    if endorsement.state not in ACTIVE:
        ended = {"withdraw"} if endorsement.state == State.REJECTED else set()
        return ended | {"forget"} if reachable else ended
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


def on_own_page(*, step: str = "") -> Callable[[Step], Callable[..., HttpResponse]]:
    """Opens the own page's link for a view; a `step` that is not possible now says so and leads back."""

    def decorated(view: Step) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        def answer(request: HttpRequest, token: str) -> HttpResponse:
            digest = digest_of_token(token, Purpose.OWN_PAGE)
            try:
                endorsement = behind(digest, at=clock.now())
                if step and step not in possible(endorsement):
                    raise NotPossible
                return private(view(request, token, digest, endorsement))
            except NoSuchLink:
                return no_such_link(request)
            except NotPossible:
                return not_possible(request, token)

        return answer

    return decorated


def not_possible(request: HttpRequest, token: str) -> HttpResponse:
    """The step was possible a while ago, or never; nothing has changed."""
    return private(render(request, "own_page/not_possible.html", {"token": token}, status=HTTPStatus.CONFLICT))


def shown(endorsement: Endorsement, token: str, **content: object) -> dict[str, object]:
    """What every page of it shows; the line is '' where the name is sealed."""
    return {
        "endorsement": endorsement,
        "line": "" if endorsement.sealed_name else line_of(endorsement),
        "slug": endorsement.appeal.slug,
        "token": token,
        "possible": possible(endorsement),
    } | content


@on_own_page()
def own_page(request: HttpRequest, token: str, digest: str, endorsement: Endorsement) -> HttpResponse:
    """Status in plain words, the printed line, what happens next, every step from here; POST answers the question."""
    question = None if endorsement.withdrawal_due_at else endorsement.questions.waiting().first()
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if form.is_bound and form.is_valid():
        deeds.answer(digest, form.cleaned_data["answer"], at=clock.now())
        endorsement, question = behind(digest, at=clock.now()), None
    elif form.is_bound:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    content = shown(
        endorsement,
        token,
        question=question,
        form=form,
        answered=form.is_bound and question is None,
        proposed=endorsement.corrections.waiting().exists() and not endorsement.withdrawal_due_at,
        signed_sha256=endorsement.text.sha256,
        signed_language=endorsement.text.language,
    )
    return render(request, "own_page/own_page.html", content, status=status)
