import logging
import signal
import threading
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from petition.actions import alerts, batches, correspondence, database_use, retention, site_state, weighing, withheld
from petition.actions.journal_file import JournalFile, reason_of
from petition.actions.removal_journal import NotAJournal
from petition.management.fresh_mirror import FreshMirror
from petition.management.sentences import sentence_for
from petition.publishing.exports import files
from petition.vocabulary import clock

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
HEARTBEAT = timedelta(seconds=15)
EXPORTS = timedelta(seconds=2)
RETENTION = timedelta(minutes=10)
ALERTS = timedelta(minutes=1)


class Command(BaseCommand):
    help = (
        "Delivers owed mail, weighs what came in, erases what is over, keeps MIRROR_DIR fresh, tells the staff, "
        "and shows /readyz that it lives. Run one or more beside the web."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything that is due, then stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        with database_use.in_use():
            self._work(once=once)

    def _work(self, *, once: bool) -> None:
        self.check(databases=["default"])
        self._journal = _journal()
        self._stop = threading.Event()
        self._due: dict[str, datetime] = {}
        self._mirror = FreshMirror(settings.MIRROR_DIR) if settings.MIRROR_DIR else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while True:
            delivered = 0
            try:
                delivered = self._round()
            except Exception as error:
                said = sentence_for(error)
                log.error(
                    "A round of the worker failed and is tried again: %s",
                    said or type(error).__name__,
                    exc_info=said is None,
                )
                connection.close()
            if (once and not delivered) or self._stop.wait(0 if delivered else PAUSE_SECONDS):
                break
        if self._mirror and once:
            self._mirror.finish(at=clock.now())
        elif self._mirror:
            self._mirror.stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _round(self) -> int:
        now = clock.now()
        self._journal.tend(at=now)
        if self._is_time_for("heartbeat", HEARTBEAT, now):
            site_state.worker_lives(at=now)
            retention.forget_journal()
        if self._is_time_for("exports", EXPORTS, now):
            files.remove_stale()
        if self._is_time_for("retention", RETENTION, now):
            retention.purge(at=now)
            withheld.refresh(at=now)
        if self._is_time_for("alerts", ALERTS, now):
            alerts.tell_staff(at=now)
        if self._mirror:
            self._mirror.tend(at=now)
        weighing.weigh_due(at=now)
        got_on = batches.go_on()
        return got_on + correspondence.deliver_due(most=1)  # one: a slow server must not hide that the worker lives

    def _is_time_for(self, duty: str, every: timedelta, now: datetime) -> bool:
        if self._due.get(duty, now) > now:
            return False
        self._due[duty] = now + every
        return True


def _journal() -> JournalFile:
    """Return the journal of removals, up to date. Without one the worker does not start."""
    journal = JournalFile()
    try:
        journal.write()
    except (OSError, NotAJournal) as error:
        raise CommandError(f"The journal of removals {journal.path} cannot be written: {reason_of(error)}.") from error
    return journal
