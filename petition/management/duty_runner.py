"""Run the worker's duties, each at its own interval; a duty that fails does not stop the others."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import Error, connection

from petition.actions.operations import site_state
from petition.management.error_messages import explain_error
from petition.management.metrics.shared_counts import STORE_SECONDS, SharedCounts
from petition.models import WorkerFailure
from petition.reference import clock
from petition.text.error_text import describe_error

SOONEST: Final = 5.0
LATEST: Final = 60.0
"""A duty that failed is tried again after its own interval, but within these seconds."""
PIECE_SECONDS: Final = 0.25
"""How long a round spends on long work, so that mail leaves in between."""
DUTY_SUCCESS: Final = "duty_success"
DUTY_FAILURE: Final = "duty_failure"
log = logging.getLogger(__name__)


@dataclass
class Duty:
    """`run` is called with the present time every `seconds`, and again at once while it returns True for more."""

    name: str
    seconds: float
    run: Callable[[datetime], object]
    due_at: float = 0.0  # by the monotonic clock, which nobody can set
    has_failed: bool = False  # and has a row in WorkerFailure


class SlicedWork:
    """Long work, of which each round does PIECE_SECONDS. `begin` returns an iterator of its steps."""

    def __init__(self, begin: Callable[[datetime], Iterator[None]]) -> None:
        self._begin = begin
        self._under_way: Iterator[None] | None = None

    def run(self, at: datetime) -> bool:
        """Continue the work, or begin it; return whether there is more to do."""
        until = time.monotonic() + PIECE_SECONDS
        work, self._under_way = self._under_way or self._begin(at), None
        for _ in work:
            if time.monotonic() >= until:
                self._under_way = work
                return True
        return False


class Duties:
    """All duties, in the order in which each round runs them."""

    def __init__(self, duties: Iterable[Duty], counts: SharedCounts | None = None) -> None:
        self._duties = list(duties)
        self._counts = counts
        self._stored_at = 0.0
        if counts:
            counts.forget_times()
        self.failed: set[str] = set()
        """Names of the duties that have failed since this object was created."""

    def load_failures(self) -> None:
        """Load the failures that an earlier worker recorded, so that the first success clears them."""
        on_record = set(WorkerFailure.objects.values_list("duty", flat=True))
        for duty in self._duties:
            duty.has_failed = duty.name in on_record

    def run(self) -> bool:
        """Run the duties that are due, once each; return whether one of them has more to do at once."""
        more = False
        for duty in self._duties:
            if duty.due_at <= time.monotonic():
                more = self._run_duty(duty) or more
        if self._counts and time.monotonic() - self._stored_at >= STORE_SECONDS:
            self._stored_at = time.monotonic()
            self._counts.store()
        return more

    def _run_duty(self, duty: Duty) -> bool:
        try:
            more = bool(duty.run(clock.now()))
            if self._counts:
                self._counts.note_time((DUTY_SUCCESS, duty.name), clock.now().timestamp())
        except Exception as error:  # noqa: BLE001  (the other duties must run)
            self._note_failure(duty, error)
            return False
        duty.due_at = 0.0 if more else time.monotonic() + duty.seconds
        if duty.has_failed:
            with suppress(Error):
                site_state.clear_duty_failure(duty.name)
                duty.has_failed = False
        return more

    def _note_failure(self, duty: Duty, error: Exception) -> None:
        log.error("The duty %r of the worker failed: %s", duty.name, explain_error(error) or describe_error(error))
        self.failed.add(duty.name)
        if self._counts:
            self._counts.add((DUTY_FAILURE, duty.name))
        duty.due_at = time.monotonic() + min(max(duty.seconds, SOONEST), LATEST)
        duty.has_failed = True
        if not connection.in_atomic_block:
            connection.close()  # it may be broken
        with suppress(Error):  # without a database /readyz fails anyway
            site_state.record_duty_failure(duty.name, error=type(error).__name__[:60], at=clock.now())
