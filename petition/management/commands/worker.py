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
from petition.actions.refusals import ErasingPaused
from petition.management.duty_runner import Duties, Duty, SlicedWork
from petition.management.mirror_refresh import MirrorRefresher
from petition.management.removals import write_removal_journal
from petition.models import database_clock
from petition.publishing.exports import file_cache
from petition.reference import clock

PAUSE_SECONDS: Final = 1.0
EACH_ROUND: Final = 0.0
MAIL_SECONDS: Final = 0.5
"""How long a round delivers mail, unless one mail takes longer."""


class Command(BaseCommand):
    help = (
        "Delivers mail, screens new endorsements, erases what is no longer needed, keeps MIRROR_DIR up to date and "
        "alerts the staff; /readyz shows that it is alive. Run one or more next to the web processes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything that is due, then stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        with running_processes.database_in_use():
            self._work(once=once)

    def _work(self, *, once: bool) -> None:
        self.check(databases=["default"])
        self._journal = write_removal_journal()  # without one the worker does not start
        self._stop = threading.Event()
        self._mirror = MirrorRefresher(settings.MIRROR_DIR) if settings.MIRROR_DIR else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        with database_clock.use_database_clock():
            failed = self._run(once=once)
        if once and failed:
            raise CommandError(f"These duties of the worker failed: {', '.join(sorted(failed))}. See the log above.")

    def _run(self, *, once: bool) -> set[str]:
        """Run the duties until the worker is stopped; return the names of those that failed."""
        duties = Duties(self._duties())
        duties.load_failures()
        while True:
            database_clock.refresh()
            more = duties.run()
            if (once and not more) or self._stop.wait(0 if more else PAUSE_SECONDS):
                break
        if self._mirror and once:
            self._mirror.finish(at=clock.now())
        elif self._mirror:
            self._mirror.stop()
        return duties.failed

    def _duties(self) -> list[Duty]:
        """Return all duties, mail before those that may take long. /readyz shows the names."""
        return [
            Duty("removals", EACH_ROUND, lambda at: self._journal.update(at=at)),
            Duty("heartbeat", 15, self._beat),
            Duty("mail", EACH_ROUND, self._deliver),
            # Add a new duty here; if it can take long, as SlicedWork.
            Duty("bulk actions", EACH_ROUND, lambda _at: batches.continue_batches()),
            Duty("exports", 2, lambda _at: file_cache.remove_stale()),
            Duty("mirror", EACH_ROUND, self._tend_mirror),
            Duty("alerts", 60, lambda at: staff_alerts.queue_alerts(at=at)),
            Duty("withheld count", 600, lambda at: withheld_count.refresh_published_counts(at=at)),
            Duty("screening", EACH_ROUND, SlicedWork(lambda at: process.screen_in_steps(at=at)).run),
            Duty("retention", 600, SlicedWork(_begin_erasing).run),
            Duty("table rewriting", 600, lambda at: table_rewrite.rewrite_tables_if_due(at=at)),
        ]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _beat(self, at: datetime) -> None:
        clock_checks.record_heartbeat()
        retention.truncate_wal()

    def _deliver(self, at: datetime) -> bool:
        # One mail after the other: a slow mail server must not hold up the heartbeat.
        until = time.monotonic() + MAIL_SECONDS
        while delivery.deliver_due(most=1):
            if time.monotonic() >= until or self._stop.is_set():
                return True
        return False

    def _tend_mirror(self, at: datetime) -> None:
        if self._mirror:
            self._mirror.update(at=at)


def _begin_erasing(at: datetime) -> Iterator[None]:
    try:
        return retention.purge_in_steps(at=clock_checks.get_trusted_now(is_worker=True))
    except ErasingPaused:  # no failure of this duty: alerts tell the staff about it
        return iter(())
