"""One endorsement: its page, and the decisions on it."""

from datetime import UTC
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from petition.actions.endorsing import withheld_count
from petition.actions.listing import entries
from petition.actions.moderation import decisions, hold as hold_actions, manual_entry, undo as undo_actions
from petition.actions.refusals import AlreadyDecided, MailboxNotConfirmed
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import (
    endorsement_path,
    redirect_to_endorsement,
)
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_decision
from petition.admin.review.decisions import DECISIONS
from petition.admin.review.endorsement_page import render_endorsement
from petition.admin.review.forms import RejectForm
from petition.admin.review.run_action import get_endorsement_or_404, next_path, run_action
from petition.models import Endorsement, State, Suspicion
from petition.reference import clock


@require_safe
def endorsement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the endorsement as it was submitted, how its entry will be printed, and its history."""
    return render_endorsement(request, pk)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out the decision that was pressed, or say who was first; then open the next endorsement."""
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    state, action = decision
    form = RejectForm(request.POST, auto_id="reject-%s")
    is_rejected = state == State.REJECTED
    if is_rejected and not form.is_valid():
        return render_endorsement(request, pk, reject=form, chosen_reason=request.POST.get("reason"))
    try:
        endorsement = action(
            pk, by=current_actor(request), at=clock.now(), **(form.cleaned_data if is_rejected else {})
        )
    except Endorsement.DoesNotExist as error:
        raise Http404 from error
    except AlreadyDecided as first:
        messages.warning(request, describe_decision(first))
    except MailboxNotConfirmed:
        messages.warning(request, _("Its e-mail address was never confirmed, so you cannot reopen it."))
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        messages.success(request, _describe_result(endorsement))
        if action is decisions.cancel_withdrawal:
            return redirect_to_endorsement(request, pk)
        return HttpResponseRedirect(next_path(request, pk), status=HTTPStatus.SEE_OTHER)
    return redirect_to_endorsement(request, pk)


def _describe_result(endorsement: Endorsement) -> str:
    name = entries.get_entry_text_for_staff(endorsement) or _("Name encrypted")
    if endorsement.withdrawal_due_at:
        when = formats.date_format(endorsement.withdrawal_due_at.astimezone(UTC), "DATETIME_FORMAT")
        message = _("%(name)s: removed from this site. The withdrawal is final at %(when)s.")
        return message % {"name": name, "when": f"{when} UTC"}
    message = _("%(name)s: %(state)s.") % {"name": name, "state": endorsement.get_state_display()}
    if withheld_count.needs_second_check(endorsement):
        message += " " + _("It counts after a second moderator has checked it, by more than its own e-mail.")
    return message


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the last decision, if its minute is not over."""
    get_endorsement_or_404(pk)
    message = _("Undone. No e-mail was sent.")
    return run_action(
        request, pk, message, lambda: undo_actions.undo_decision(pk, by=current_actor(request), at=clock.now())
    )


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the endorsement on hold and open the next one, or release it."""
    endorsement = get_object_or_404(Endorsement, pk=pk)
    by, now = current_actor(request), clock.now()
    match request.POST.get("decision"):
        case "set_aside":
            changed = hold_actions.put_on_hold([pk], reason=Suspicion.MODERATOR, by=by, at=now)
            message, address = _("%(name)s: on hold."), next_path(request, pk)
        case "release":
            changed = hold_actions.release([pk], by=by, at=now)
            message, address = _("%(name)s: no longer on hold."), endorsement_path(request, pk)
        case _:
            return HttpResponseBadRequest(_("Unknown decision."))
    if not changed:
        messages.warning(request, _("Its status has changed, so you cannot do this now."))
        return redirect_to_endorsement(request, pk)
    messages.success(request, message % {"name": entries.get_entry_text_for_staff(endorsement) or _("Name encrypted")})
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a withheld endorsement that a second moderator has checked as well."""
    get_endorsement_or_404(pk)
    message = _("Counted. The public number changes within a day.")
    return run_action(
        request, pk, message, lambda: withheld_count.count_withheld(pk, by=current_actor(request), at=clock.now())
    )


@require_POST
def confirm_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm an endorsement that came by letter: a second moderator takes the place of the mailbox."""
    get_endorsement_or_404(pk)
    if "declared" not in request.POST:
        messages.warning(request, _("Tick the box after you have checked that the organisation declared this."))
        return redirect_to_endorsement(request, pk)
    message = _("Confirmed. It now waits for a decision.")
    return run_action(
        request, pk, message, lambda: manual_entry.confirm_letter(pk, by=current_actor(request), at=clock.now())
    )
