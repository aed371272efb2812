"""Pages behind links that were mailed to confirm a change: a new contact, or a name to be shown again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from petition.actions.self_service import contact_changes, own_page as own_page_actions
from petition.models import Purpose
from petition.reference import clock
from petition.web.own_page.link_access import OpenLink, mailed_link_view


@mailed_link_view(Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)
def agree_contact(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Agrees to a new contact from one of the two addresses; the second agreement changes it."""
    context = {"slug": link.endorsement.appeal.slug, "is_new": link.purpose == Purpose.NEW_CONTACT, "agreed": False}
    if request.method == "POST":
        both = contact_changes.confirm_contact_change(link.digest, link.purpose, at=clock.now())
        context |= {"agreed": True, "both": both}
    return render(request, "confirm/new_contact.html", context)


@mailed_link_view(Purpose.NAME_AGAIN)
def name_again(request: HttpRequest, link: OpenLink) -> HttpResponse:
    """Agrees to be named again; a moderator then shows the name."""
    context = {"slug": link.endorsement.appeal.slug, "agreed": request.method == "POST"}
    if request.method == "POST":
        own_page_actions.agree_to_be_named(link.digest, at=clock.now())
    return render(request, "confirm/name_again.html", context)
