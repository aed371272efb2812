"""What waits: disputes on top, then endorsements by state, those with a correction, those that ask for their name."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from petition.actions import listings
from petition.admin.desk import POSSIBLE, opened_or_none
from petition.admin.lines import endorsements_behind
from petition.admin.people import with_site
from petition.admin.selecting import bulk_deeds
from petition.models import CorrectionState, Display, Dispute, Endorsement, State
from petition.models.endorsements import ACTIVE

PAGE = 50
DISPUTES = 20
CORRECTIONS, NAME_AGAIN, QUARANTINED = "corrections", "name-again", "quarantined"
_WISHES: dict[str, str | Promise] = {
    QUARANTINED: gettext_lazy("Quarantined"),
    CORRECTIONS: gettext_lazy("Corrections"),
    NAME_AGAIN: gettext_lazy("Ask to be named again"),
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, oldest first; with `?state=` others; a page at a time (`?after=` a row's number)."""
    tab = request.GET.get("state", State.CONFIRMED)
    after = request.GET.get("after", "0")
    if tab not in {*State.values, *_WISHES} or not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Http404
    rows = _under(tab).filter(pk__gt=int(after)).select_related("appeal", "signatory").order_by("pk")
    page = list(rows[: PAGE + 1])
    content = {
        "rows": [{"endorsement": row, "line": listings.line_for_staff(row) or _("Name sealed")} for row in page[:PAGE]],
        "more": page[PAGE - 1].pk if len(page) > PAGE else None,
        "state": tab,
        "tabs": _tabs(),
        "decisions": [
            name
            for name in POSSIBLE.get(State.CONFIRMED if tab == QUARANTINED else tab, ())
            if name in ("approve", "reject")
        ],
        "title": _("Endorsements"),
        "bulk": bulk_deeds(tab),
        **_disputes(),
    }
    return TemplateResponse(request, "admin/petition/queue.html", with_site(request, content))


def _under(tab: str) -> QuerySet[Endorsement]:
    """The endorsements under one tab."""
    if tab == CORRECTIONS:
        return Endorsement.objects.filter(state__in=ACTIVE, corrections__state=CorrectionState.PROPOSED)
    if tab == NAME_AGAIN:
        asked = Endorsement.objects.filter(name_again_at__isnull=False)
        return asked.filter(state=State.APPROVED, display=Display.WITHHELD)
    if tab == QUARANTINED:
        return Endorsement.objects.quarantined().filter(state=State.CONFIRMED)
    if tab == State.CONFIRMED:
        return Endorsement.objects.not_quarantined().filter(state=tab)
    return Endorsement.objects.filter(state=tab)


def matching(query: Mapping[str, str]) -> QuerySet[Endorsement]:
    """All endorsements that the queue shows, page after page, under this query."""
    return _under(query.get("state", State.CONFIRMED))


def _tabs() -> list[tuple[str, str | Promise, int]]:
    counts = dict(Endorsement.objects.values_list("state").annotate(Count("pk")).order_by())
    wishes = [(wish, label, _under(wish).count()) for wish, label in _WISHES.items()]
    counts[State.CONFIRMED] = counts.get(State.CONFIRMED, 0) - next(n for wish, _, n in wishes if wish == QUARANTINED)
    states = [(state.value, state.label, counts.get(state, 0)) for state in State]
    return [*states[:2], *wishes, *states[2:]]


def _disputes() -> dict[str, Any]:
    """The oldest open disputes, opened where the key is here, each with the endorsement that it is about."""
    waiting = list(Dispute.objects.open().select_related("appeal")[: DISPUTES + 1])
    behind = endorsements_behind((dispute.appeal_id, dispute.reference) for dispute in waiting)
    told = [
        {
            "dispute": dispute,
            "words": opened_or_none(dispute.sealed_message),
            "mailbox": opened_or_none(dispute.sealed_mailbox),
            "endorsement": behind.get((dispute.appeal_id, dispute.reference)),
        }
        for dispute in waiting[:DISPUTES]
    ]
    return {"disputes": told, "more_disputes": len(waiting) > DISPUTES}
