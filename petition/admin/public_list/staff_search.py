"""The search field at the top of every staff page: endorsements in all states and appeals."""

from typing import Final

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.actions.listing import entries
from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.admin.queue.filters import search_condition
from petition.admin.responses import render_page
from petition.models import Endorsement, Status
from petition.text.references import parse_typed_reference

_MAX_ROWS: Final = 100


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the endorsements that `?q=` finds: a name, an acronym, a number, or a reference like further-12."""
    typed = request.GET.get("q", "").strip()[:300]
    rows = _find(typed, get_chosen_appeal(request)) if typed else []
    shown = rows[:_MAX_ROWS]
    context = {
        "typed": typed,
        "rows": [(row, entries.get_entry_text_for_staff(row) or _("Name encrypted"), _is_listed(row)) for row in shown],
        "more": len(rows) > _MAX_ROWS,
        "title": _("Search"),
    }
    return render_page(request, "public_list/search.html", context)


def _find(typed: str, appeal: object) -> list[Endorsement]:
    """Return what is found, those of the chosen appeal first, then of others, then of demonstrations."""
    wanted = search_condition(typed)
    kind, number = parse_typed_reference(typed)
    if number:
        wanted |= Q(signatory__number=number, **({"signatory__kind": kind} if kind else {}))
    order = Case(
        When(appeal=appeal, then=Value(0)),
        When(appeal__is_demo=False, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Endorsement.objects.filter(wanted).select_related("appeal", "signatory")
    return list(found.order_by(order, "-pk")[: _MAX_ROWS + 1])


def _is_listed(row: Endorsement) -> bool:
    return row.signatory is not None and row.signatory.status == Status.LISTED
