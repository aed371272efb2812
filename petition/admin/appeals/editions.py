"""Editions: freeze the list for its addressee, and see what was delivered before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.listing.editions import freeze
from petition.actions.refusals import DateInThePast, EditionExists
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.appeals.forms import EditionForm
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Edition
from petition.publishing import queries
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def editions(request: HttpRequest) -> HttpResponse:
    """Show the editions of the chosen appeal and the form for another; POST freezes, with `preview` only shows."""
    appeal = get_chosen_appeal(request)
    form = EditionForm(
        request.POST if request.method == "POST" else None,
        initial={"dated": clock.now().date(), "appeal": appeal.slug if appeal else ""},
        slugs=queries.list_published_slugs(),
    )
    if form.is_bound and form.is_valid() and "preview" not in request.POST and _freeze(request, form):
        return redirect_to_page("editions")
    chosen = form.cleaned_data if form.is_bound and not form.errors else None
    context = {
        "form": form,
        "chosen": chosen,
        "preview": queries.get_appeal(chosen["appeal"], "en") if chosen else None,
        "rows": Edition.objects.filter(appeal=appeal).select_related("appeal").order_by("-dated"),
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
        form.add_error("dated", _("There is already an edition of this date. Choose another date."))
        return False
    except DateInThePast:
        form.add_error("dated", _("Choose today or a later date. Only the present list can be frozen."))
        return False
    messages.success(request, _("The edition is published."))
    return True
