"""The page that gives the audit log as a file, filtered as its list was."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.staff.audit_export import export_events
from petition.admin.actors import current_actor
from petition.admin.responses import redirect_to_page, render_page
from petition.models import AuditEvent
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """Show how many events the query of the address selects; on POST send them as CSV."""
    try:
        changelist = admin.site.get_model_admin(AuditEvent).get_changelist_instance(request)
        events = changelist.get_queryset(request)
    except IncorrectLookupParameters:
        return redirect_to_page("petition_auditevent_changelist")
    if request.method == "POST":
        rows = export_events(events, by=current_actor(request), at=clock.now())
        response = StreamingHttpResponse(rows, content_type="text/csv")
        response["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
        return response
    context = {"count": events.count(), "title": _("Export the audit log")}
    return render_page(request, "oversight/audit_export.html", context)
