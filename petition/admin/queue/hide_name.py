"""Hide a name in two steps, from the field at the top of every page: find the entry, press its button."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.admin.references import find_endorsements
from petition.admin.responses import render_page
from petition.models import Signatory
from petition.text.names import fold
from petition.text.references import parse_typed_reference

_MAX_ROWS = 100


@require_safe
def hide_name(request: HttpRequest) -> HttpResponse:
    """Show listed entries with the number or letters in `?q=`, each with its button; without it the originals first."""
    typed = request.GET.get("q", "").strip()[:300]
    rows = list(
        _search(typed)
        .select_related("appeal")
        .order_by("appeal__is_demo", "-kind", "appeal", "number")[: _MAX_ROWS + 1]
    )
    endorsements = find_endorsements((row.appeal_id, row.reference) for row in rows)
    context = {
        "typed": typed,
        "rows": [(row, endorsements[row.appeal_id, row.reference]) for row in rows[:_MAX_ROWS]],
        "more": len(rows) > _MAX_ROWS,
        "title": _("Hide a name"),
    }
    return render_page(request, "queue/hide_name.html", context)


def _search(typed: str) -> QuerySet[Signatory]:
    queryset = Signatory.objects.listed()
    if not typed:
        return queryset
    wanted = Q(folded__contains=fold(typed)) if fold(typed) else Q(pk__in=())
    kind, number = parse_typed_reference(typed)
    if number:
        wanted |= Q(number=number, **({"kind": kind} if kind else {}))
    return queryset.filter(wanted)
