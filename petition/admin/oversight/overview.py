"""How it goes: endorsements by day and state, how long decisions take, why not, where from, and whether mail leaves."""

from collections import Counter
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from petition.admin.actors import with_site
from petition.admin.labels import REASONS
from petition.admin.oversight import bar_chart
from petition.models import Appeal, AuditEvent, Endorsement, OutgoingMail, Reason, SiteState, State
from petition.reference import clock, countries

DAYS = 30
_COUNTRIES = 12
_DECISIONS = 5000  # the latest, of which times are taken
_FAILED = timedelta(days=7)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Counts and no names. All appeals that are not made up, or the one in `?appeal=`."""
    appeals = list(Appeal.objects.filter(published_at__isnull=False))
    slug = request.GET.get("appeal", "")
    chosen = [appeal.pk for appeal in appeals if (appeal.slug == slug if slug else not appeal.is_demo)]
    if slug and not chosen:
        raise Http404
    now = clock.now()
    came = Endorsement.objects.filter(appeal__in=chosen, origin="form")
    content = {
        "appeals": appeals,
        "slug": slug,
        "states": State.choices,
        "mail": _mail(now),
        "worker": SiteState.objects.filter(pk=1).values_list("worker_seen_at", flat=True).first(),
        "reasons": _reasons(chosen, now),
        "countries": _countries(came),
        "decisions": _decisions(came, now),
        "title": _("Overview"),
        **_days(came, now.date()),
    }
    return TemplateResponse(request, "admin/petition/oversight/overview.html", with_site(request, content))


def _days(came: QuerySet[Endorsement], today: date) -> dict[str, Any]:
    """The last days, oldest first, each with its counts by present state, and the drawing of them."""
    since = today - timedelta(days=DAYS - 1)
    counted = came.filter(submitted_at__date__gte=since).annotate(day=TruncDate("submitted_at"))
    found = {
        (row["day"], row["state"]): row["count"]
        for row in counted.values("day", "state").annotate(count=Count("pk")).order_by()
    }
    days = [since + timedelta(days=number) for number in range(DAYS)]
    by_day = [{state: found.get((day, state), 0) for state in State.values} for day in days]
    rows = [(day, [counts[state] for state in State.values]) for day, counts in zip(days, by_day, strict=True)]
    return {
        "days": [row for row in reversed(rows) if any(row[1])],
        "parts": bar_chart.stacked(by_day, State.values),
        "highest": max(sum(counts.values()) for counts in by_day),
        "first_day": since,
        "last_day": today,
    }


def _decisions(came: QuerySet[Endorsement], now: datetime) -> dict[str, Any]:
    """How long those decided within the last days had waited."""
    decided = came.filter(decided_at__gte=now - timedelta(days=DAYS), confirmed_at__isnull=False)
    moments = decided.order_by("-decided_at").values_list("confirmed_at", "decided_at")[:_DECISIONS]
    hours = sorted((after - before).total_seconds() / 3600 for before, after in moments if after and before)
    steps = (
        (_("within an hour"), 0, 1),
        (_("within a day"), 1, 24),
        (_("within three days"), 24, 72),
        (_("within a week"), 72, 168),
        (_("later"), 168, float("inf")),
    )
    counts = [(label, sum(low <= hour < high for hour in hours)) for label, low, high in steps]
    slowest = hours[int(len(hours) * 0.9)] if hours else 0
    return {
        "count": len(hours),
        "rows": _with_bars(counts),
        "median": ceil(median(hours or [0])),
        "p90": ceil(slowest),
    }


def _reasons(appeals: list[int], now: datetime) -> list[tuple[str, int, int]]:
    """Why endorsements were rejected within a year."""
    rejected = AuditEvent.objects.filter(verb="reject", at__gte=now - timedelta(days=365), appeal_id__in=appeals)
    counts = rejected.values_list("reason").annotate(count=Count("pk")).order_by("-count")
    labels = {reason.code: reason.label(get_language() or "en") for reason in Reason.objects.all()}
    told = labels | {"": _("no reason given")}
    return _with_bars([(str(told.get(code) or REASONS.get(code, code)), count) for code, count in counts])


def _countries(came: QuerySet[Endorsement]) -> list[tuple[str, int, int]]:
    """Where those in the queue and on the list are from, as far as it is readable; the most frequent first."""
    readable = came.filter(state__in=[State.CONFIRMED, State.RETURNED, State.APPROVED]).exclude(countries="")
    found: Counter[str] = Counter()
    for codes, count in readable.values_list("countries").annotate(count=Count("pk")).order_by():
        for code in codes.split():
            found[code] += count
    return _with_bars(
        [(countries.name_of(code, get_language() or ""), count) for code, count in found.most_common(_COUNTRIES)]
    )


def _with_bars(counts: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    longest = max((count for _label, count in counts), default=0) or 1
    return [(label, count, bar_chart.share(count, longest)) for label, count in counts]


def _mail(now: datetime) -> dict[str, Any]:
    """What is owed, since when, and what could not be delivered."""
    owed = OutgoingMail.objects.owed().aggregate(count=Count("pk"), oldest=Min("created_at", filter=Q(due_at__lte=now)))
    failed = OutgoingMail.objects.filter(failed_at__gte=now - _FAILED)
    errors = failed.values_list("last_error").annotate(count=Count("pk")).order_by("-count")
    return {"owed": owed["count"], "oldest": owed["oldest"], "failed": list(errors)}
