"""Deeds on many endorsements: how far each is, what became of it, and taking it back as one step."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.listing import entries
from petition.actions.moderation import batches as deeds, versions
from petition.actions.staff.hourly_limits import REVOKES
from petition.admin.access import ask_before
from petition.admin.actors import me, with_site
from petition.admin.queue import bulk_mails, selection
from petition.admin.queue.bulk import AT_ONCE_SECONDS
from petition.models import Batch, BatchDeed, BatchState, Endorsement, Outcome
from petition.reference import clock

PAGE = 50
NAMES = 200
"""So many names stand on one page of a batch."""
_DEEDS = {"second": deeds.second, "drop": deeds.drop, "undo": deeds.undo}


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """The newest, those that wait for a second person on top."""
    found = list(Batch.objects.annotate(size=Count("parts")).order_by("-pk")[:PAGE])
    names = _names(found)
    waiting_first = sorted(found, key=lambda batch: batch.state != BatchState.PROPOSED)
    content = {
        "rows": [(batch, names.get(batch.begun_by, "–")) for batch in waiting_first],
        "title": _("Many at once"),
    }
    return TemplateResponse(request, "admin/petition/queue/batches.html", with_site(request, content))


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; a post carries out what was proposed, drops it, takes it back, or just lets it get on."""
    found = get_object_or_404(Batch, pk=pk)
    if request.method == "POST":
        return _act(request, found)
    counted = dict(found.parts.order_by().values_list("outcome").annotate(Count("pk")))
    size, waiting = sum(counted.values()), _waiting(found, counted)
    names = _names([found])
    content = {
        "batch": found,
        "size": size,
        "ready": size - waiting,
        "is_under_way": found.state in (BatchState.RUNNING, BatchState.UNDOING),
        "is_proposed": found.state == BatchState.PROPOSED,
        "is_mine": found.begun_by == request.user.pk,
        "outcomes": [(outcome.label, counted[outcome]) for outcome in Outcome if counted.get(outcome)],
        **_names_of_parts(request, found),
        **_mails(found),
        "people": {name: names.get(getattr(found, name)) for name in ("begun_by", "carried_out_by", "undone_by")},
        "title": _("Many at once"),
    }
    return TemplateResponse(request, "admin/petition/queue/batch.html", with_site(request, content))


def _names_of_parts(request: HttpRequest, found: Batch) -> dict[str, Any]:
    """A page of the names that it is about, each with what became of it; one that has changed since says so."""
    after = (selection.numbers_in([request.GET.get("after", "")]) or [0])[0]
    rows = found.parts.filter(pk__gt=after).select_related("endorsement__appeal", "endorsement__signatory")
    parts = list(rows.order_by("pk")[: NAMES + 1])
    numbers = [part.endorsement_id for part in parts]
    now = dict(Endorsement.objects.filter(pk__in=numbers).values_list("pk", versions.last_change()))
    waits = Outcome.WAITING
    return {
        "parts": [
            {
                "endorsement": part.endorsement,
                "line": entries.line_for_staff(part.endorsement) or _("Name sealed"),
                "outcome": part.get_outcome_display(),
                "has_changed": part.outcome == waits and part.seen != now[part.endorsement_id],
            }
            for part in parts[:NAMES]
        ],
        "more_after": parts[NAMES - 1].pk if len(parts) > NAMES else 0,
    }


def _mails(found: Batch) -> dict[str, Any]:
    """What it tells whom, for whoever is to carry it out."""
    rows = Endorsement.objects.filter(pk__in=found.parts.filter(outcome=Outcome.WAITING).values("endorsement"))
    told = deeds.told_of(found.deed, rows)
    return {
        "letters": bulk_mails.of_approval(told) if found.deed == BatchDeed.APPROVE else [],
        "rejections": bulk_mails.of_rejection(told, only=found.reason) if found.deed == BatchDeed.REJECT else [],
    }


def _waiting(found: Batch, counted: dict[str, int]) -> int:
    if found.state == BatchState.UNDOING:
        return counted.get(Outcome.DONE, 0)
    return counted.get(Outcome.WAITING, 0)


def _act(request: HttpRequest, found: Batch) -> HttpResponse:
    wanted = request.POST.get("deed", "")
    if wanted not in {*_DEEDS, "go_on"}:
        return HttpResponseBadRequest(_("Unknown decision."))
    if wanted == "undo" and (ask := ask_before(request, REVOKES, deeds.names_taken_off(found, at=clock.now()))):
        return ask
    try:
        if wanted in _DEEDS:
            _DEEDS[wanted](found.pk, by=me(request).id or 0, at=clock.now())
    except deeds.SamePerson:
        messages.warning(request, _("Somebody else has to carry this out: it was you who proposed it."))
    else:
        deeds.go_on(batch_id=found.pk, seconds=AT_ONCE_SECONDS)
    path = reverse("admin:batches") if request.POST.get("back") else reverse("admin:batch", args=[found.pk])
    return HttpResponseRedirect(path, status=HTTPStatus.SEE_OTHER)


def _names(found: Sequence[Batch]) -> dict[int | None, str]:
    ids = [number for batch in found for number in (batch.begun_by, batch.carried_out_by, batch.undone_by) if number]
    return {account.pk: account.get_username() for account in get_user_model().objects.filter(pk__in=ids)}
