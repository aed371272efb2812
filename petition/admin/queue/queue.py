"""The queue: messages about names on top, then the endorsements of one tab, oldest first."""

from collections.abc import Iterable
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
from petition.admin.queue.filter_querystring import filter_querystring, read_filters
from petition.admin.queue.filters import AGE_LABELS, QUARANTINED, TABS, WORK_TABS, Filters, get_age
from petition.admin.queue.selection import list_bulk_actions
from petition.admin.responses import render_page
from petition.admin.review.decisions import list_decisions
from petition.admin.review.evidence import find_returned
from petition.models import HARMLESS_FLAGS, Display, Dispute, Endorsement, FlagCode, Suspicion
from petition.models.choices import UNDECIDED
from petition.reference import clock, countries
from petition.text.numbers import parse_number

ROWS_PER_PAGE = 50
MAX_COUNT = 1000
"""More are counted as "1000+": a count of all of them would read all of them."""


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show one page of the endorsements that the address filters (Filters), after the id in `?after=`."""
    filters, after, now = (
        read_filters(request),
        parse_number(request.GET.get("after", "0")),
        clock.now(),
    )
    if after is None:
        raise Http404
    conditions = filters.build_conditions(by=current_actor(request), at=now)
    selected = TABS[filters.state][1]().filter(*conditions, pk__gt=after)
    page = _load(selected, ROWS_PER_PAGE + 1)
    context = {
        "rows": _rows(page[:ROWS_PER_PAGE], at=now),
        "more": filters.to_querystring(after=page[ROWS_PER_PAGE - 1].pk) if len(page) > ROWS_PER_PAGE else "",
        "filters": filters,
        "querystring": filter_querystring(request),
        "choices": _filter_choices(),
        **_tab_context(filters, conditions),
        "waits": filters.state in (*UNDECIDED, QUARANTINED),
        "since": int(now.timestamp()),
        "title": _("Endorsements"),
        "bulk": list_bulk_actions(filters.state),
        **_dispute_context(filters.appeal),
    }
    return render_page(request, "queue/queue.html", context)


def _load(queryset: QuerySet[Endorsement], limit: int) -> list[Endorsement]:
    return list(queryset.select_related("appeal", "signatory").prefetch_related("flags").order_by("pk")[:limit])


def _rows(page: list[Endorsement], *, at: datetime) -> list[dict[str, Any]]:
    returned = find_returned(page)
    return [
        {
            "endorsement": row,
            "line": entries.get_entry_text_for_staff(row) or _("Name encrypted"),
            "flags": [(FlagCode(flag.code).label, flag.code in HARMLESS_FLAGS) for flag in row.flags.all()],
            "mail_came_back": row.pk in returned,
            "age": (age := get_age(row, at=at)),
            "age_in_words": AGE_LABELS.get(age, ""),
            "may_approve": "approve" in list_decisions(row) and _may_skip_review(row),
        }
        for row in page
    ]


def _may_skip_review(row: Endorsement) -> bool:
    """Return whether the row offers “Approve”: not where a flag asks for a closer look, it is on hold or not named."""
    return (
        row.display == Display.NAMED
        and row.quarantined_at is None
        and all(flag.code in HARMLESS_FLAGS for flag in row.flags.all())
    )


def _tab_context(filters: Filters, conditions: list[Any]) -> dict[str, Any]:
    """Return each tab with its label and how many endorsements the filter finds there.

    So a search that finds nothing under one tab tells under which it would.
    """
    tabs = [(tab, label, format_count(rows().filter(*conditions))) for tab, (label, rows) in TABS.items()]
    return {
        "work_tabs": [tab for tab in tabs if tab[0] in WORK_TABS],
        "other_tabs": [tab for tab in tabs if tab[0] not in WORK_TABS],
        "shows_other_tabs": filters.is_narrowed or filters.state not in WORK_TABS,
    }


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
    }


def _dispute_context(slug: str) -> dict[str, Any]:
    groups, more = group_disputes(Dispute.objects.open().filter(appeal__slug=slug))
    return {"dispute_groups": groups, "more_disputes": more}
