"""Messages about names, grouped by entry: a flood takes one place, and many are settled at once."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from petition.actions.self_service import disputes as actions
from petition.admin.actors import me, with_site
from petition.admin.entries import endorsements_behind
from petition.admin.queue import selection
from petition.models import About, Appeal, Dispute
from petition.models.requests import DisputeQuerySet
from petition.reference import clock, retention_periods as periods

GROUPS = 20
"""So many entries on one page."""
SHOWN_OF_EACH = 3
"""So many messages of each entry are shown beside its count."""
PAGE = 100
"""So many messages of one entry on one page; a form may have 200 fields."""
AT_ONCE = 2000
"""So many messages at most are settled by one press, so that their numbers fit into a form."""
NO_ENTRY = "none"
"""In an address: messages that name no entry."""
KINDS: dict[str, tuple[str | Promise, Q]] = {
    "claims": (gettext_lazy("Gives an address of the contact, or at its domain"), ~Q(claim="")),
    "single": (gettext_lazy("Did not come in a flood"), Q(above_limit=False)),
    "flood": (gettext_lazy("Came in a flood"), Q(above_limit=True)),
}
"""What messages can be narrowed by, besides what they are about."""


@dataclass(frozen=True)
class Group:
    """What is shown of the messages about one entry."""

    appeal: str  # slug
    reference: str
    count: int
    not_agreed: int
    flood: int
    claims: int
    newest: datetime
    endorsement: int | None
    first: list[Dispute]

    @property
    def query(self) -> str:
        """The part of an address behind `?` that leads to all of them."""
        return urlencode({"appeal": self.appeal, "entry": self.reference or NO_ENTRY})


def groups(rows: DisputeQuerySet, *, page: int = 0) -> tuple[list[Group], bool]:
    """GROUPS of the entries that `rows` are about, and whether there are more. Three queries, however many rows."""
    entries = list(rows.by_entry()[page * GROUPS : (page + 1) * GROUPS + 1])
    keys = [(entry["appeal_id"], entry["reference"]) for entry in entries[:GROUPS]]
    behind = endorsements_behind(keys)
    wanted = Q(pk__in=())
    for appeal_id, reference in keys:
        wanted |= Q(appeal=appeal_id, reference=reference)
    first: dict[tuple[int, str], list[Dispute]] = {key: [] for key in keys}
    for dispute in rows.filter(wanted).first_of_each_entry(SHOWN_OF_EACH):
        first[dispute.appeal_id, dispute.reference].append(dispute)
    columns = ("reference", "count", "not_agreed", "flood", "claims", "newest")
    found = [
        Group(
            appeal=entry["appeal__slug"],
            endorsement=behind.get(key),
            first=first[key],
            **{column: entry[column] for column in columns},
        )
        for key, entry in zip(keys, entries, strict=False)
    ]
    return found, len(entries) > GROUPS


@require_http_methods(["GET", "HEAD", "POST"])
def disputes(request: HttpRequest) -> HttpResponse:
    """All entries that messages are about, or all messages about one; a post asks, then settles what was shown."""
    if request.method == "POST":
        return _settle(request) if "settle" in request.POST else _ask(request)
    chosen, page = _chosen(request.GET), request.GET.get("page", "0")
    if not (page.isascii() and page.isdigit() and len(page) < 7):
        raise Http404
    rows = _rows(chosen)
    content = {
        "chosen": chosen,
        "abouts": About.choices,
        "kinds": [(kind, label) for kind, (label, _q) in KINDS.items()],
    }
    content |= _of_one_entry(rows, int(page)) if chosen["entry"] else _of_all(rows, int(page))
    narrowed = {name: value for name, value in chosen.items() if value}
    content |= {
        "title": _("Messages about names"),
        "next": urlencode(narrowed | {"page": int(page) + 1}),
        "entry": "" if chosen["entry"] == NO_ENTRY else chosen["entry"],
    }
    return TemplateResponse(request, "admin/petition/disputes/dispute_list.html", with_site(request, content))


def _of_all(rows: DisputeQuerySet, page: int) -> dict[str, Any]:
    found, more = groups(rows, page=page)
    return {"groups": found, "more": more}


def _of_one_entry(rows: DisputeQuerySet, page: int) -> dict[str, Any]:
    numbers = list(rows.genuine_first().values_list("pk", flat=True)[:AT_ONCE])
    start = page * PAGE
    shown = list(rows.genuine_first().select_related("appeal")[start : start + PAGE + 1])
    behind = endorsements_behind({(row.appeal_id, row.reference) for row in shown[:1]})
    return {
        "single": [row for row in shown[:PAGE] if not row.above_limit],
        "flood": [row for row in shown[:PAGE] if row.above_limit],
        "endorsement": next(iter(behind.values()), None),
        "count": len(numbers),
        "is_capped": len(numbers) == AT_ONCE,
        "shown": selection.signed("disputes", {"numbers": numbers}),
        "more": len(shown) > PAGE,
    }


def _chosen(query: QueryDict) -> dict[str, str]:
    """What an address narrows the messages by. Raises Http404 for what nobody could choose."""
    chosen = {name: query.get(name, "") for name in ("appeal", "entry", "about", "kind")}
    if chosen["about"] not in {"", *About.values} or chosen["kind"] not in {"", *KINDS} or "\0" in chosen["entry"]:
        raise Http404
    if chosen["entry"] and not chosen["appeal"]:
        raise Http404
    if chosen["appeal"] and not Appeal.objects.filter(slug=chosen["appeal"]).exists():
        raise Http404
    return chosen


def _rows(chosen: dict[str, str]) -> DisputeQuerySet:
    rows: DisputeQuerySet = Dispute.objects.open()
    if chosen["appeal"]:
        rows = rows.filter(appeal__slug=chosen["appeal"])
    if chosen["entry"]:
        rows = rows.filter(reference="" if chosen["entry"] == NO_ENTRY else chosen["entry"])
    if chosen["about"]:
        rows = rows.filter(about=chosen["about"])
    return rows.filter(KINDS[chosen["kind"]][1]) if chosen["kind"] else rows


def _ask(request: HttpRequest) -> HttpResponse:
    """What would be settled: those ticked, or all that were shown; nothing that came since."""
    try:
        numbers = selection.opened("disputes", request.POST.get("shown", ""))["numbers"]
    except selection.ShownTooLongAgo:
        return _too_old(request)
    if request.POST.get("which") != "all":
        numbers = sorted(set(numbers) & set(selection.numbers_in(request.POST.getlist("pk"))))
    rows = Dispute.objects.open().filter(pk__in=numbers)
    content = {
        "count": (count := rows.count()),
        "not_agreed": rows.filter(about=About.NOT_AGREED).count(),
        "claims": rows.exclude(claim="").count(),
        "unopened": actions.count_unopened(list(rows.values_list("pk", flat=True))) if count else 0,
        "days": periods.SETTLED_DISPUTE.days,
        "settle": selection.signed("settling", {"numbers": numbers}),
        "title": _("Messages about names"),
    }
    return TemplateResponse(request, "admin/petition/disputes/settle.html", with_site(request, content))


def _settle(request: HttpRequest) -> HttpResponse:
    try:
        numbers = selection.opened("settling", request.POST["settle"])["numbers"]
    except selection.ShownTooLongAgo:
        return _too_old(request)
    settled = actions.settle_many(numbers, by=me(request), at=clock.now())
    if settled:
        words = ngettext("%(count)d message is settled.", "%(count)d messages are settled.", settled)
        messages.success(request, words % {"count": settled})
    if others := len(numbers) - settled:
        words = ngettext(
            "%(count)d message had been settled before.", "%(count)d messages had been settled before.", others
        )
        messages.warning(request, words % {"count": others})
    return _back()


def _too_old(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("That page is too old. Look again, then decide."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:disputes"), status=HTTPStatus.SEE_OTHER)
