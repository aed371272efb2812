"""Health checks for monitoring: whether the process lives, and whether the site is ready."""

from datetime import timedelta
from http import HTTPStatus

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from petition.actions.operations import clock_checks, removal_journal_file
from petition.models import OutgoingMail, SiteState, WorkerFailure
from petition.reference import clock

_WORKER_LATE = timedelta(seconds=60)
# A time later than this in the future comes from a wrong clock, so it does not show that the worker is alive.
_WORKER_AHEAD = timedelta(seconds=10)
_MAX_FAILURES = 3
# An older failure is not repeated: each duty is tried again sooner than this.
_FAILURE_LASTS = timedelta(hours=1)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process lives. Uses neither database nor cache."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if the database answers, the worker was seen within a minute, notes all removals and does all its duties.

    A duty is named after its first failure, and makes the answer 503 after the third in a row.
    """
    now = clock.now()
    try:
        state = SiteState.objects.filter(pk=1).first()
        oldest = OutgoingMail.objects.owed().order_by("created_at").values_list("created_at", flat=True).first()
        failures = list(WorkerFailure.objects.filter(failed_at__gte=now - _FAILURE_LASTS).order_by("duty"))
        removals_noted = not removal_journal_file.is_behind(at=now)
    except Error:
        return JsonResponse({"database": False}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    seen = state.worker_seen_at if state else None
    worker_is_alive = seen is not None and -_WORKER_AHEAD <= now - seen <= _WORKER_LATE
    clocks_agree = state is None or not clock_checks.is_machine_clock_apart(state, at=now)
    body = {
        "database": True,
        "worker": worker_is_alive,
        "removals_noted": removals_noted,
        "oldest_unsent_mail_seconds": round((now - oldest).total_seconds()) if oldest else None,
        "failing": {row.duty: {"failures": row.failures, "error": row.error} for row in failures},
        "clocks_agree": clocks_agree,
        "erasing_paused": state is not None and clock_checks.is_erasing_paused(state, at=now),
    }
    is_ready = (
        worker_is_alive and removals_noted and clocks_agree and all(row.failures < _MAX_FAILURES for row in failures)
    )
    return JsonResponse(body, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)
