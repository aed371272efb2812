"""The audit log, as Django's admin lists it: to read, never to change."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy as _

from petition.admin.labels import ACTORS, REASONS, SUBJECTS, VERBS
from petition.admin.oversight.audit_filters import AccountFilter, ActorFilter, DayFilter, SubjectFilter, VerbFilter
from petition.models import AuditEvent, Reason, Role, get_roles


@admin.register(AuditEvent)
class AuditLogAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = fields = readonly_fields = ("when", "what", "about", "whom", "why")
    list_filter = (DayFilter, VerbFilter, ActorFilter, AccountFilter, SubjectFilter)
    search_fields = ("=subject_id",)
    search_help_text = _("Number of an endorsement")
    actions = None
    sortable_by = ()
    show_full_result_count = False
    media = Media()  # Django's own scripts need jQuery, and serve fields that this page does not have

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Names and reasons come with the events: one query for a page, and accounts that are gone are simply null.
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
        return Role.AUDITOR in get_roles(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Return the list, with a link to the export of what it is filtered to."""
        address = f"{reverse('admin:trail_export')}?{request.GET.urlencode()}"
        return super().changelist_view(request, {"export": address} | (extra_context or {}))
