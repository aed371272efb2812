"""A bulk action: first shown with count, sample and mails, then started on what was shown.

It is about the endorsements that were ticked, all under the filter, or those of a cluster.
"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions import stale_forms
from petition.actions.listing import entries
from petition.actions.moderation import batches
from petition.actions.staff.hourly_limits import APPROVALS
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.limit_check import check_hourly_limit
from petition.admin.queue import bulk_mails, selection
from petition.admin.queue.filters import Filters
from petition.admin.queue.start_batch import start_batch
from petition.admin.responses import redirect_to_page, render_page
from petition.models import BatchAction, Endorsement
from petition.reference import clock

SAMPLE_SIZE = 10
"""Names shown of what is put on hold or released, which sends no mail and can be undone at any time."""
MAX_NAMES = 1000
"""Names shown of what is decided: all of them, as long as a page can be read."""


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Show what would be done to which; with `shown`, which that page carries, start it."""
    if "shown" in request.POST:
        return _start(request)
    deed = request.POST.get("deed", "")
    if deed not in BatchAction.values:
        return HttpResponseBadRequest(_("Unknown decision."))
    try:
        shown = _read_choice(request)
    except selection.SelectionExpired:
        return _report_expired(request)
    chosen = _select_unchanged(request, shown)
    eligible = batches.list_eligible(deed).filter(pk__in=chosen.values("pk"))
    count = eligible.count()
    recipients = batches.filter_mail_recipients(deed, eligible)
    needs_second = batches.needs_second_person(deed, count)
    if deed == BatchAction.APPROVE and not needs_second:
        check_hourly_limit(request, APPROVALS, coming=count)
    sample_size = SAMPLE_SIZE if deed in (BatchAction.QUARANTINE, BatchAction.RELEASE) else MAX_NAMES
    sample = eligible.select_related("appeal", "signatory").order_by("pk")[:sample_size]
    context = {
        "deed": BatchAction(deed),
        "count": count,
        "left_out": chosen.count() - count,
        "mails": recipients.count(),
        "needs_second": needs_second,
        "removes": deed in batches.REMOVING,
        "alone": batches.MOST_BY_ONE_PERSON,
        "mails_by_language": bulk_mails.preview_approval_mails(recipients) if deed == BatchAction.APPROVE else [],
        "rejections": bulk_mails.preview_rejection_mails(recipients) if deed == BatchAction.REJECT else [],
        "may_choose": True,
        "sample": [(row, entries.get_entry_text_for_staff(row) or _("Name encrypted")) for row in sample],
        "is_sample": count > sample_size,
        "more": max(0, count - sample_size),
        "shown": selection.sign_selection("bulk", shown | {"deed": deed, "count": count}),
        "back": f"{reverse('admin:index')}?{QueryDict(request.POST.get('query', '')).urlencode()}",
        "title": _("Bulk actions"),
    }
    return render_page(request, "queue/bulk.html", context)


def _read_choice(request: HttpRequest) -> dict[str, Any]:
    """Return what was chosen. Raises SelectionExpired where the page with the clusters is too old."""
    if "clusters" in request.POST:
        return selection.read_selection("floods", request.POST["clusters"])
    if request.POST.get("which") == "all":
        return {"query": _read_query(request).urlencode(), "mark": stale_forms.newest_event()}
    return {"numbers": selection.parse_numbers(request.POST.getlist("pk")), "mark": stale_forms.newest_event()}


def _read_query(request: HttpRequest) -> QueryDict:
    """Return the query of the queue's page, whose appeal is the chosen one where it names none."""
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    if not query.get("appeal") and (appeal := get_chosen_appeal(request)):
        query["appeal"] = appeal.slug
    return query


def _select_unchanged(request: HttpRequest, shown: dict[str, Any]) -> QuerySet[Endorsement]:
    """Return the endorsements that were shown, without those that have changed since."""
    if "query" in shown:
        filters = Filters.from_query(QueryDict(shown["query"]).dict())
        return stale_forms.unchanged_since(filters.select(by=current_actor(request), at=clock.now()), shown["mark"])
    ids = [row.pk for row in selection.list_members(shown)] if "clusters" in shown else shown["numbers"]
    return stale_forms.unchanged_since(Endorsement.objects.filter(pk__in=ids), shown["mark"])


def _start(request: HttpRequest) -> HttpResponse:
    try:
        shown = selection.read_selection("bulk", request.POST["shown"])
    except selection.SelectionExpired:
        return _report_expired(request)
    ids = list(_select_unchanged(request, shown).values_list("pk", flat=True))
    if shown["deed"] == BatchAction.APPROVE and batches.can_carry_out_alone(BatchAction(shown["deed"]), ids):
        check_hourly_limit(request, APPROVALS, coming=len(ids))
    reason = request.POST.get("reason", "") if shown["deed"] == BatchAction.REJECT else ""
    batch = start_batch(request, BatchAction(shown["deed"]), ids, seen=shown["mark"], reason=reason)
    return redirect_to_page("batch", batch.pk) if batch else redirect_to_page("index")


def _report_expired(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("This page is too old. Look again, then decide."))
    return redirect_to_page("index")
