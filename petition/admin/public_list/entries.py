"""The public list of the chosen appeal, as staff see it."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.references import find_endorsements
from petition.admin.responses import render_page
from petition.models import Kind, Signatory

_MAX_FURTHER: Final = 100


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Show the original signatories and the newest further ones, each with a link to its endorsement."""
    appeal = get_chosen_appeal(request)
    signatories = Signatory.objects.filter(appeal=appeal)
    original = list(signatories.of_kind(Kind.ORIGINAL).order_by("number"))
    further = list(signatories.of_kind(Kind.FURTHER).order_by("-number")[: _MAX_FURTHER + 1])
    endorsements = find_endorsements((row.appeal_id, row.reference) for row in original + further)
    lists = [
        (heading, [(row, endorsements.get((row.appeal_id, row.reference))) for row in rows])
        for heading, rows in (
            (_("Endorsed later, newest first"), further[:_MAX_FURTHER]),
            (_("Original signatories"), original),
        )
        if rows
    ]
    context = {"lists": lists, "has_more": len(further) > _MAX_FURTHER, "title": _("Signatories")}
    return render_page(request, "public_list/entries.html", context)
