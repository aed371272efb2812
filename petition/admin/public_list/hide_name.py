"""The page that asks before a name is hidden."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.actions.appeals import timeline
from petition.admin.appeals.chosen_appeal import follow_appeal
from petition.admin.responses import render_page
from petition.models import Endorsement, Status


@require_safe
def hide_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the entry of the endorsement `pk` and the button that hides it. Raises Http404 if it is not listed."""
    listed = Endorsement.objects.filter(signatory__status=Status.LISTED)
    endorsement = get_object_or_404(listed.select_related("appeal", "signatory"), pk=pk)
    follow_appeal(request, endorsement.appeal)
    entries = timeline.find_entries_naming(endorsement.appeal_id, endorsement.organisation_name)
    context = {
        "endorsement": endorsement,
        "signatory": endorsement.signatory,
        "entries": entries,
        "title": _("Hide a name"),
    }
    return render_page(request, "public_list/hide_name.html", context)
