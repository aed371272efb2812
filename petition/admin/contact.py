"""Opening one contact: its name, role and mailbox, on the page that answers the button and nowhere else."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.contact_looks import open_contact
from petition.actions.leaving import NotPossible
from petition.admin.carrying import back
from petition.admin.people import WHY_NOT, me, with_site
from petition.models import Endorsement
from petition.protection.contacts import CannotOpen
from petition.vocabulary import clock


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
        return TemplateResponse(request, "admin/petition/contact.html", content)
    return back(request, pk)
