"""The front door, and the two addresses that machines ask."""

from datetime import timedelta
from http import HTTPStatus

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from petition.actions.operations import clock_checks, journal_file
from petition.models import OutgoingMail, SiteState, WorkerFailure
from petition.publishing import records
from petition.reference import clock
from petition.web.errors import error_page
from petition.web.middleware.language import preferred_language

WORKER_LATE = timedelta(seconds=60)
WORKER_AHEAD = timedelta(seconds=10)
"""What was seen later than now was not seen: its clock was wrong."""
MOST_FAILURES = 3
FAILURE_COUNTS = timedelta(hours=1)
"""After this whoever failed has ended: each duty is tried again sooner."""


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """To the one published appeal; their list where there are several. Only here the browser's language is asked."""
    prefixed = translation.get_language_from_path(request.path_info)
    language = prefixed or preferred_language(request)
    with translation.override(language):
        slugs = records.published_slugs()
        if len(slugs) == 1:
            response: HttpResponse = HttpResponseRedirect(reverse("appeal", args=slugs))
        elif slugs:
            appeals = [records.appeal_record(slug, language) for slug in slugs]
            response = render(request, "appeal/appeals.html", {"appeals": appeals})
        else:
            return error_page(request, HTTPStatus.NOT_FOUND)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept-Language"
    return response


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process lives; asks nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, the worker was seen within a minute, notes every removal and does all its duties.

    A duty is named from its first failure on, and counts from the third in a row.
    """
    now = clock.now()
    try:
        state = SiteState.objects.filter(pk=1).first()
        oldest = OutgoingMail.objects.owed().order_by("created_at").values_list("created_at", flat=True).first()
        failures = list(WorkerFailure.objects.filter(failed_at__gte=now - FAILURE_COUNTS).order_by("duty"))
        removals_noted = not journal_file.is_behind(at=now)
    except Error:
        return JsonResponse({"database": False}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    seen = state.worker_seen_at if state else None
    worker = seen is not None and -WORKER_AHEAD <= now - seen <= WORKER_LATE
    clocks_agree = state is None or not clock_checks.is_apart(state, at=now)
    content = {
        "database": True,
        "worker": worker,
        "removals_noted": removals_noted,
        "oldest_unsent_mail_seconds": round((now - oldest).total_seconds()) if oldest else None,
        "failing": {row.duty: {"failures": row.failures, "error": row.error} for row in failures},
        "clocks_agree": clocks_agree,
        "erasing_paused": state is not None and clock_checks.is_paused(state, at=now),
    }
    is_ready = worker and removals_noted and clocks_agree and all(row.failures < MOST_FAILURES for row in failures)
    return JsonResponse(content, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)
