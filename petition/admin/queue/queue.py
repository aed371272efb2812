"""The queue: messages about names on top, then the endorsements of one tab, oldest first."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from petition.actions.listing import entries
from petition.admin.actors import current_actor
from petition.admin.disputes.dispute_groups import group_disputes
from petition.admin.numbers import parse_number
from petition.admin.queue.filter_querystring import filter_querystring
from petition.admin.queue.filters import AGE_LABELS, QUARANTINED, TABS, Filters, get_age
from petition.admin.queue.selection import list_bulk_actions
from petition.admin.responses import render_page
from petition.admin.review.decisions import list_decisions
from petition.models import HARMLESS_FLAGS, Appeal, Dispute, Endorsement, FlagCode, State, Suspicion
from petition.models.choices import UNDECIDED
from petition.reference import clock, countries
from petition.security.encrypted_names import get_name

ROWS_PER_PAGE = 50
ON_HOLD_BELOW = 10
"""How many of those on hold stand below a short queue, so that they are seen; the rest stand under their tab."""
MAX_COUNT = 1000
"""More are counted as "1000+": a count of all of them would read all of them."""


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show one page of the endorsements that the address filters (Filters), after the id in `?after=`."""
    filters, after, now = (
        Filters.from_query(request.GET.dict()),
        parse_number(request.GET.get("after", "0")),
        clock.now(),
    )
    if after is None:
        raise Http404
    page = _load(filters.select(by=current_actor(request), at=now).filter(pk__gt=after), ROWS_PER_PAGE + 1)
    if filters.state == State.CONFIRMED and len(page) <= ROWS_PER_PAGE - ON_HOLD_BELOW:
        on_hold = replace(filters, state=QUARANTINED).select(by=current_actor(request), at=now)
        page += _load(on_hold.filter(state=State.CONFIRMED), ON_HOLD_BELOW)
    context = {
        "rows": _rows(page[:ROWS_PER_PAGE], at=now),
        "more": filters.to_querystring(after=page[ROWS_PER_PAGE - 1].pk) if len(page) > ROWS_PER_PAGE else "",
        "filters": filters,
        "querystring": filter_querystring(request),
        "choices": _filter_choices(),
        "tabs": [(tab, label, format_count(rows())) for tab, (label, rows) in TABS.items()],
        "waits": filters.state in (*UNDECIDED, QUARANTINED),
        "since": int(now.timestamp()),
        "title": _("Endorsements"),
        "bulk": list_bulk_actions(filters.state),
        **_dispute_context(),
    }
    return render_page(request, "queue/queue.html", context)


def _load(queryset: QuerySet[Endorsement], limit: int) -> list[Endorsement]:
    return list(queryset.select_related("appeal", "signatory").prefetch_related("flags").order_by("pk")[:limit])


def _rows(page: list[Endorsement], *, at: datetime) -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [
        {
            "endorsement": row,
            "line": entries.get_entry_text_for_staff(row) or _("Name sealed"),
            "flags": [(FlagCode(flag.code).label, flag.code in HARMLESS_FLAGS) for flag in row.flags.all()],
            "age": (age := get_age(row, at=at)),
            "age_in_words": AGE_LABELS.get(age, ""),
            "countries": [countries.country_name(code, language) for code in get_name(row)["countries"].split()],
            "decisions": [name for name in list_decisions(row) if name in ("approve", "reject")],
        }
        for row in page
    ]


def format_count(queryset: QuerySet[Any]) -> str:
    """Return how many rows there are, in digits, or "1000+"."""
    count = queryset.order_by()[: MAX_COUNT + 1].count()
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


def _filter_choices() -> dict[str, Iterable[tuple[str, str | Promise]]]:
    """Return the choices of each filter, in the order of the form."""
    return {
        "flag": FlagCode.choices,
        "reason": Suspicion.choices,
        "age": AGE_LABELS.items(),
        "country": countries.country_choices(get_language() or "en"),
        "appeal": [(slug, slug) for slug in Appeal.objects.values_list("slug", flat=True)],
    }


def _dispute_context() -> dict[str, Any]:
    groups, more = group_disputes(Dispute.objects.open())
    return {
        "dispute_groups": groups,
        "more_disputes": more,
        "dispute_count": format_count(Dispute.objects.open()) if groups else "0",
    }
