"""The audit trail, to read and to take along."""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext, gettext_lazy as _

from petition.actions.staff.audit_export import export
from petition.admin.actors import me, with_site
from petition.admin.labels import ACTORS, REASONS, SUBJECTS, VERBS
from petition.admin.oversight.audit_filters import AccountFilter, ActorFilter, DayFilter, DoneFilter, SubjectFilter
from petition.models import AuditEvent, Reason, Role, roles_of
from petition.reference import clock


@admin.register(AuditEvent)
class TrailAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = fields = readonly_fields = ("when", "what", "about", "whom", "why")
    list_filter = (DayFilter, DoneFilter, ActorFilter, AccountFilter, SubjectFilter)
    search_fields = ("=subject_id",)
    search_help_text = _("Number of an endorsement")
    actions = None
    sortable_by = ()
    show_full_result_count = False
    media = Media()  # Django's own scripts need jQuery, and serve fields that this page does not have

    def get_urls(self) -> list[URLPattern]:
        export_page = self.admin_site.admin_view(self.export)
        return [path("export/", export_page, name="trail_export"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        name = User.objects.filter(pk=OuterRef("actor_id")).values("username")
        events: QuerySet[Any] = super().get_queryset(request)
        rejected_for = Reason.objects.filter(code=OuterRef("reason")).values("labels")[:1]
        named: QuerySet[Any] = events.annotate(actor_name=Subquery(name), rejected_for=Subquery(rejected_for))
        return named

    @admin.display(description=_("When"))
    def when(self, event: AuditEvent) -> Any:
        return event.at

    @admin.display(description=_("What"))
    def what(self, event: AuditEvent) -> str:
        return str(VERBS.get(event.verb, event.verb))

    @admin.display(description=_("About"))
    def about(self, event: AuditEvent) -> str:
        return f"{SUBJECTS.get(event.subject_kind, event.subject_kind)} {event.subject_id or ''}"

    @admin.display(description=_("By whom"))
    def whom(self, event: Any) -> str:
        return event.actor_name or f"{ACTORS.get(event.actor_kind, event.actor_kind)} {event.actor_id or ''}"

    @admin.display(description=_("Reason"))
    def why(self, event: Any) -> str:
        if event.verb in ("reject", "set_reason") and event.rejected_for:  # in the editors' words
            return Reason(code=event.reason, labels=event.rejected_for).label(get_language() or "en")
        return str(REASONS.get(event.reason, event.reason) or "–")

    def has_view_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return Role.AUDITOR in roles_of(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; what narrows it goes along to the export."""
        address = f"{reverse('admin:trail_export')}?{request.GET.urlencode()}"
        return super().changelist_view(request, {"export": address} | (extra_context or {}))

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """How many lines the address narrows down to; on POST they come as a file."""
        try:
            events = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:petition_auditevent_changelist"), status=HTTPStatus.SEE_OTHER)
        if request.method == "POST":
            response = StreamingHttpResponse(export(events, by=me(request), at=clock.now()), content_type="text/csv")
            response["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
            return response
        content = with_site(request, {"count": events.count(), "title": gettext("Export the audit trail")})
        return TemplateResponse(request, "admin/petition/oversight/audit_export.html", content)
