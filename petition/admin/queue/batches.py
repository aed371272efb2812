"""Batches, which are bulk actions: how far each is, its outcome, and undoing it as one step."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions import stale_forms
from petition.actions.listing import entries
from petition.actions.moderation import batches as actions
from petition.actions.refusals import SecondPersonNeeded
from petition.actions.staff.hourly_limits import REVOKES
from petition.admin.actors import current_actor, get_usernames
from petition.admin.limit_check import check_hourly_limit
from petition.admin.queue import bulk_mails
from petition.admin.queue.start_batch import SECONDS_IN_REQUEST
from petition.admin.responses import redirect_to_page, render_page
from petition.models import Batch, BatchAction, BatchOutcome, BatchState, Endorsement
from petition.reference import clock
from petition.text.numbers import parse_number

BATCHES_PER_PAGE = 50
NAMES_PER_PAGE = 200
_ACTIONS = {"second": actions.carry_out, "drop": actions.discard, "undo": actions.undo}


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """Show the newest batches, those that wait for a second person on top."""
    rows = list(Batch.objects.annotate(size=Count("parts")).order_by("-pk")[:BATCHES_PER_PAGE])
    usernames = _get_usernames(rows)
    waiting_first = sorted(rows, key=lambda batch: batch.state != BatchState.PROPOSED)
    context = {
        "rows": [(batch, usernames.get(batch.begun_by, "–")) for batch in waiting_first],
        "title": _("Bulk actions"),
    }
    return render_page(request, "queue/batches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one batch; on POST carry out what was proposed, discard it, undo it, or continue it."""
    row = get_object_or_404(Batch, pk=pk)
    if request.method == "POST":
        return _act(request, row)
    counts = dict(row.parts.order_by().values_list("outcome").annotate(Count("pk")))
    size = sum(counts.values())
    waiting = counts.get(BatchOutcome.DONE if row.state == BatchState.UNDOING else BatchOutcome.WAITING, 0)
    usernames = _get_usernames([row])
    context = {
        "batch": row,
        "size": size,
        "ready": size - waiting,
        "is_under_way": row.state in (BatchState.RUNNING, BatchState.UNDOING),
        "is_proposed": row.state == BatchState.PROPOSED,
        "is_mine": row.begun_by == request.user.pk,
        "outcomes": [(outcome.label, counts[outcome]) for outcome in BatchOutcome if counts.get(outcome)],
        **_parts_context(request, row),
        **_mails_context(row),
        "people": {name: usernames.get(getattr(row, name)) for name in ("begun_by", "carried_out_by", "undone_by")},
        "title": _("Bulk actions"),
    }
    return render_page(request, "queue/batch.html", context)


def _parts_context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """Return one page of its endorsements, each with its outcome and whether it has changed since it was shown."""
    after = parse_number(request.GET.get("after", "")) or 0
    rows = batch.parts.filter(pk__gt=after).select_related("endorsement__appeal", "endorsement__signatory")
    parts = list(rows.order_by("pk")[: NAMES_PER_PAGE + 1])
    ids = [part.endorsement_id for part in parts]
    now = dict(Endorsement.objects.filter(pk__in=ids).values_list("pk", stale_forms.last_change_column()))
    return {
        "parts": [
            {
                "endorsement": part.endorsement,
                "line": entries.get_entry_text_for_staff(part.endorsement) or _("Name encrypted"),
                "outcome": part.get_outcome_display(),
                "has_changed": part.outcome == BatchOutcome.WAITING and part.seen != now[part.endorsement_id],
            }
            for part in parts[:NAMES_PER_PAGE]
        ],
        "more_after": parts[NAMES_PER_PAGE - 1].pk if len(parts) > NAMES_PER_PAGE else 0,
    }


def _mails_context(batch: Batch) -> dict[str, Any]:
    """Return the mails that the batch will send, for the person who is to carry it out."""
    rows = Endorsement.objects.filter(pk__in=batch.parts.filter(outcome=BatchOutcome.WAITING).values("endorsement"))
    recipients = actions.filter_mail_recipients(batch.deed, rows)
    return {
        "mails_by_language": bulk_mails.preview_approval_mails(recipients) if batch.deed == BatchAction.APPROVE else [],
        "rejections": bulk_mails.preview_rejection_mails(recipients, only=batch.reason)
        if batch.deed == BatchAction.REJECT
        else [],
    }


def _act(request: HttpRequest, batch: Batch) -> HttpResponse:
    pressed = request.POST.get("deed", "")
    if pressed not in {*_ACTIONS, "go_on"}:
        return HttpResponseBadRequest(_("Unknown decision."))
    if pressed == "undo":
        check_hourly_limit(request, REVOKES, coming=actions.count_names_removed_by_undo(batch, at=clock.now()))
    try:
        if pressed in _ACTIONS:
            _ACTIONS[pressed](batch.pk, by=current_actor(request).id or 0, at=clock.now())
    except SecondPersonNeeded:
        messages.warning(request, _("You proposed this. Another moderator must run it."))
    else:
        actions.continue_batches(batch_id=batch.pk, seconds=SECONDS_IN_REQUEST)
    return redirect_to_page("batches") if request.POST.get("back") else redirect_to_page("batch", batch.pk)


def _get_usernames(batches: Sequence[Batch]) -> dict[int | None, str]:
    ids = [pk for batch in batches for pk in (batch.begun_by, batch.carried_out_by, batch.undone_by) if pk]
    return get_usernames(ids)
