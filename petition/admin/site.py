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
        from petition.admin import (
            batches,
            beside,
            bulk,
            checking,
            contact,
            deciding,
            deeds,
            desk,
            editions,
            emergency,
            entering,
            floods,
            hiding,
            lines,
            notices,
            overview,
            quarantine,
            queue,
            reasons,
            staff,
            texts,
        )

        return [
            path("", self.admin_view(queue.queue), name="index"),
            path("endorsements/<int:pk>/", self.admin_view(desk.endorsement), name="endorsement"),
            path("endorsements/<int:pk>/decide/", self.admin_view(desk.decide), name="decide"),
            path("arrivals/", self.admin_view(beside.arrivals), name="arrivals"),
            path("endorsements/<int:pk>/presence/", self.admin_view(beside.presence), name="presence"),
            path("endorsements/<int:pk>/check/", self.admin_view(checking.check), name="check"),
            path("endorsements/<int:pk>/compare/", self.admin_view(checking.compare), name="compare"),
            path("endorsements/<int:pk>/ask/", self.admin_view(deeds.ask), name="ask"),
            path("endorsements/<int:pk>/name/", self.admin_view(deeds.name), name="name"),
            path("endorsements/<int:pk>/note/", self.admin_view(deeds.note), name="note"),
            path("endorsements/<int:pk>/link/", self.admin_view(deeds.link), name="link"),
            path("endorsements/<int:pk>/quarantine/", self.admin_view(quarantine.quarantine), name="quarantine"),
            path("bulk/", self.admin_view(bulk.bulk), name="bulk"),
            path("batches/", self.admin_view(batches.batches), name="batches"),
            path("batches/<int:pk>/", self.admin_view(batches.batch), name="batch"),
            path("floods/", self.admin_view(floods.floods), name="floods"),
            path("site/", self.admin_view(emergency.emergency), name="site"),
            path("endorsements/<int:pk>/undo/", self.admin_view(deciding.undo), name="undo"),
            path("endorsements/<int:pk>/internal-note/", self.admin_view(deciding.note), name="internal_note"),
            path("endorsements/<int:pk>/spelling/", self.admin_view(deciding.spell), name="spelling"),
            path("endorsements/<int:pk>/language/", self.admin_view(deciding.language), name="name_language"),
            path("endorsements/<int:pk>/count/", self.admin_view(deciding.count), name="count"),
            path("endorsements/<int:pk>/letter/", self.admin_view(deciding.confirm_letter), name="confirm_letter"),
            path("enter/", self.admin_view(entering.enter), name="enter"),
            path("hide/", self.admin_view(hiding.hiding), name="hide"),
            path("reasons/", self.admin_view(reasons.reasons), name="reasons"),
            path("reasons/<slug:code>/", self.admin_view(reasons.reason), name="reason"),
            path("corrections/<int:pk>/", self.admin_view(deeds.correction), name="correction"),
            path("disputes/<int:pk>/", self.admin_view(deeds.settle), name="settle"),
            path("lines/", self.admin_view(lines.lines), name="lines"),
            path("editions/", self.admin_view(editions.editions), name="editions"),
            path("notices/", self.admin_view(notices.notices), name="notices"),
            path("notices/<slug:slug>/<slug:language>/", self.admin_view(notices.notice), name="notice"),
            path("endorsements/<int:pk>/contact/", self.admin_view(contact.contact), name="contact"),
            path("overview/", self.admin_view(overview.overview), name="overview"),
            path("texts/", self.admin_view(texts.texts), name="texts"),
            path("texts/proposed/<int:pk>/", self.admin_view(texts.text_proposal), name="text_proposal"),
            path("texts/<slug:slug>/opening/", self.admin_view(texts.opening), name="opening"),
            path("texts/<slug:slug>/<slug:language>/", self.admin_view(texts.translation), name="translation"),
            path("staff/", self.admin_view(staff.staff), name="staff"),
            path("staff/invite/", self.admin_view(staff.invite), name="invite"),
            path("staff/<int:pk>/", self.admin_view(staff.account), name="account"),
            path("staff/roles/<int:pk>/", self.admin_view(staff.role_proposal), name="role_proposal"),
            *super().get_urls(),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page has: besides Django's own, what who looks at it can still take back."""
        from petition.admin import taking_back

        mine = taking_back.mine(request) if self.has_permission(request) else []
        return super().each_context(request) | {"to_take_back": mine}

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models if model._meta.label_lower in SHOWN], admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sign-in is allauth's, so that no way leads round the second factor."""
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
