"""The staff's site: Django's own admin, with the queue as its first page and no editing of rows anywhere."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    site_header = _("Appeal desk")
    site_title = _("Appeal desk")
    index_title = _("Endorsements")
    site_url = "/"
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from petition.admin import desk

        return [
            path("", self.admin_view(desk.queue), name="index"),
            path("endorsements/<int:pk>/", self.admin_view(desk.endorsement), name="endorsement"),
            path("endorsements/<int:pk>/decide/", self.admin_view(desk.decide), name="decide"),
            *super().get_urls(),
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sign-in is allauth's, so that no way leads round the second factor."""
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
