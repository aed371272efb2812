"""What the worker does again and again: each duty at its own interval, and none of them stopped by another."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import Error, connection

from petition.actions.operations import site_state
from petition.management.error_messages import sentence_for
from petition.models import WorkerFailure
from petition.reference import clock
from petition.text.error_text import describe_error

SOONEST: Final = 5.0
LATEST: Final = 60.0
"""Seconds after which a duty that failed is tried again: its own interval, within these bounds."""
PIECE_SECONDS: Final = 0.25
"""So long at most a round is busy with what may take long, so that mail leaves in between."""
log = logging.getLogger(__name__)


@dataclass
class Duty:
    """`carry_out` gets the present moment every `seconds`, and at once again while it returns that there is more."""

    name: str
    seconds: float
    carry_out: Callable[[datetime], object]
    due_at: float = 0.0  # by the monotonic clock, which nobody can set
    has_failed: bool = False  # and is on record for it


class InPieces:
    """Work that may take long, PIECE_SECONDS of it in each round. `begin` returns it as an iterator of its steps."""

    def __init__(self, begin: Callable[[datetime], Iterator[None]]) -> None:
        self._begin = begin
        self._under_way: Iterator[None] | None = None

    def carry_out(self, at: datetime) -> bool:
        """Go on with it, or begin; return whether there is more to do."""
        until = time.monotonic() + PIECE_SECONDS
        work, self._under_way = self._under_way or self._begin(at), None
        for _ in work:
            if time.monotonic() >= until:
                self._under_way = work
                return True
        return False


class Duties:
    """All of them, in the order in which each round takes them."""

    def __init__(self, duties: Iterable[Duty]) -> None:
        self._duties = list(duties)
        self.failed: set[str] = set()
        """Names of those that have failed since this was made."""

    def load_failures(self) -> None:
        """What an earlier worker left on record is taken back by the first success."""
        on_record = set(WorkerFailure.objects.values_list("duty", flat=True))
        for duty in self._duties:
            duty.has_failed = duty.name in on_record

    def carry_out(self) -> bool:
        """Carry out those that are due, once each; return whether one of them has more to do at once."""
        more = False
        for duty in self._duties:
            if duty.due_at <= time.monotonic():
                more = self._carry_out(duty) or more
        return more

    def _carry_out(self, duty: Duty) -> bool:
        try:
            more = bool(duty.carry_out(clock.now()))
        except Exception as error:  # noqa: BLE001  (whatever it is, the other duties are carried out)
            self._note_failure(duty, error)
            return False
        duty.due_at = 0.0 if more else time.monotonic() + duty.seconds
        if duty.has_failed:
            with suppress(Error):
                site_state.duty_succeeded(duty.name)
                duty.has_failed = False
        return more

    def _note_failure(self, duty: Duty, error: Exception) -> None:
        log.error("The duty %r of the worker failed: %s", duty.name, sentence_for(error) or describe_error(error))
        self.failed.add(duty.name)
        duty.due_at = time.monotonic() + min(max(duty.seconds, SOONEST), LATEST)
        duty.has_failed = True
        if not connection.in_atomic_block:
            connection.close()  # what state it is in is unknown
        with suppress(Error):  # without a database /readyz says so anyway
            site_state.duty_failed(duty.name, error=type(error).__name__[:60], at=clock.now())
