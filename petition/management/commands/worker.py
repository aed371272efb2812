import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from petition.actions.bulk_entry import uploads
from petition.actions.endorsing import withheld_count
from petition.actions.intake import process, take
from petition.actions.mailing import delivery, staff_alerts
from petition.actions.moderation import batches
from petition.actions.operations import clock_checks, retention, running_processes, site_state, table_rewrite
from petition.actions.refusals import ErasingPaused
from petition.actions.self_service import follow_ups
from petition.checks import start
from petition.management import web_process
from petition.management.duty_runner import Duties, Duty, SlicedWork
from petition.management.metrics.shared_counts import SharedCounts
from petition.management.mirror_refresh import MirrorRefresher
from petition.management.news import News
from petition.management.removals import write_removal_journal
from petition.models.database import database_clock
from petition.publishing.documents import kept_documents
from petition.publishing.exports import file_cache
from petition.reference import clock
from petition.security import rate_limits, unreadable

PAUSE_SECONDS: Final = 1.0
"""How long the worker waits when it has nothing to do, unless something comes in (management/news.py)."""
EACH_ROUND: Final = 0.0
INTAKE_SECONDS: Final = 0.5
"""How long a round takes in what visitors have sent."""
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
        web_process.limit_lock_waits(settings.DATABASES["default"])
        if not connection.in_atomic_block:
            connection.close()  # opened before, without the limit
        with running_processes.database_in_use():
            self._work(once=once)

    def _work(self, *, once: bool) -> None:
        self.check(databases=["default"])
        if problems := start.find_problems(["default"]):
            raise CommandError("\n".join(problems))
        self._journal = write_removal_journal()  # without one the worker does not start
        self._stop = threading.Event()
        self._delivery = delivery.Delivery()
        self._mirror = MirrorRefresher(settings.MIRROR_DIR) if settings.MIRROR_DIR else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        with database_clock.use_database_clock():
            failed = self._run(once=once)
        if once and failed:
            raise CommandError(f"These duties of the worker failed: {', '.join(sorted(failed))}. See the log above.")

    def _run(self, *, once: bool) -> set[str]:
        """Run the duties until the worker is stopped; return the names of those that failed."""
        duties = Duties(self._duties(), SharedCounts(settings.DATA_DIR) if settings.METRICS_ADDRESS else None)
        duties.load_failures()
        news = News()
        while True:
            database_clock.refresh()
            more = duties.run()
            if not more:
                news.wait(self._stop, most=0 if once else PAUSE_SECONDS)
            if self._stop.is_set() or (once and not more):
                break
        self._delivery.close()
        if self._mirror and once:
            self._mirror.finish(at=clock.now())
        elif self._mirror:
            self._mirror.stop()
        return duties.failed

    def _duties(self) -> list[Duty]:
        """Return all duties, mail before those that may take long. /readyz shows the names."""
        return [
            # First, since a public process takes in nothing before it knows the worker's keys.
            Duty("heartbeat", 15, self._beat),
            Duty("removals", EACH_ROUND, lambda at: self._journal.update(at=at)),
            Duty("intake", EACH_ROUND, _process_intake),
            Duty("mail", EACH_ROUND, self._deliver),
            # Add a new duty here; if it can take long, as SlicedWork.
            Duty("bulk actions", EACH_ROUND, lambda _at: batches.continue_batches()),
            Duty("tables", EACH_ROUND, lambda _at: uploads.continue_uploads()),
            Duty("exports", 2, _remove_stale_files),
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
        unreadable.store_unreadable()
        rate_limits.replace_weekly_key(at=at)
        site_state.publish_figures(at=clock.now())
        retention.truncate_wal()

    def _deliver(self, at: datetime) -> bool:
        # Not all at once: a slow mail server must not hold up the heartbeat.
        until = time.monotonic() + MAIL_SECONDS
        return self._delivery.deliver_due(may_go_on=lambda: time.monotonic() < until and not self._stop.is_set()) > 0

    def _tend_mirror(self, at: datetime) -> None:
        if self._mirror:
            self._mirror.update(at=at)


def _remove_stale_files(at: datetime) -> None:
    file_cache.remove_stale()
    kept_documents.remove_stale()


def _process_intake(at: datetime) -> bool:
    until = time.monotonic() + INTAKE_SECONDS
    while take.process_intake(at=clock.now()):
        if time.monotonic() >= until:
            return True
    return follow_ups.process_follow_ups(at=at)


def _begin_erasing(at: datetime) -> Iterator[None]:
    try:
        return retention.purge_in_steps(at=clock_checks.get_trusted_now(is_worker=True))
    except ErasingPaused:  # no failure of this duty: alerts tell the staff about it
        return iter(())
