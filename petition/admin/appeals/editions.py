"""Editions: the list is frozen for its addressee, and what was delivered before."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.listing.editions import AlreadyFrozen, NotThatDay, freeze
from petition.admin.actors import me, with_site
from petition.admin.appeals.edition_form import EditionForm
from petition.models import Edition
from petition.publishing import records
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def editions(request: HttpRequest) -> HttpResponse:
    """All editions, and the form that makes one: POST with `preview` shows what it will say, any other freezes."""
    form = EditionForm(
        request.POST if request.method == "POST" else None,
        initial={"dated": clock.now().date()},
        slugs=records.published_slugs(),
    )
    if form.is_bound and form.is_valid() and "preview" not in request.POST and _frozen(request, form):
        return HttpResponseRedirect(reverse("admin:editions"), status=HTTPStatus.SEE_OTHER)
    told = form.cleaned_data if form.is_bound and not form.errors else None
    content = {
        "form": form,
        "told": told,
        "preview": records.appeal_record(told["appeal"], "en") if told else None,
        "rows": Edition.objects.select_related("appeal").order_by("appeal__slug", "-dated"),
        "title": _("Editions"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/appeals/editions.html", with_site(request, content), status=status)


def _frozen(request: HttpRequest, form: EditionForm) -> bool:
    """Whether the edition stands now; else the form says why not."""
    told = form.cleaned_data
    try:
        freeze(told["appeal"], dated=told["dated"], addressee=told["addressee"], by=me(request), at=clock.now())
    except AlreadyFrozen:
        form.add_error("dated", _("There is an edition of this date already, and its address stays. Take another day."))
        return False
    except NotThatDay:
        form.add_error("dated", _("The list can be frozen as it is now, not as it was: take today or a later day."))
        return False
    messages.success(request, _("The edition stands at its address now."))
    return True
