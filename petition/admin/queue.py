"""What waits: disputes on top, then endorsements tab by tab, oldest first, with what a moderator needs to choose."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from petition.actions import listings
from petition.admin import dispute_groups
from petition.admin.carrying import under
from petition.admin.desk import possible
from petition.admin.filters import AGES, QUARANTINED, TABS, Filters, age_of
from petition.admin.people import me, with_site
from petition.admin.selecting import bulk_deeds
from petition.models import CALM, Appeal, Dispute, Endorsement, FlagCode, State, Suspicion
from petition.models.endorsements import UNDECIDED
from petition.vocabulary import clock, countries

PAGE = 50
SET_ASIDE = 10
"""So many of those set aside stand below the others, so that a quiet desk sees them; the rest under their tab."""
COUNTED = 1000
"""More than so many are counted as “1000+”: a count of all of them would read all of them."""


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, oldest first, as the address says (Filters); a page at a time (`?after=` a number)."""
    filters, after, now = Filters.of(request.GET.dict()), request.GET.get("after", "0"), clock.now()
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Http404
    page = _page(filters.rows(by=me(request), at=now).filter(pk__gt=int(after)), PAGE + 1)
    if filters.state == State.CONFIRMED and len(page) <= PAGE - SET_ASIDE:
        aside = replace(filters, state=QUARANTINED).rows(by=me(request), at=now)
        page += _page(aside.filter(state=State.CONFIRMED), SET_ASIDE)
    content = {
        "rows": _rows(page[:PAGE], at=now),
        "more": filters.query(after=page[PAGE - 1].pk) if len(page) > PAGE else "",
        "filters": filters,
        "under": under(request),
        "choices": _choices(),
        "tabs": _tabs(),
        "waits": filters.state in (*UNDECIDED, QUARANTINED),
        "since": int(now.timestamp()),
        "title": _("Endorsements"),
        "bulk": bulk_deeds(filters.state),
        **_disputes(),
    }
    return TemplateResponse(request, "admin/petition/queue.html", with_site(request, content))


def _page(rows: QuerySet[Endorsement], most: int) -> list[Endorsement]:
    return list(rows.select_related("appeal", "signatory").prefetch_related("flags").order_by("pk")[:most])


def _rows(page: list[Endorsement], *, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "endorsement": row,
            "line": listings.line_for_staff(row) or _("Name sealed"),
            "flags": [(FlagCode(flag.code).label, flag.code in CALM) for flag in row.flags.all()],
            "age": (age := age_of(row, at=at)),
            "age_in_words": AGES.get(age, ""),
            "countries": [countries.name_of(code, get_language() or "en") for code in row.countries.split()],
            "decisions": [name for name in possible(row) if name in ("approve", "reject")],
        }
        for row in page
    ]


def _tabs() -> list[tuple[str, str | Promise, str]]:
    return [(tab, label, counted(rows())) for tab, (label, rows) in TABS.items()]


def counted(rows: QuerySet[Any]) -> str:
    """How many there are, in digits, COUNTED at the most."""
    count = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _choices() -> dict[str, Iterable[tuple[str, str | Promise]]]:
    """What every filter can be, in the order of the form."""
    return {
        "flag": FlagCode.choices,
        "reason": Suspicion.choices,
        "age": AGES.items(),
        "country": countries.choices(get_language() or "en"),
        "appeal": [(slug, slug) for slug in Appeal.objects.values_list("slug", flat=True)],
    }


def _disputes() -> dict[str, Any]:
    found, more = dispute_groups.groups(Dispute.objects.open())
    return {
        "disputes": found,
        "more_disputes": more,
        "dispute_count": counted(Dispute.objects.open()) if found else "0",
    }
