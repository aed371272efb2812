"""The overview: endorsements by day and state, time to decision, rejection reasons, countries, and mail."""

from collections import Counter
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.labels import REASONS
from petition.admin.oversight import bar_chart
from petition.admin.responses import render_page
from petition.models import (
    AuditEvent,
    Endorsement,
    IntakeRow,
    OutgoingMail,
    Reason,
    Role,
    SiteState,
    State,
    get_roles,
)
from petition.reference import clock, countries
from petition.screening.opened_names import load_names

DAYS = 30
_MAX_COUNTRIES = 12
_MAX_DECISIONS = 5000  # the latest, whose times are read
_MOST_SET_APART = 50
_FAILED_WITHIN = timedelta(days=7)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show counts of the chosen appeal, without a name."""
    appeal, now = get_chosen_appeal(request), clock.now()
    chosen = [appeal.pk] if appeal else []
    submitted = Endorsement.objects.filter(appeal__in=chosen, origin="form")
    context = {
        "states": State.choices,
        "mail": _count_mail(now),
        "set_apart": _list_set_apart(),
        "may_retry": Role.ADMINISTRATOR in get_roles(request.user),
        "worker": SiteState.objects.filter(pk=1).values_list("worker_seen_at", flat=True).first(),
        "reasons": _count_reasons(chosen, now),
        "countries": _count_countries(submitted),
        "decisions": _measure_decisions(submitted, now),
        "title": _("Overview"),
        **_days_context(submitted, now.date()),
    }
    return render_page(request, "oversight/overview.html", context)


def _days_context(submitted: QuerySet[Endorsement], today: date) -> dict[str, Any]:
    """Return the last 30 days with their counts by present state, and the bars that draw them."""
    since = today - timedelta(days=DAYS - 1)
    counted = submitted.filter(submitted_at__date__gte=since).annotate(day=TruncDate("submitted_at"))
    counts_by_day = {
        (row["day"], row["state"]): row["count"]
        for row in counted.values("day", "state").annotate(count=Count("pk")).order_by()
    }
    days = [since + timedelta(days=number) for number in range(DAYS)]
    by_day = [{state: counts_by_day.get((day, state), 0) for state in State.values} for day in days]
    rows = [(day, [counts[state] for state in State.values]) for day, counts in zip(days, by_day, strict=True)]
    return {
        "days": [row for row in reversed(rows) if any(row[1])],
        "bars": bar_chart.stack_bars(by_day, State.values),
        "highest": max(sum(counts.values()) for counts in by_day),
        "first_day": since,
        "last_day": today,
    }


def _measure_decisions(submitted: QuerySet[Endorsement], now: datetime) -> dict[str, Any]:
    """Return how long those that were decided within the last 30 days had waited."""
    decided = submitted.filter(decided_at__gte=now - timedelta(days=DAYS), confirmed_at__isnull=False)
    moments = decided.order_by("-decided_at").values_list("confirmed_at", "decided_at")[:_MAX_DECISIONS]
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


def _count_reasons(appeals: list[int], now: datetime) -> list[tuple[str, int, int]]:
    """Return how often each reason was given within a year."""
    rejected = AuditEvent.objects.filter(verb="reject", at__gte=now - timedelta(days=365), appeal_id__in=appeals)
    counts = rejected.values_list("reason").annotate(count=Count("pk")).order_by("-count")
    labels = {reason.code: reason.label(get_language() or "en") for reason in Reason.objects.all()}
    labels |= {"": str(_("no reason given"))}
    return _with_bars([(str(labels.get(code) or REASONS.get(code, code)), count) for code, count in counts])


def _count_countries(submitted: QuerySet[Endorsement]) -> list[tuple[str, int, int]]:
    """Return the most frequent countries in the queue and on the list."""
    present = submitted.filter(state__in=[State.CONFIRMED, State.RETURNED, State.APPROVED]).order_by()
    counter: Counter[str] = Counter()
    for codes, count in present.exclude(countries="").values_list("countries").annotate(count=Count("pk")):
        for code in codes.split():
            counter[code] += count
    opened = load_names()
    for pk in present.filter(organisation_name="").values_list("pk", flat=True):
        for code in opened[pk].countries.split() if pk in opened else ():
            counter[code] += 1
    return _with_bars(
        [
            (countries.country_name(code, get_language() or ""), count)
            for code, count in counter.most_common(_MAX_COUNTRIES)
        ]
    )


def _list_set_apart() -> dict[str, Any]:
    """Return how many rows of the intake could not be processed, and those that have waited longest."""
    stuck = IntakeRow.objects.stuck(clock.now())
    count = stuck.count()
    return {"count": count, "rows": list(stuck.defer("box")[:_MOST_SET_APART]) if count else []}


def _with_bars(counts: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    longest = max((count for _label, count in counts), default=0) or 1
    return [(label, count, bar_chart.bar_length(count, longest)) for label, count in counts]


def _count_mail(now: datetime) -> dict[str, Any]:
    """Return how many mails are owed, since when, and which could not be delivered."""
    owed = OutgoingMail.objects.owed().aggregate(count=Count("pk"), oldest=Min("created_at", filter=Q(due_at__lte=now)))
    since = now - _FAILED_WITHIN
    failed = OutgoingMail.objects.filter(Q(failed_at__gte=since) | Q(bounced_at__gte=since))
    errors = failed.values_list("last_error").annotate(count=Count("pk")).order_by("-count")
    return {"owed": owed["count"], "oldest": owed["oldest"], "failed": list(errors)}
