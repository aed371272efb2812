"""Editions: freeze the list for its addressee, and see what was delivered before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.listing.editions import freeze
from petition.actions.refusals import DateInThePast, EditionExists
from petition.admin.actors import current_actor
from petition.admin.appeals.forms import EditionForm
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Edition
from petition.publishing import queries
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def editions(request: HttpRequest) -> HttpResponse:
    """Show all editions and the form for another; POST with `preview` shows what it will say, without it freezes."""
    form = EditionForm(
        request.POST if request.method == "POST" else None,
        initial={"dated": clock.now().date()},
        slugs=queries.list_published_slugs(),
    )
    if form.is_bound and form.is_valid() and "preview" not in request.POST and _freeze(request, form):
        return redirect_to_page("editions")
    chosen = form.cleaned_data if form.is_bound and not form.errors else None
    context = {
        "form": form,
        "chosen": chosen,
        "preview": queries.get_appeal(chosen["appeal"], "en") if chosen else None,
        "rows": Edition.objects.select_related("appeal").order_by("appeal__slug", "-dated"),
        "title": _("Editions"),
    }
    return render_page(request, "appeals/editions.html", context, status=form_status(form))


def _freeze(request: HttpRequest, form: EditionForm) -> bool:
    """Freeze the list and return True; else say in the form why not."""
    cleaned = form.cleaned_data
    try:
        freeze(
            cleaned["appeal"],
            dated=cleaned["dated"],
            addressee=cleaned["addressee"],
            by=current_actor(request),
            at=clock.now(),
        )
    except EditionExists:
        form.add_error("dated", _("There is an edition of this date already, and its address stays. Take another day."))
        return False
    except DateInThePast:
        form.add_error("dated", _("The list can be frozen as it is now, not as it was: take today or a later day."))
        return False
    messages.success(request, _("The edition stands at its address now."))
    return True
