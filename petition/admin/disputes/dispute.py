"""One message about a name: opened, on record, or settled. Many: dispute_groups.py."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.self_service import disputes as deeds
from petition.admin.actors import WHY_NOT, already_done, me, with_site
from petition.admin.entries import endorsements_behind
from petition.models import Dispute
from petition.reference import clock
from petition.security.encryption import CannotOpen


@require_POST
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody wrote and where they may be answered, on this page alone; the trail says that this account looked.

    Who disputes a name may be in as much danger as who bears it.
    """
    try:
        opened = deeds.open_dispute(pk, by=me(request), at=clock.now())
    except Dispute.DoesNotExist as error:
        raise Http404 from error
    except CannotOpen as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
        return _to_the_queue()
    row = opened.dispute
    behind = endorsements_behind([(row.appeal_id, row.reference)]).get((row.appeal_id, row.reference))
    content: dict[str, Any] = {"opened": opened, "dispute": row, "endorsement": behind, "title": _("Disputed")}
    return TemplateResponse(request, "admin/petition/disputes/dispute.html", with_site(request, content))


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The dispute is off the queue."""
    now = clock.now()
    try:
        event = deeds.settle(pk, by=me(request), at=now)
    except Dispute.DoesNotExist as error:
        raise Http404 from error
    if event.at == now:
        messages.success(request, _("The dispute is settled."))
    else:
        messages.warning(request, already_done(event))
    return _to_the_queue()


def _to_the_queue() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:index"), status=HTTPStatus.SEE_OTHER)
