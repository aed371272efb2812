"""The original signatories of an appeal, and a field that leads from any reference to its endorsement."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.admin.references import find_endorsements
from petition.admin.responses import render_page
from petition.models import Appeal, Endorsement, Kind


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Show the originals of `?appeal=`, or redirect to the endorsement behind `?reference=`; 404 if there is none."""
    appeals = list(Appeal.objects.filter(published_at__isnull=False))
    slug = request.GET.get("appeal") or (appeals[0].slug if appeals else "")
    chosen = next((appeal for appeal in appeals if appeal.slug == slug), None)
    typed = request.GET.get("reference", "").strip().lower()
    if typed and chosen and (pk := find_endorsements([(chosen.pk, typed)]).get((chosen.pk, typed))):
        return HttpResponseRedirect(reverse("admin:endorsement", args=[pk]))
    originals = Endorsement.objects.filter(signatory__appeal=chosen, signatory__kind=Kind.ORIGINAL)
    context = {
        "appeals": appeals,
        "chosen": chosen,
        "typed": typed,
        "rows": originals.select_related("signatory").order_by("signatory__number") if chosen else [],
        "title": _("Lines"),
    }
    status = HTTPStatus.NOT_FOUND if typed or (slug and not chosen) else HTTPStatus.OK
    return render_page(request, "queue/entries.html", context, status=status)
