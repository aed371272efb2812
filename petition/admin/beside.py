"""What an open page of the queue asks by itself: how many have come in since."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.models import Endorsement

_MOST = 99
_DIGITS = 12
_TOP = 253_402_300_799  # the last second of the year 9999


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
