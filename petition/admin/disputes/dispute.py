"""One message about a name: to open, and to settle. Many at once: dispute_list.py."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.self_service import disputes as actions
from petition.admin.actors import current_actor
from petition.admin.references import find_endorsements
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_event
from petition.admin.responses import redirect_to_page, render_page
from petition.models import Dispute
from petition.reference import clock
from petition.security.encryption import CannotDecrypt


@require_POST
def open_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was written and where it may be answered. The audit log says that this account looked.

    It stands on the page that answers the button and nowhere else: who disputes a name may be in as much danger as the
    organisation that bears it.
    """
    try:
        opened = actions.open_dispute(pk, by=current_actor(request), at=clock.now())
    except Dispute.DoesNotExist as error:
        raise Http404 from error
    except CannotDecrypt as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
        return redirect_to_page("index")
    row = opened.dispute
    endorsement = find_endorsements([(row.appeal_id, row.reference)]).get((row.appeal_id, row.reference))
    context = {"opened": opened, "dispute": row, "endorsement": endorsement, "title": _("Disputed")}
    return render_page(request, "disputes/dispute.html", context)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle the message, and go back to the queue."""
    now = clock.now()
    try:
        event = actions.settle_dispute(pk, by=current_actor(request), at=now)
    except Dispute.DoesNotExist as error:
        raise Http404 from error
    if event.at == now:
        messages.success(request, _("The dispute is settled."))
    else:
        messages.warning(request, describe_event(event))
    return redirect_to_page("index")
