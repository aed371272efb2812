"""Opening one contact: its name, role and mailbox, on the page that answers the button and nowhere else."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.moderation.contact_access import open_contact
from petition.actions.self_service.withdrawal import NotPossible
from petition.admin.actors import WHY_NOT, me, with_site
from petition.admin.queue.filter_querystring import back
from petition.models import Endorsement
from petition.reference import clock
from petition.security.encryption import CannotOpen


@require_POST
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Who stands behind the endorsement; the trail says that this account looked. Neither stored nor logged."""
    get_object_or_404(Endorsement, pk=pk)
    try:
        opened = open_contact(pk, by=me(request), at=clock.now())
    except NotPossible:
        messages.warning(request, _("It has no contact: it was imported, or the contact was erased."))
    except CannotOpen as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
    else:
        content = with_site(request, {"pk": pk, "contact": opened, "title": _("Contact")})
        return TemplateResponse(request, "admin/petition/review/contact.html", content)
    return back(request, pk)
