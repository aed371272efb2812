"""The appeal that staff pages are about: the switch at their top sets it, and the session keeps it."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from petition.models import Appeal

_KEY: Final = "appeal"
_ATTRIBUTE: Final = "staff_appeals"


def list_appeals(request: HttpRequest) -> list[Appeal]:
    """Return the published appeals, newest first and demonstrations last: one query for each request."""
    if not hasattr(request, _ATTRIBUTE):
        published = Appeal.objects.filter(published_at__isnull=False)
        setattr(request, _ATTRIBUTE, list(published.order_by("is_demo", "-issued_on", "-pk")))
    appeals: list[Appeal] = getattr(request, _ATTRIBUTE)
    return appeals


def get_chosen_appeal(request: HttpRequest) -> Appeal | None:
    """Return the appeal of the address (`?appeal=`), else of the session, else the first; None if there is none."""
    appeals = list_appeals(request)
    by_slug = {appeal.slug: appeal for appeal in appeals}
    chosen = by_slug.get(request.GET.get("appeal", "")) or by_slug.get(request.session.get(_KEY, ""))
    return chosen or next(iter(appeals), None)


def follow_appeal(request: HttpRequest, appeal: Appeal) -> None:
    """Make this the chosen appeal, if it is published: a page about something of it was opened."""
    if get_chosen_appeal(request) != appeal and appeal in list_appeals(request):
        request.session[_KEY] = appeal.slug


@require_POST
def choose_appeal(request: HttpRequest) -> HttpResponse:
    """Keep the appeal in the session and go back to the page on which it was chosen."""
    slug, back = request.POST.get("appeal", ""), request.POST.get("back", "")
    if any(appeal.slug == slug for appeal in list_appeals(request)):
        request.session[_KEY] = slug
    if not back.startswith("/admin/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("admin:index")
    return HttpResponseRedirect(back, status=303)
