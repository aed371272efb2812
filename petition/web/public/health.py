"""Health checks for monitoring: whether the process lives, and whether the site is ready."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from petition.actions.operations import clock_checks, removal_journal_file
from petition.models import OutgoingMail, SiteState, WorkerFailure
from petition.models.site_state import PUBLIC_SITE_COLUMNS
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

    A duty is named after its first failure, and makes the answer 503 after the third in a row. A public process can
    read neither that nor the removals: ask the staff's process too.
    """
    now = clock.now()
    try:
        state = SiteState.objects.filter(pk=1).only(*PUBLIC_SITE_COLUMNS).first()
        private = {} if settings.ROLE == "public" else _read_private_state(now)
    except Error:
        return JsonResponse({"database": False}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    seen = state.worker_seen_at if state else None
    body = {
        "database": True,
        "worker": seen is not None and -_WORKER_AHEAD <= now - seen <= _WORKER_LATE,
        "oldest_waiting_form_seconds": _count_seconds(state.intake_waits_since if state else None, now),
        "oldest_unsent_mail_seconds": _count_seconds(state.mail_waits_since if state else None, now),
        **private,
    }
    is_ready = (
        body["worker"]
        and body.get("removals_noted", True)
        and body.get("clocks_agree", True)
        and all(duty["failures"] < _MAX_FAILURES for duty in private.get("failing", {}).values())
    )
    return JsonResponse(body, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _read_private_state(now: datetime) -> dict[str, Any]:
    """Return what only processes of the staff can read, and answer with as well."""
    state = SiteState.objects.filter(pk=1).first()
    oldest = OutgoingMail.objects.owed().order_by("created_at").values_list("created_at", flat=True).first()
    failures = WorkerFailure.objects.filter(failed_at__gte=now - _FAILURE_LASTS).order_by("duty")
    return {
        "removals_noted": not removal_journal_file.is_behind(at=now),
        "oldest_unsent_mail_seconds": _count_seconds(oldest, now),
        "failing": {row.duty: {"failures": row.failures, "error": row.error} for row in failures},
        "clocks_agree": state is None or not clock_checks.is_machine_clock_apart(state, at=now),
        "erasing_paused": state is not None and clock_checks.is_erasing_paused(state, at=now),
    }


def _count_seconds(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else round((now - since).total_seconds())
