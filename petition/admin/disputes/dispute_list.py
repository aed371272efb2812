"""The list of messages about names: by entry, or all about one entry, of which many are settled at once."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from petition.actions.self_service import disputes as actions
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.disputes.dispute_groups import NO_ENTRY, group_disputes
from petition.admin.queue import selection
from petition.admin.references import find_endorsements
from petition.admin.responses import redirect_to_page, render_page
from petition.models import Appeal, Dispute, DisputeTopic
from petition.models.requests import DisputeQuerySet
from petition.reference import clock, retention_periods as periods
from petition.text.numbers import parse_number

MESSAGES_PER_PAGE = 100
"""Of one entry. Each has a tick box, and a form may have 200 fields (DATA_UPLOAD_MAX_NUMBER_FIELDS)."""
MAX_SETTLED_AT_ONCE = 2000
"""Their numbers have to fit into one hidden field."""
KINDS: dict[str, tuple[str | Promise, Q]] = {
    "claims": (gettext_lazy("From the contact’s address or domain"), ~Q(claim="")),
    "single": (gettext_lazy("Not part of many similar messages"), Q(above_limit=False)),
    "flood": (gettext_lazy("Part of many similar messages"), Q(above_limit=True)),
}
"""What messages can be filtered by, besides what they are about."""


@require_http_methods(["GET", "HEAD", "POST"])
def disputes(request: HttpRequest) -> HttpResponse:
    """Show all entries that messages are about, or all messages about one; on POST preview and settle a selection."""
    if request.method == "POST":
        return _settle(request) if "settle" in request.POST else _preview(request)
    chosen, page = _parse_filters(request), parse_number(request.GET.get("page", "0"), max_digits=6)
    if page is None:
        raise Http404
    queryset = _filter(chosen)
    context = _entry_context(queryset, page) if chosen["entry"] else _groups_context(queryset, page)
    query = {name: value for name, value in chosen.items() if value}
    context |= {
        "chosen": chosen,
        "abouts": DisputeTopic.choices,
        "kinds": [(kind, label) for kind, (label, _q) in KINDS.items()],
        "title": _("Messages about names"),
        "next": urlencode(query | {"page": page + 1}),
        "entry": "" if chosen["entry"] == NO_ENTRY else chosen["entry"],
    }
    return render_page(request, "disputes/dispute_list.html", context)


def _groups_context(queryset: DisputeQuerySet, page: int) -> dict[str, Any]:
    groups, more = group_disputes(queryset, page=page)
    return {"groups": groups, "more": more}


def _entry_context(queryset: DisputeQuerySet, page: int) -> dict[str, Any]:
    # Genuine ones come first: those above a limit are many and mostly one person's.
    ids = list(queryset.by_priority().values_list("pk", flat=True)[:MAX_SETTLED_AT_ONCE])
    start = page * MESSAGES_PER_PAGE
    rows = list(queryset.by_priority().select_related("appeal")[start : start + MESSAGES_PER_PAGE + 1])
    endorsements = find_endorsements({(row.appeal_id, row.reference) for row in rows[:1]})
    return {
        "single": [row for row in rows[:MESSAGES_PER_PAGE] if not row.above_limit],
        "flood": [row for row in rows[:MESSAGES_PER_PAGE] if row.above_limit],
        "endorsement": next(iter(endorsements.values()), None),
        "count": len(ids),
        "is_capped": len(ids) == MAX_SETTLED_AT_ONCE,
        "shown": selection.sign_selection("disputes", {"numbers": ids}),
        "more": len(rows) > MESSAGES_PER_PAGE,
    }


def _parse_filters(request: HttpRequest) -> dict[str, str]:
    """Return the filters of the address, within the chosen appeal. Raises Http404 for a value that no page offers."""
    chosen = {name: request.GET.get(name, "") for name in ("entry", "about", "kind")}
    appeal = get_chosen_appeal(request)
    chosen["appeal"] = request.GET.get("appeal") or (appeal.slug if appeal else "")
    if (
        chosen["about"] not in {"", *DisputeTopic.values}
        or chosen["kind"] not in {"", *KINDS}
        or "\0" in chosen["entry"]
    ):
        raise Http404
    if chosen["appeal"] and not Appeal.objects.filter(slug=chosen["appeal"]).exists():
        raise Http404
    return chosen


def _filter(chosen: dict[str, str]) -> DisputeQuerySet:
    queryset: DisputeQuerySet = Dispute.objects.open()
    if chosen["appeal"]:
        queryset = queryset.filter(appeal__slug=chosen["appeal"])
    if chosen["entry"]:
        queryset = queryset.filter(reference="" if chosen["entry"] == NO_ENTRY else chosen["entry"])
    if chosen["about"]:
        queryset = queryset.filter(about=chosen["about"])
    return queryset.filter(KINDS[chosen["kind"]][1]) if chosen["kind"] else queryset


def _preview(request: HttpRequest) -> HttpResponse:
    """Show what would be settled: those ticked, or all that were shown, and nothing that came in since."""
    try:
        ids = selection.read_selection("disputes", request.POST.get("shown", ""))["numbers"]
    except selection.SelectionExpired:
        return _report_expired(request)
    if request.POST.get("which") != "all":
        ids = sorted(set(ids) & set(selection.parse_numbers(request.POST.getlist("pk"))))
    queryset = Dispute.objects.open().filter(pk__in=ids)
    context = {
        "count": (count := queryset.count()),
        "not_agreed": queryset.filter(about=DisputeTopic.NOT_AGREED).count(),
        "claims": queryset.exclude(claim="").count(),
        "unopened": actions.count_unopened(list(queryset.values_list("pk", flat=True))) if count else 0,
        "days": periods.SETTLED_DISPUTE.days,
        "settle": selection.sign_selection("settling", {"numbers": ids}),
        "title": _("Messages about names"),
    }
    return render_page(request, "disputes/settle.html", context)


def _settle(request: HttpRequest) -> HttpResponse:
    try:
        ids = selection.read_selection("settling", request.POST["settle"])["numbers"]
    except selection.SelectionExpired:
        return _report_expired(request)
    settled = actions.settle_many(ids, by=current_actor(request), at=clock.now())
    if settled:
        message = ngettext("%(count)d message is settled.", "%(count)d messages are settled.", settled)
        messages.success(request, message % {"count": settled})
    if others := len(ids) - settled:
        message = ngettext("%(count)d message was already settled.", "%(count)d messages were already settled.", others)
        messages.warning(request, message % {"count": others})
    return redirect_to_page("disputes")


def _report_expired(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("This page is too old. Look again, then decide."))
    return redirect_to_page("disputes")
