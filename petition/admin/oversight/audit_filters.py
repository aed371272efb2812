"""The filters of the audit log: what was done, by whom, about what, between which days."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from petition.admin.labels import ACTORS, SUBJECTS, VERBS
from petition.models import AuditEvent
from petition.text.numbers import parse_number


class _CodeFilter(admin.SimpleListFilter):
    """A filter over a column of codes, which offers those that occur, with their labels."""

    parameter_name: str
    labels: dict[str, str | Promise]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        codes = AuditEvent.objects.order_by(self.parameter_name).values_list(self.parameter_name, flat=True).distinct()
        return [(code, str(self.labels.get(code, code))) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class VerbFilter(_CodeFilter):
    title, parameter_name, labels = _("What"), "verb", VERBS


class ActorFilter(_CodeFilter):
    title, parameter_name, labels = _("Actor"), "actor_kind", ACTORS


class SubjectFilter(_CodeFilter):
    title, parameter_name, labels = _("About"), "subject_kind", SUBJECTS


class AccountFilter(admin.SimpleListFilter):
    title, parameter_name = _("Account"), "actor_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        accounts = User.objects.filter(is_staff=True).order_by("username")
        return [(str(account.pk), account.username) for account in accounts]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        account_id = parse_number(self.value() or "")
        return queryset if account_id is None else queryset.filter(actor_id=account_id)


class DayFilter(admin.ListFilter):
    """Two days, both included; either may be left open."""

    title = _("Between")
    template = "admin/petition/auditevent/days.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in ("since", "until"):
            if given := params.pop(name, None):
                self.used_parameters[name] = given[-1]

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return ["since", "until"]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return the other filters, which the form keeps as hidden fields."""
        yield from ({"name": name, "value": value} for name, value in changelist.params.items() if name != "p")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since, until = (self._day(name) for name in ("since", "until"))
        if since:
            queryset = queryset.filter(at__gte=since)
        return queryset.filter(at__lt=until + timedelta(days=1)) if until else queryset

    def _day(self, name: str) -> datetime | None:
        typed = self.used_parameters.get(name)
        try:
            return make_aware(datetime.strptime(str(typed), "%Y-%m-%d")) if typed else None  # noqa: DTZ007  (made aware)
        except ValueError as error:
            raise IncorrectLookupParameters from error
