"""What is done about the contact of an endorsement: ask it a question, open it, issue a private link for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.moderation import contact_access, decisions
from petition.actions.refusals import NotPossible
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import redirect_to_endorsement
from petition.admin.refusal_messages import REFUSAL_MESSAGES
from petition.admin.responses import render_page
from petition.admin.review.endorsement_page import render_endorsement
from petition.admin.review.forms import QuestionForm
from petition.admin.review.run_action import get_endorsement_or_404, run_action
from petition.models import Endorsement
from petition.reference import clock
from petition.security.encryption import CannotDecrypt


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the endorsement to its organisation with a question."""
    get_endorsement_or_404(pk)
    form = QuestionForm(request.POST, auto_id="ask-%s")
    if not form.is_valid():
        return render_endorsement(request, pk, ask=form)
    words = form.cleaned_data["words"]

    def action() -> None:
        decisions.ask_question(pk, words, by=current_actor(request), at=clock.now())

    return run_action(request, pk, _("The question will be sent."), action, goes_on=True)


@require_POST
def open_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Show name, role and mailbox of the contact. The audit log says that this account looked."""
    get_object_or_404(Endorsement, pk=pk)
    try:
        opened = contact_access.open_contact(pk, by=current_actor(request), at=clock.now())
    except NotPossible:
        messages.warning(request, _("It has no contact. It was imported, or the contact was deleted."))
    except CannotDecrypt as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        return render_page(request, "review/contact.html", {"pk": pk, "contact": opened, "title": _("Contact")})
    return redirect_to_endorsement(request, pk)


@require_POST
def issue_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a new private link, on this page alone: it is neither stored nor put into a message of the session."""
    get_endorsement_or_404(pk)
    if "checked" not in request.POST:
        messages.warning(request, _("Tick the box after you have checked who asks."))
        return redirect_to_endorsement(request, pk)
    try:
        address = decisions.issue_private_link(pk, by=current_actor(request), at=clock.now())
    except NotPossible:
        messages.warning(request, str(REFUSAL_MESSAGES[NotPossible]))
        return redirect_to_endorsement(request, pk)
    context = {"pk": pk, "address": address, "title": _("Private link")}
    response = render_page(request, "decision/link.html", context)
    # The page has links: the address of this one must not travel with them.
    response["Referrer-Policy"] = "no-referrer"
    return response
