"""Many endorsements at once: ticked, all under the filter, or a cluster; shown with count and sample before."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.listing import entries
from petition.actions.moderation import batches, decision_mails, versions
from petition.actions.staff.hourly_limits import APPROVALS
from petition.admin.access import ask_before
from petition.admin.actors import WHY_NOT, me, with_site
from petition.admin.queue import bulk_mails, selection
from petition.admin.queue.filters import Filters
from petition.models import Batch, BatchDeed, Endorsement
from petition.reference import clock

SAMPLE = 10
"""So many names are shown of what is set aside or released, without a mail and taken back at any time."""
MOST = 1000
"""So many of what is decided: every name, until a page cannot be read any more."""
AT_ONCE_SECONDS = 8
"""So long the page that starts a batch works on it; the worker does the rest."""


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What would be done to which; with `shown`, what that page showed, it is begun."""
    if "shown" in request.POST:
        return _begin(request)
    deed = request.POST.get("deed", "")
    if deed not in BatchDeed.values:
        return HttpResponseBadRequest(_("Unknown decision."))
    try:
        shown = _shown(request)
    except selection.ShownTooLongAgo:
        return _too_old(request)
    chosen = _chosen(request, shown)
    found = batches.open_to(deed).filter(pk__in=chosen.values("pk"))
    count = found.count()
    told = batches.told_of(deed, found)
    mails = told.count()
    needs_second = batches.needs_second(deed, count)
    if deed == BatchDeed.APPROVE and not needs_second and (ask := ask_before(request, APPROVALS, count)):
        return ask
    shown_names = SAMPLE if deed in (BatchDeed.QUARANTINE, BatchDeed.RELEASE) else MOST
    sample = found.select_related("appeal", "signatory").order_by("pk")[:shown_names]
    content = {
        "deed": BatchDeed(deed),
        "count": count,
        "left_out": chosen.count() - count,
        "mails": mails,
        "needs_second": needs_second,
        "alone": batches.ALONE,
        "letters": bulk_mails.of_approval(told) if deed == BatchDeed.APPROVE else [],
        "rejections": bulk_mails.of_rejection(told) if deed == BatchDeed.REJECT else [],
        "may_choose": True,
        "sample": [(row, entries.line_for_staff(row) or _("Name sealed")) for row in sample],
        "is_sample": count > shown_names,
        "more": max(0, count - shown_names),
        "shown": selection.signed("bulk", shown | {"deed": deed, "count": count}),
        "back": _back(request),
        "title": _("Many at once"),
    }
    return TemplateResponse(request, "admin/petition/queue/bulk.html", with_site(request, content))


def _shown(request: HttpRequest) -> dict[str, Any]:
    """Raises ShownTooLongAgo where the page of floods is too old."""
    if "clusters" in request.POST:
        return selection.opened("floods", request.POST["clusters"])
    if request.POST.get("which") == "all":
        return {"query": request.POST.get("query", ""), "mark": versions.newest_event()}
    return {"numbers": selection.numbers_in(request.POST.getlist("pk")), "mark": versions.newest_event()}


def _chosen(request: HttpRequest, shown: dict[str, Any]) -> QuerySet[Endorsement]:
    """The endorsements that were shown, but for those that have changed since."""
    if "query" in shown:
        filters = Filters.of(QueryDict(shown["query"]).dict())
        return versions.unchanged_since(filters.rows(by=me(request), at=clock.now()), shown["mark"])
    numbers = [row.pk for row in selection.in_clusters(shown)] if "clusters" in shown else shown["numbers"]
    return versions.unchanged_since(Endorsement.objects.filter(pk__in=numbers), shown["mark"])


def _begin(request: HttpRequest) -> HttpResponse:
    try:
        shown = selection.opened("bulk", request.POST["shown"])
    except selection.ShownTooLongAgo:
        return _too_old(request)
    numbers = list(_chosen(request, shown).values_list("pk", flat=True))
    is_alone = batches.is_single_handed(BatchDeed(shown["deed"]), numbers)
    if shown["deed"] == BatchDeed.APPROVE and is_alone and (ask := ask_before(request, APPROVALS, len(numbers))):
        return ask
    reason = request.POST.get("reason", "") if shown["deed"] == BatchDeed.REJECT else ""
    batch = begun(request, BatchDeed(shown["deed"]), numbers, shown_at=shown["mark"], reason=reason)
    path = reverse("admin:batch", args=[batch.pk]) if batch else reverse("admin:index")
    return HttpResponseRedirect(path, status=HTTPStatus.SEE_OTHER)


def begun(request: HttpRequest, deed: BatchDeed, numbers: list[int], *, shown_at: int, **options: str) -> Batch | None:
    """A batch, as far as it came within AT_ONCE_SECONDS; None, and a warning, where there is nothing to do."""
    try:
        batch = batches.begin(deed, numbers, shown_at=shown_at, by=me(request).id or 0, at=clock.now(), **options)
    except batches.NothingToDo:
        messages.warning(request, _("Nothing was done: what was shown has changed since."))
        return None
    except decision_mails.UnknownReason as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
        return None
    batches.go_on(batch_id=batch.pk, seconds=AT_ONCE_SECONDS)
    return batch


def _too_old(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("That page is too old. Look again, then decide."))
    return HttpResponseRedirect(reverse("admin:index"), status=HTTPStatus.SEE_OTHER)


def _back(request: HttpRequest) -> str:
    """The queue as it was filtered."""
    return f"{reverse('admin:index')}?{QueryDict(request.POST.get('query', '')).urlencode()}"
