"""What an open page of the queue asks by itself: how many have come in since."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.admin.appeals.chosen_appeal import get_chosen_appeal
from petition.models import Endorsement
from petition.text.numbers import parse_number

_MAX_COUNT = 99
_LAST_SECOND = 253_402_300_799  # of the year 9999: datetime knows no later one


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """Return how many came in to be decided on the chosen appeal since `?since=`, in words; "" for none.

    `?since=` is a second of the epoch.
    """
    since = parse_number(request.GET.get("since", ""))
    if since is None or since > _LAST_SECOND:
        return HttpResponseBadRequest(_("Unknown time."))
    arrived = Endorsement.objects.to_decide().filter(confirmed_at__gt=datetime.fromtimestamp(since, UTC))
    queryset = arrived.filter(appeal=get_chosen_appeal(request))
    count = queryset.order_by()[: _MAX_COUNT + 1].count()
    words = _("New since this page was opened: %(count)s") % {
        "count": f"{_MAX_COUNT}+" if count > _MAX_COUNT else count
    }
    return JsonResponse({"words": words if count else ""})
