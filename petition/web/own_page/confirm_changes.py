"""Pages behind links that were mailed to confirm a change: a new contact, or a name to be shown again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from petition.actions.intake.request_kinds import RequestKind
from petition.models.contacts import Purpose
from petition.web import sent
from petition.web.own_page.link_access import OpenLink, mailed_link_view


@mailed_link_view("confirm/new_contact.html", Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)
def agree_contact(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Agrees to a new contact from one of the two addresses; the second agreement changes it."""
    if request.method == "POST":
        return sent.send(request, link.digest, RequestKind.AGREE_CONTACT)
    context = {"slug": link.endorsement.slug, "is_new": link.purpose == Purpose.NEW_CONTACT}
    return render(request, "confirm/new_contact.html", context)


@mailed_link_view("confirm/name_again.html", Purpose.NAME_AGAIN)
def name_again(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Agrees to be named again; a moderator then shows the name."""
    if request.method == "POST":
        return sent.send(request, link.digest, RequestKind.AGREE_NAME)
    return render(request, "confirm/name_again.html", {"slug": link.endorsement.slug})
