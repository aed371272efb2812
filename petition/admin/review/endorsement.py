"""One endorsement: its page, and the decisions on it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from petition.actions.endorsing import withheld_count
from petition.actions.moderation import decisions, hold as hold_actions, manual_entry, undo as undo_actions
from petition.actions.refusals import AlreadyDecided, MailboxNotConfirmed
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import endorsement_path, filter_querystring, redirect_to_endorsement
from petition.admin.queue.filters import Filters
from petition.admin.refusal_messages import REFUSAL_MESSAGES, describe_decision
from petition.admin.review import evidence
from petition.admin.review.decisions import DECISIONS
from petition.admin.review.endorsement_page import render_endorsement
from petition.admin.review.forms import RejectForm
from petition.admin.review.run_action import get_endorsement_or_404, run_action
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
        messages.warning(request, _("Its mailbox was never confirmed, so it cannot come back into the queue."))
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        messages.success(request, _describe_result(endorsement))
        if action is decisions.cancel_withdrawal:
            return redirect_to_endorsement(request, pk)
        return HttpResponseRedirect(_next_path(request, pk), status=HTTPStatus.SEE_OTHER)
    return redirect_to_endorsement(request, pk)


def _describe_result(endorsement: Endorsement) -> str:
    if endorsement.withdrawal_due_at:
        when = formats.date_format(timezone.localtime(endorsement.withdrawal_due_at), "DATETIME_FORMAT")
        message = _("Endorsement %(number)s: the name is off this site. The withdrawal is final at %(when)s.")
        return message % {"number": endorsement.pk, "when": when}
    return _("Endorsement %(number)s: %(state)s.") % {
        "number": endorsement.pk,
        "state": endorsement.get_state_display(),
    }


def _next_path(request: HttpRequest, pk: int) -> str:
    """Return where a moderator goes on: the queue, if the decision was made there, else the next endorsement."""
    if "in_queue" in request.POST:
        return f"{reverse('admin:index')}{f'?{request.GET.urlencode()}' if request.GET else ''}"
    filtered = Filters.from_query(request.GET.dict()).select(by=current_actor(request), at=clock.now())
    if following := evidence.find_next(pk, filtered):
        return endorsement_path(request, following)
    return f"{reverse('admin:index')}{filter_querystring(request)}"


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the last decision, if its minute is not over."""
    get_endorsement_or_404(pk)
    message = _("Taken back; no mail leaves.")
    return run_action(
        request, pk, message, lambda: undo_actions.undo_decision(pk, by=current_actor(request), at=clock.now())
    )


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the endorsement on hold, or release it."""
    get_object_or_404(Endorsement, pk=pk)
    by, now = current_actor(request), clock.now()
    match request.POST.get("decision"):
        case "set_aside":
            changed = hold_actions.put_on_hold([pk], reason=Suspicion.MODERATOR, by=by, at=now)
        case "release":
            changed = hold_actions.release([pk], by=by, at=now)
        case _:
            return HttpResponseBadRequest(_("Unknown decision."))
    if not changed:
        messages.warning(request, _("It is no longer in a state for this."))
    return redirect_to_endorsement(request, pk)


@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a withheld endorsement that a second moderator has checked as well."""
    get_endorsement_or_404(pk)
    message = _("Counted. The published number follows within a day.")
    return run_action(
        request, pk, message, lambda: withheld_count.count_withheld(pk, by=current_actor(request), at=clock.now())
    )


@require_POST
def confirm_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm an endorsement that came by letter: a second moderator takes the place of the mailbox."""
    get_endorsement_or_404(pk)
    if "declared" not in request.POST:
        messages.warning(request, _("Check first that the organisation declared all of it, and say so."))
        return redirect_to_endorsement(request, pk)
    message = _("Confirmed; it waits for a decision now.")
    return run_action(
        request, pk, message, lambda: manual_entry.confirm_letter(pk, by=current_actor(request), at=clock.now())
    )
