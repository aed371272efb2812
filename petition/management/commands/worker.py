import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.endorsing import withheld_count
from petition.actions.intake import process
from petition.actions.mailing import delivery, staff_alerts
from petition.actions.moderation import batches
from petition.actions.operations import clock_checks, retention, running_processes, table_rewrite
from petition.actions.operations.journal_file import JournalFile, reason_of
from petition.actions.operations.removal_journal import NotAJournal
from petition.management.mirror_refresh import FreshMirror
from petition.management.worker_duties import Duties, Duty, InPieces
from petition.models import database_clock
from petition.publishing.exports import file_cache
from petition.reference import clock

PAUSE_SECONDS: Final = 1.0
EACH_ROUND: Final = 0.0
MAIL_SECONDS: Final = 0.5
"""So long at most a round delivers mail, unless one mail takes longer."""


class Command(BaseCommand):
    help = (
        "Delivers owed mail, weighs what came in, erases what is over, keeps MIRROR_DIR fresh, tells the staff, "
        "and shows /readyz that it lives. Run one or more beside the web."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything that is due, then stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        with running_processes.in_use():
            self._work(once=once)

    def _work(self, *, once: bool) -> None:
        self.check(databases=["default"])
        self._journal = _journal()
        self._stop = threading.Event()
        self._mirror = FreshMirror(settings.MIRROR_DIR) if settings.MIRROR_DIR else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        with database_clock.followed():
            failed = self._run(once=once)
        if once and failed:
            raise CommandError(f"Not everything was done; these duties failed: {', '.join(sorted(failed))}.")

    def _run(self, *, once: bool) -> set[str]:
        """Return the names of the duties that have failed, once it is told to stop."""
        duties = Duties(self._duties())
        duties.load_failures()
        while True:
            database_clock.renew()
            more = duties.carry_out()
            if (once and not more) or self._stop.wait(0 if more else PAUSE_SECONDS):
                break
        if self._mirror and once:
            self._mirror.finish(at=clock.now())
        elif self._mirror:
            self._mirror.stop()
        return duties.failed

    def _duties(self) -> list[Duty]:
        """Mail before whatever may take long. Names are what /readyz shows; seconds are how often each is due."""
        return [
            Duty("removals", EACH_ROUND, lambda at: self._journal.tend(at=at)),
            Duty("heartbeat", 15, self._beat),
            Duty("mail", EACH_ROUND, self._deliver),
            # A duty of another kind gets its row here; what can take long is done InPieces.
            Duty("bulk actions", EACH_ROUND, lambda _at: batches.go_on()),
            Duty("exports", 2, lambda _at: file_cache.remove_stale()),
            Duty("mirror", EACH_ROUND, self._tend_mirror),
            Duty("alerts", 60, lambda at: staff_alerts.tell_staff(at=at)),
            Duty("withheld count", 600, lambda at: withheld_count.refresh(at=at)),
            Duty("screening", EACH_ROUND, InPieces(lambda at: process.in_pieces(at=at)).carry_out),
            Duty("retention", 600, InPieces(_begin_erasing).carry_out),
            Duty("table rewriting", 600, lambda at: table_rewrite.rewrite_when_due(at=at)),
        ]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _beat(self, at: datetime) -> None:
        clock_checks.worker_beats()
        retention.forget_journal()

    def _deliver(self, at: datetime) -> bool:
        """One mail after the other: a slow server must not hide that the worker lives."""
        until = time.monotonic() + MAIL_SECONDS
        while delivery.deliver_due(most=1):
            if time.monotonic() >= until or self._stop.is_set():
                return True
        return False

    def _tend_mirror(self, at: datetime) -> None:
        if self._mirror:
            self._mirror.tend(at=at)


def _begin_erasing(at: datetime) -> Iterator[None]:
    """Nothing is begun while the clock is in doubt. A pause is no failure: the staff are told of it by the alerts."""
    try:
        return retention.in_pieces(at=clock_checks.sure_now(is_worker=True))
    except clock_checks.ErasingPaused:
        return iter(())


def _journal() -> JournalFile:
    """Return the journal of removals, up to date. Without one the worker does not start."""
    journal = JournalFile()
    try:
        journal.write()
    except (OSError, NotAJournal) as error:
        raise CommandError(f"The journal of removals {journal.path} cannot be written: {reason_of(error)}.") from error
    return journal
