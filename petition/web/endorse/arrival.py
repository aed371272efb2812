"""How a form came in: from which network, how long after it was opened, and whether a hidden field was filled in."""

from django.http import HttpRequest

from petition.actions.intake.arrivals import Arrival
from petition.reference import clock
from petition.security import form_stamps, networks

# Fields that people do not see (endorse/hidden_fields.html): one must stay empty, one says when the form was opened.
TRAP, STAMP = "remarks", "opened"


def read_arrival(request: HttpRequest) -> Arrival:
    """Return what is known of how this form was posted."""
    return Arrival(
        network=networks.get_network(request.META),
        seconds=form_stamps.get_seconds_since(request.POST.get(STAMP, ""), at=clock.now()),
        honeypot_filled=bool(request.POST.get(TRAP)),
    )


def form_stamp(request: HttpRequest) -> str:
    """Return the stamp for the form to be shown: the first one if the form comes back with errors, else a new one."""
    now, posted = clock.now(), request.POST.get(STAMP, "")
    return posted if form_stamps.get_seconds_since(posted, at=now) is not None else form_stamps.create_stamp(at=now)
