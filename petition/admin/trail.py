"""The audit trail, to read."""

from django.contrib import admin
from django.http import HttpRequest

from petition.models import AuditEvent


@admin.register(AuditEvent)
class TrailAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "verb", "subject_kind", "subject_id", "actor_kind", "actor_id", "reason")
    list_filter = ("verb", "actor_kind")
    search_fields = ("=subject_id",)
    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False
