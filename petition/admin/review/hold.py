"""One endorsement is set aside, or released."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.moderation import hold as deeds
from petition.admin.actors import me
from petition.admin.queue.filter_querystring import back
from petition.models import Endorsement, Suspicion
from petition.reference import clock


@require_POST
def quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    """Back on its page; whoever comes second finds it done."""
    found = get_object_or_404(Endorsement, pk=pk)
    match request.POST.get("decision"):
        case "set_aside":
            changed = deeds.set_aside([found.pk], reason=Suspicion.MODERATOR, by=me(request), at=clock.now())
        case "release":
            changed = deeds.release([found.pk], by=me(request), at=clock.now())
        case _:
            return HttpResponseBadRequest(_("Unknown decision."))
    if not changed:
        messages.warning(request, _("It is no longer in a state for this."))
    return back(request, pk)
