"""How a form came in: from which network, how long after it was opened, and whether a person filled it in."""

from django.http import HttpRequest

from petition.actions.intake.arrivals import Arrival
from petition.reference import clock
from petition.security import form_stamps, networks

TRAP, STAMP = "remarks", "opened"
"""Fields that no person sees: one to leave empty, one that says when the form was opened (endorse/arrival.html)."""


def arrival_of(request: HttpRequest) -> Arrival:
    """What there is to know of this post."""
    return Arrival(
        network=networks.network_of(request.META),
        seconds=form_stamps.seconds_since(request.POST.get(STAMP, ""), at=clock.now()),
        trapped=bool(request.POST.get(TRAP)),
    )


def stamp_for(request: HttpRequest) -> str:
    """The stamp of the form that is shown: its first one while it comes back with errors, else a fresh one."""
    now, posted = clock.now(), request.POST.get(STAMP, "")
    return posted if form_stamps.seconds_since(posted, at=now) is not None else form_stamps.stamp(at=now)
