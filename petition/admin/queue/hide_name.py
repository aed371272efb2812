"""A name off the list in two presses from anywhere on the desk: find it, hide it. Nobody is waited for."""

import re

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.admin.actors import with_site
from petition.admin.entries import endorsements_behind
from petition.models import Signatory
from petition.text.names import folded

_MOST = 100
_NUMBER = re.compile(r"(?:(original|further)\W{0,3})?([1-9][0-9]{0,8})")


@require_safe
def hiding(request: HttpRequest) -> HttpResponse:
    """Listed lines with this number or with these letters, each with its button; without a word the originals first."""
    typed = request.GET.get("q", "").strip()[:300]
    rows = list(
        _like(typed).select_related("appeal").order_by("appeal__is_demo", "-kind", "appeal", "number")[: _MOST + 1]
    )
    behind = endorsements_behind((row.appeal_id, row.reference) for row in rows)
    content = {
        "typed": typed,
        "rows": [(row, behind[row.appeal_id, row.reference]) for row in rows[:_MOST]],
        "more": len(rows) > _MOST,
        "title": _("Hide a name"),
    }
    return TemplateResponse(request, "admin/petition/queue/hide_name.html", with_site(request, content))


def _like(typed: str) -> QuerySet[Signatory]:
    lines = Signatory.objects.listed()
    if not typed:
        return lines
    wanted = Q(folded__contains=folded(typed)) if folded(typed) else Q(pk__in=())
    if found := _NUMBER.fullmatch(typed.lower()):
        wanted |= Q(number=int(found[2]), **({"kind": found[1]} if found[1] else {}))
    return lines.filter(wanted)
