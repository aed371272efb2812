"""From a public line to the endorsement behind it: a name can be hidden at once, one of the originals too."""

import re
from collections.abc import Iterable
from http import HTTPStatus

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.admin.actors import with_site
from petition.models import Appeal, Endorsement, Kind, Signatory

_REFERENCE = re.compile(r"(original|further)-([1-9][0-9]{0,8})")


def endorsements_behind(lines: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The endorsement behind each line, given as number of the appeal and reference; unknown ones are missing."""
    wanted = Q(pk__in=())
    for appeal, reference in lines:
        if found := _REFERENCE.fullmatch(reference):
            wanted |= Q(signatory__appeal=appeal, signatory__kind=found[1], signatory__number=int(found[2]))
    rows = Endorsement.objects.filter(wanted).select_related("signatory")
    return {(row.appeal_id, row.signatory.reference): row.pk for row in rows if row.signatory}


def line_at(appeal: int, reference: str) -> int | None:
    """The number of the row of a public line; None for no such line."""
    found = _REFERENCE.fullmatch(reference)
    rows = Signatory.objects.filter(appeal=appeal).values_list("pk", flat=True)
    return rows.filter(kind=found[1], number=int(found[2])).first() if found else None


@require_safe
def lines(request: HttpRequest) -> HttpResponse:
    """The originals of an appeal, and a field that leads to any line; a line that is not there says so."""
    appeals = list(Appeal.objects.filter(published_at__isnull=False))
    slug = request.GET.get("appeal") or (appeals[0].slug if appeals else "")
    chosen = next((appeal for appeal in appeals if appeal.slug == slug), None)
    typed = request.GET.get("reference", "").strip().lower()
    if typed and chosen and (pk := endorsements_behind([(chosen.pk, typed)]).get((chosen.pk, typed))):
        return HttpResponseRedirect(reverse("admin:endorsement", args=[pk]))
    originals = Endorsement.objects.filter(signatory__appeal=chosen, signatory__kind=Kind.ORIGINAL)
    content = {
        "appeals": appeals,
        "chosen": chosen,
        "typed": typed,
        "rows": originals.select_related("signatory").order_by("signatory__number") if chosen else [],
        "title": _("Lines"),
    }
    status = HTTPStatus.NOT_FOUND if typed or (slug and not chosen) else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/queue/entries.html", with_site(request, content), status=status)
