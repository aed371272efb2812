"""The queue, one endorsement, and the decision on it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from petition.actions import listings, moderation
from petition.actions.audit import Actor
from petition.actions.lifecycle import AlreadyDecided
from petition.admin.words import ACTORS, VERBS
from petition.models import AuditEvent, Endorsement, State
from petition.vocabulary import clock

PAGE = 50

DECISIONS: dict[str, tuple[State, Callable[..., Endorsement]]] = {
    "approve": (State.APPROVED, moderation.approve),
    "reject": (State.REJECTED, moderation.reject),
    "reopen": (State.CONFIRMED, moderation.reopen),
    "revoke": (State.CONFIRMED, moderation.revoke),
    "withdraw": (State.WITHDRAWN, moderation.withdraw),
}
_POSSIBLE = {
    State.SUBMITTED: ("reject", "withdraw"),
    State.CONFIRMED: ("approve", "reject", "withdraw"),
    State.RETURNED: ("reject", "withdraw"),
    State.REJECTED: ("reopen", "withdraw"),
    State.APPROVED: ("revoke", "withdraw"),
    State.WITHDRAWN: (),
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, oldest first; with `?state=` others; a page at a time (`?after=` a row's number)."""
    state = request.GET.get("state", State.CONFIRMED)
    after = request.GET.get("after", "0")
    if state not in State.values or not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Http404
    rows = (
        Endorsement.objects.filter(state=state, pk__gt=int(after)).select_related("appeal", "signatory").order_by("pk")
    )
    page = list(rows[: PAGE + 1])
    counts = dict(Endorsement.objects.values_list("state").annotate(Count("pk")).order_by())
    content = {
        "rows": [{"endorsement": row, "line": _line(row)} for row in page[:PAGE]],
        "more": page[PAGE - 1].pk if len(page) > PAGE else None,
        "state": State(state),
        "tabs": [(tab, tab.label, counts.get(tab, 0)) for tab in State],
        "decisions": [name for name in _POSSIBLE[State(state)] if name in ("approve", "reject")],
        "title": _("Endorsements"),
    }
    return TemplateResponse(request, "admin/petition/queue.html", _with_site(request, content))


@require_safe
def endorsement(request: HttpRequest, pk: int) -> HttpResponse:
    """One endorsement as it was submitted, how its line will be printed, and its trail."""
    found = get_object_or_404(Endorsement.objects.select_related("appeal", "signatory", "text"), pk=pk)
    events = list(AuditEvent.objects.filter(subject_kind="endorsement", subject_id=pk).order_by("pk"))
    people = _people({event.actor_id for event in events})
    content = {
        "endorsement": found,
        "line": _line(found),
        "decisions": _POSSIBLE[State(found.state)],
        "events": [
            (event.at, VERBS.get(event.verb, event.verb), people.get(event.actor_id) or ACTORS[event.actor_kind])
            for event in events
        ],
        "title": _("Endorsement"),
    }
    return TemplateResponse(request, "admin/petition/endorsement.html", _with_site(request, content))


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carries out the decision that was pressed; whoever comes second reads who was first."""
    known = DECISIONS.get(request.POST.get("decision", ""))
    if known is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    try:
        decided = known[1](pk, by=Actor.staff(int(request.user.pk or 0)), at=clock.now())
    except Endorsement.DoesNotExist as error:
        raise Http404 from error
    except AlreadyDecided as first:
        messages.warning(request, _already(first))
        return HttpResponseRedirect(reverse("admin:endorsement", args=[pk]))
    except moderation.EndorsedAgain:
        messages.warning(
            request, _("The organisation has endorsed again since; that endorsement is the one to decide.")
        )
        return HttpResponseRedirect(reverse("admin:endorsement", args=[pk]))
    except moderation.MailboxNotProven:
        messages.warning(request, _("Its mailbox was never confirmed, so it cannot come back into the queue."))
        return HttpResponseRedirect(reverse("admin:endorsement", args=[pk]))
    said = {"number": pk, "state": decided.get_state_display()}
    messages.success(request, _("Endorsement %(number)s: %(state)s.") % said)
    return HttpResponseRedirect(reverse("admin:index"), status=HTTPStatus.SEE_OTHER)


def _already(first: AlreadyDecided) -> str:
    who = _people({first.event.actor_id}).get(first.event.actor_id) or ACTORS[first.event.actor_kind]
    when = formats.date_format(timezone.localtime(first.event.at), "DATETIME_FORMAT")
    return _("Already decided by %(who)s at %(when)s: %(state)s.") % {
        "who": who,
        "when": when,
        "state": first.state.label,
    }


def _people(ids: set[int | None]) -> dict[int | None, str]:
    """Staff accounts by number; an account that is gone is missing."""
    return {
        person.pk: person.get_username()
        for person in get_user_model().objects.filter(pk__in=[number for number in ids if number])
    }


def _line(row: Endorsement) -> str:
    return listings.line_for_staff(row) or _("Name sealed")


def _with_site(request: HttpRequest, content: dict[str, Any]) -> dict[str, Any]:
    return admin.site.each_context(request) | content
