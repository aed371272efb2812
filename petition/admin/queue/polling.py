"""What an open page asks by itself: who else looks at this endorsement, and how many have come in since."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from petition.actions.staff import presences
from petition.admin.actors import accounts, me
from petition.models import Endorsement
from petition.reference import clock

_MOST = 99
_DIGITS = 12
_TOP = 253_402_300_799  # the last second of the year 9999


@require_POST
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    """The page is open here; the answer names who else has it open."""
    get_object_or_404(Endorsement, pk=pk)
    now = clock.now()
    presences.look(pk, by=me(request), at=now)
    there = presences.others([pk], but=me(request), at=now).get(pk, [])
    return JsonResponse({"words": looked_at_by(accounts(there).values())})


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """How many have come to be decided since a second of the epoch, in words; '' for none."""
    since = request.GET.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) <= _DIGITS and int(since) <= _TOP):
        return HttpResponseBadRequest(_("Unknown time."))
    rows = Endorsement.objects.to_decide().filter(confirmed_at__gt=datetime.fromtimestamp(int(since), UTC))
    count = rows.order_by()[: _MOST + 1].count()
    words = _("New since this page was opened: %(count)s") % {"count": f"{_MOST}+" if count > _MOST else count}
    return JsonResponse({"words": words if count else ""})


def looked_at_by(people: Iterable[str]) -> str:
    """Who has the page open as well, in words; '' for nobody."""
    names = ", ".join(sorted(people))
    return _("Also open with: %(names)s") % {"names": names} if names else ""
