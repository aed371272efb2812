"""The staff's site: Django's own admin, with the queue as its first page. It edits no table."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

SHOWN = {"petition.auditevent"}
"""The table that staff see as a table. Whatever another package registers stays out: the deeds are the way in."""


class DeskSite(AdminSite):
    site_header = _("Appeal desk")
    site_title = _("Appeal desk")
    index_title = _("Endorsements")
    site_url = "/"
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from petition.admin.pages import ADDRESSES  # models are loaded now

        ours = [path(address, self.admin_view(view), name=name) for address, view, name in ADDRESSES]
        return [*ours, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page has: besides Django's own, what who looks at it can still take back."""
        from petition.admin.review import undoable_decisions

        mine = undoable_decisions.mine(request) if self.has_permission(request) else []
        return super().each_context(request) | {"to_take_back": mine}

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models if model._meta.label_lower in SHOWN], admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sign-in is allauth's, so that no way leads round the second factor."""
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
