"""One endorsement with all that is known of it and may be done about it, and the decision on it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from petition.actions import listings, moderation
from petition.actions.lifecycle import AlreadyDecided
from petition.actions.own_page import has_contact
from petition.admin import review, sections
from petition.admin.carrying import back, page_of, under
from petition.admin.decision_forms import RejectForm
from petition.admin.filters import Filters
from petition.admin.forms import NoteForm, QuestionForm
from petition.admin.history import history
from petition.admin.people import WHY_NOT, already, me, with_site
from petition.admin.reading import opened_or_none
from petition.models import Display, Endorsement, Origin, State, Status
from petition.models.endorsements import ACTIVE
from petition.vocabulary import clock

DECISIONS: dict[str, tuple[State, Callable[..., Endorsement]]] = {
    "approve": (State.APPROVED, moderation.approve),
    "reject": (State.REJECTED, moderation.reject),
    "reopen": (State.CONFIRMED, moderation.reopen),
    "revoke": (State.CONFIRMED, moderation.revoke),
    "withdraw": (State.WITHDRAWN, moderation.withdraw),
    "cancel_withdrawal": (State.CONFIRMED, moderation.cancel_withdrawal),
}
POSSIBLE: dict[str, tuple[str, ...]] = {
    State.SUBMITTED: ("reject", "withdraw"),
    State.CONFIRMED: ("approve", "reject", "withdraw"),
    State.RETURNED: ("reject", "withdraw"),
    State.REJECTED: ("reopen", "withdraw"),
    State.APPROVED: ("revoke", "withdraw"),
    State.WITHDRAWN: (),
}


def possible(found: Endorsement) -> tuple[str, ...]:
    """The decisions that may come next; one of the originals never ends, its name is hidden."""
    if found.withdrawal_due_at:
        return ("cancel_withdrawal",)
    names = POSSIBLE[found.state]
    return tuple(name for name in names if name != "withdraw" or found.origin != Origin.IMPORTED)


@require_safe
def endorsement(request: HttpRequest, pk: int) -> HttpResponse:
    """One endorsement as it was submitted, how its line will be printed, and its trail."""
    return page(request, pk)


def page(
    request: HttpRequest, pk: int, *, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY, **forms: Any
) -> HttpResponse:
    """The endorsement's page; a form in `forms` was refused and comes back as it was typed, with `status`."""
    found = get_object_or_404(Endorsement.objects.select_related("appeal", "signatory", "text", "vouched_by"), pk=pk)
    content = {
        "endorsement": found,
        "line": listings.line_for_staff(found) or _("Name sealed"),
        "decisions": possible(found),
        "questions": [(question, opened_or_none(question.sealed_answer)) for question in found.questions.all()],
        "events": history(pk),
        "check": None if found.withdrawal_due_at else review.check_form(found),
        "title": _("Endorsement"),
        **review.weighed(found),
        "undelivered": review.undelivered(found),
        **review.place(found),
        **review.neighbours(found, _beside(request)),
        "under": under(request),
        **_possible(found),
        **sections.of(found),
        **forms,
    }
    answered = status if forms else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/endorsement.html", with_site(request, content), status=answered)


def _possible(found: Endorsement) -> dict[str, Any]:
    """What may be done about `found` besides deciding: each a form, a row or a yes."""
    signatory, is_active = found.signatory, found.state in ACTIVE
    is_open = found.withdrawal_due_at is None
    is_listed = bool(signatory and signatory.status == Status.LISTED)
    is_withheld = found.state == State.APPROVED and found.display == Display.WITHHELD and is_open
    correction = found.corrections.waiting().first() if is_active and is_open else None
    return {
        "is_active": is_active,
        "is_listed": is_listed,
        "may_show": is_withheld and found.origin == Origin.IMPORTED,
        "asks_for_name": is_withheld and found.name_again_at,
        "correction": correction,
        "proposed": _proposed_line(correction.sealed_proposal) if correction else "",
        "unreachable": found.state == State.CONFIRMED and not has_contact(found),
        "ask": QuestionForm(auto_id="ask-%s") if found.state == State.CONFIRMED and is_open else None,
        "note": NoteForm(initial={"words": signatory.note, "seen": signatory.note}, auto_id="note-%s")
        if signatory and is_listed
        else None,
    }


def _proposed_line(sealed: str) -> str:
    proposal = opened_or_none(sealed)
    return listings.line_of(Endorsement(**proposal)) if proposal else ""


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carries out the decision that was pressed; whoever comes second reads who was first."""
    known = DECISIONS.get(request.POST.get("decision", ""))
    if known is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    form = RejectForm(request.POST, auto_id="reject-%s")
    is_rejected = known[0] == State.REJECTED
    if is_rejected and not form.is_valid():
        return page(request, pk, reject=form, chosen_reason=request.POST.get("reason"))
    try:
        decided = known[1](pk, by=me(request), at=clock.now(), **(form.cleaned_data if is_rejected else {}))
    except Endorsement.DoesNotExist as error:
        raise Http404 from error
    except AlreadyDecided as first:
        messages.warning(request, already(first))
    except moderation.MailboxNotProven:
        messages.warning(request, _("Its mailbox was never confirmed, so it cannot come back into the queue."))
    except tuple(WHY_NOT) as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
    else:
        messages.success(request, _what_was_decided(decided))
        if known[1] is moderation.cancel_withdrawal:
            return back(request, pk)
        return HttpResponseRedirect(_afterwards(request, pk), status=HTTPStatus.SEE_OTHER)
    return back(request, pk)


def _what_was_decided(decided: Endorsement) -> str:
    if decided.withdrawal_due_at:
        when = formats.date_format(timezone.localtime(decided.withdrawal_due_at), "DATETIME_FORMAT")
        words = _("Endorsement %(number)s: the name is off this site. The withdrawal is final at %(when)s.")
        return words % {"number": decided.pk, "when": when}
    return _("Endorsement %(number)s: %(state)s.") % {"number": decided.pk, "state": decided.get_state_display()}


def _beside(request: HttpRequest) -> QuerySet[Endorsement]:
    """What stands in the queue under the filter of this address."""
    return Filters.of(request.GET.dict()).rows(by=me(request), at=clock.now())


def _afterwards(request: HttpRequest, pk: int) -> str:
    """Where a moderator goes on after a decision: to the next one under the filter; in the queue, if it was there."""
    if "in_queue" in request.POST:
        return f"{reverse('admin:index')}{f'?{request.GET.urlencode()}' if request.GET else ''}"
    following = review.next_to_decide(pk, _beside(request))
    return page_of(request, following) if following else f"{reverse('admin:index')}{under(request)}"
