"""The queue and the public list as CSV files, for staff."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_POST

from petition.actions.staff.list_exports import export_endorsements
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.queue.filter_querystring import read_filters
from petition.models import Endorsement, State
from petition.reference import clock


@require_POST
def export_queue(request: HttpRequest) -> HttpResponseBase:
    """Send the endorsements of the tab and filter in the address."""
    rows = read_filters(request).select(by=current_actor(request), at=clock.now())
    return _send(request, rows, "export_queue", "queue.csv")


@require_POST
def export_list(request: HttpRequest) -> HttpResponseBase:
    """Send the approved endorsements of the chosen appeal."""
    return _send(request, Endorsement.objects.filter(state=State.APPROVED), "export_list", "list.csv")


def _send(request: HttpRequest, rows: QuerySet[Endorsement], verb: str, filename: str) -> HttpResponseBase:
    appeal = get_chosen_appeal(request)
    if appeal is None:
        raise Http404
    lines = export_endorsements(
        rows.filter(appeal=appeal), appeal=appeal, verb=verb, by=current_actor(request), at=clock.now()
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{appeal.slug}-{filename}"'
    return response
