"""A visitor's browser beside a worker: what is posted goes into the intake, and is processed before the next page."""

from typing import Any

from django.test import Client

from petition.actions.intake import take
from petition.actions.self_service import follow_ups
from petition.models import IntakeRow, SiteState
from petition.reference import clock
from petition.security import encryption


def publish_intake_keys() -> None:
    """Do what the worker's heartbeat does: tell the public process which keys it holds."""
    keys = dict.fromkeys(encryption.get_key_ids()[1], clock.now().isoformat())
    SiteState.objects.update_or_create(pk=1, defaults={"intake_keys": keys})


def work() -> None:
    """Process the intake, as the worker does, at the time of the test."""
    take.forget_plan()
    # The database sets the time of arrival, and the clock of a test may stand still.
    IntakeRow.objects.waiting().update(arrived_at=clock.now())
    while take.process_intake(at=clock.now()):
        pass
    while follow_ups.process_follow_ups(at=clock.now()):
        pass


_INTO_INTAKE = ("/endorse/", "/endorsements/", "/change/", "/code/")


class Visitor(Client):
    """A client that lets the worker work after each post, and follows to the page of the result."""

    def __init__(self, *, is_worker_running: bool = True) -> None:
        super().__init__(headers={"host": "127.0.0.1:8000"})
        self._is_worker_running = is_worker_running

    def post(self, path: str, data: Any = None, **options: Any) -> Any:  # type: ignore[override]
        has_worker = self._is_worker_running and any(part in path for part in _INTO_INTAKE)
        if has_worker:
            publish_intake_keys()
        follows = has_worker and options.pop("follow", False)
        response = super().post(path, data or {}, **options)
        if has_worker:
            work()
        if follows and response.status_code in (302, 303):
            return self.get(response["Location"], follow=True)
        while response.status_code == 303 and "sent=" in response["Location"]:
            response = self.get(response["Location"])
        return response
