"""Accepting endorsements: the level that moderators set in an emergency."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.operations.site_state import set_level
from petition.admin.actors import current_actor
from petition.admin.responses import redirect_to_page, render_page
from petition.models import Level, SiteState
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def accepting(request: HttpRequest) -> HttpResponse:
    """Show the level in force; on POST set another, which every process obeys from its next form on."""
    if request.method == "POST":
        level = request.POST.get("level", "")
        if level not in Level.values:
            return HttpResponseBadRequest(_("Unknown decision."))
        set_level(Level(level), by=current_actor(request), at=clock.now())
        messages.success(request, Level(level).label)
        return redirect_to_page("site")
    context = {"levels": list(Level), "level": SiteState.objects.level(), "title": _("Accepting endorsements")}
    return render_page(request, "appeals/accepting.html", context)
