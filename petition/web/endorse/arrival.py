"""How a form came in: from which network, how long after it was opened, and whether a hidden field was filled in."""

from django.http import HttpRequest

from petition.actions.intake.submissions import Arrival
from petition.publishing.cache.site_status import SiteStatus
from petition.reference import clock
from petition.security import form_stamps
from petition.web.shortcuts import get_network_bucket

# Fields that people do not see (endorse/hidden_fields.html): one must stay empty, one says when the form was opened.
TRAP, STAMP = "remarks", "opened"
_MAX_STAMP = 200  # characters


def read_arrival(request: HttpRequest, status: SiteStatus) -> Arrival:
    """Return what is known of how this form was posted."""
    return Arrival(
        network=get_network_bucket(request, status),
        seconds=form_stamps.get_seconds_since(request.POST.get(STAMP, ""), at=clock.now()),
        honeypot_filled=bool(request.POST.get(TRAP)),
        level=status.level,
    )


def get_random_value(request: HttpRequest) -> str:
    """Return the random value of the form that was posted, which makes a repeat of it the same; '' if it has none."""
    return request.POST.get(STAMP, "")[:_MAX_STAMP]


def form_stamp(request: HttpRequest) -> str:
    """Return the stamp for the form to be shown: the first one if the form comes back with errors, else a new one."""
    now, posted = clock.now(), request.POST.get(STAMP, "")
    return posted if form_stamps.get_seconds_since(posted, at=now) is not None else form_stamps.create_stamp(at=now)
