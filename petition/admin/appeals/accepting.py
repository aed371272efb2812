"""How the site takes endorsements in an emergency."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.operations.site_state import set_level
from petition.admin.actors import me, with_site
from petition.models import Level, SiteState
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """The level in force; a post sets another, and every process obeys from its next form on."""
    if request.method == "POST":
        level = request.POST.get("level", "")
        if level not in Level.values:
            return HttpResponseBadRequest(_("Unknown decision."))
        set_level(Level(level), by=me(request), at=clock.now())
        messages.success(request, Level(level).label)
        return HttpResponseRedirect(reverse("admin:site"), status=HTTPStatus.SEE_OTHER)
    content = {"levels": list(Level), "level": SiteState.objects.level(), "title": _("Emergency level")}
    return TemplateResponse(request, "admin/petition/appeals/accepting.html", with_site(request, content))
