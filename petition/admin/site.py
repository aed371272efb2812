"""The staff's admin site: Django's own, with the queue as its first page. It edits no table."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

SHOWN_MODELS = {"petition.auditevent"}
"""The only table that staff see as a table; what other packages register is left out. All else is done by actions."""


class StaffSite(AdminSite):
    site_header = _("Secretariat")
    site_title = _("Secretariat")
    index_title = _("Endorsements")
    site_url = "/"
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return our pages and, after them, Django's."""
        # Imported here: the site is created while apps are still loading, and the worker needs none of the views.
        from petition.admin.pages import PAGES

        ours = [path(page.path, self.admin_view(page.view), name=page.name) for page in PAGES]
        return [*ours, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of every page: Django's, and the decisions that the reader can still undo."""
        from petition.admin.undoable_decisions import list_undoable_decisions

        undoable = list_undoable_decisions(request) if self.has_permission(request) else []
        return super().each_context(request) | {"undoable_decisions": undoable}

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        shown = [model for model in models if model._meta.label_lower in SHOWN_MODELS]
        super().register(shown, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Redirect to allauth's sign-in: Django's own would not ask for the second factor."""
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
