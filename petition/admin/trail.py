"""The audit trail, to read."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.admin.words import ACTORS, REASONS, SUBJECTS, VERBS
from petition.models import AuditEvent


class _InWords(admin.SimpleListFilter):
    """One filter over a column of codes: those that occur, in words."""

    parameter_name: str
    words: dict[str, str | Promise]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        codes = AuditEvent.objects.order_by(self.parameter_name).values_list(self.parameter_name, flat=True).distinct()
        return [(code, str(self.words.get(code, code))) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class DoneFilter(_InWords):
    title, parameter_name, words = _("What"), "verb", VERBS


class ActorFilter(_InWords):
    title, parameter_name, words = _("By whom"), "actor_kind", ACTORS


@admin.register(AuditEvent)
class TrailAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = fields = readonly_fields = ("when", "what", "about", "whom", "why")
    list_filter = (DoneFilter, ActorFilter)
    search_fields = ("=subject_id",)
    search_help_text = _("Number of an endorsement")
    actions = None
    show_full_result_count = False

    @admin.display(description=_("When"), ordering="pk")
    def when(self, event: AuditEvent) -> Any:
        return event.at

    @admin.display(description=_("What"), ordering="verb")
    def what(self, event: AuditEvent) -> str:
        return str(VERBS.get(event.verb, event.verb))

    @admin.display(description=_("About"))
    def about(self, event: AuditEvent) -> str:
        return f"{SUBJECTS.get(event.subject_kind, event.subject_kind)} {event.subject_id or ''}"

    @admin.display(description=_("By whom"), ordering="actor_kind")
    def whom(self, event: AuditEvent) -> str:
        return f"{ACTORS.get(event.actor_kind, event.actor_kind)} {event.actor_id or ''}"

    @admin.display(description=_("Reason"), ordering="reason")
    def why(self, event: AuditEvent) -> str:
        return str(REASONS.get(event.reason, event.reason) or "–")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False
