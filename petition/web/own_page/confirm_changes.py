"""Pages behind links that were mailed to prove a mailbox once more: a new contact, a name shown again."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.self_service import contact_changes, own_page as deeds
from petition.actions.self_service.private_links import NoSuchLink, behind
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Endorsement, Purpose
from petition.reference import clock
from petition.security.tokens import digest_of_token
from petition.web.own_page.private import no_such_link, private

Found = tuple[Endorsement, str, Purpose]


def _behind_mailed_link(
    *purposes: Purpose,
) -> Callable[[Callable[[HttpRequest, Found], HttpResponse]], Callable[..., HttpResponse]]:
    """Opens a token of one of `purposes`; anything else is the same neutral page."""

    def decorated(view: Callable[[HttpRequest, Found], HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        def answer(request: HttpRequest, token: str) -> HttpResponse:
            found: Found | None = None
            for purpose in purposes:  # all of them each time: how long it takes tells nothing
                digest = digest_of_token(token, purpose)
                try:
                    found = behind(digest, at=clock.now()), digest, purpose
                except NoSuchLink:
                    continue
            try:
                return no_such_link(request) if found is None else private(view(request, found))
            except (NoSuchLink, NotPossible):
                return no_such_link(request)

        return answer

    return decorated


@_behind_mailed_link(Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)
def agree_contact(request: HttpRequest, found: Found) -> HttpResponse:
    """A mailbox agrees to the new contact; the change is carried out when the other one has as well."""
    endorsement, digest, purpose = found
    content = {"slug": endorsement.appeal.slug, "is_new": purpose == Purpose.NEW_CONTACT, "agreed": False}
    if request.method == "POST":
        both = contact_changes.agree(digest, purpose, at=clock.now())
        content |= {"agreed": True, "both": both}
    return render(request, "confirm/new_contact.html", content)


@_behind_mailed_link(Purpose.NAME_AGAIN)
def name_again(request: HttpRequest, found: Found) -> HttpResponse:
    """The mailbox agrees to be named again; a moderator then shows the name."""
    endorsement, digest, _ = found
    content = {"slug": endorsement.appeal.slug, "agreed": request.method == "POST"}
    if request.method == "POST":
        deeds.agree_to_be_named(digest, at=clock.now())
    return render(request, "confirm/name_again.html", content)
