"""The list that is not published since a backup was put in place without the journal of removals."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.operations.restore import publish_list
from petition.admin.actors import me, with_site
from petition.models import SiteState
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def held_list(request: HttpRequest) -> HttpResponse:
    """What to check before the list is published again; a post says that it was checked."""
    if request.method == "POST":
        if publish_list(by=me(request), at=clock.now()):
            messages.success(request, _("The list is published again."))
        return HttpResponseRedirect(reverse("admin:held_list"), status=HTTPStatus.SEE_OTHER)
    content = {"is_held_back": SiteState.objects.list_is_held_back(), "title": _("Held-back list")}
    return TemplateResponse(request, "admin/petition/appeals/held_list.html", with_site(request, content))
