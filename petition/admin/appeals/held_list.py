"""The list that is held back since a backup was restored without the journal of removals."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.operations.held_list import publish_list
from petition.admin.actors import current_actor
from petition.admin.responses import redirect_to_page, render_page
from petition.models.database.held_list import is_list_held_back
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def held_list(request: HttpRequest) -> HttpResponse:
    """Show what to check before the list is published again; on POST publish it."""
    if request.method == "POST":
        if publish_list(by=current_actor(request), at=clock.now()):
            messages.success(request, _("The list is published again."))
        return redirect_to_page("held_list")
    context = {"is_held_back": is_list_held_back(), "title": _("Held-back list")}
    return render_page(request, "appeals/held_list.html", context)
