import signal
import threading
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection

from petition.actions import correspondence, retention, site_state
from petition.vocabulary import clock

PAUSE_SECONDS = 1.0
HEARTBEAT = timedelta(seconds=15)
RETENTION = timedelta(minutes=10)


class Command(BaseCommand):
    help = "Delivers owed mail, erases what is over, and shows /readyz that it lives. Run one or more beside the web."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything that is due, then stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        self.check(databases=["default"])
        self._stop = threading.Event()
        self._due: dict[str, datetime] = {}
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while True:
            try:
                delivered = self._round()
            except Error as error:
                self.stderr.write(f"The database did not answer ({type(error).__name__}); trying again.")
                connection.close()
                delivered = 0
            if once or self._stop.wait(0 if delivered else PAUSE_SECONDS):
                return

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _round(self) -> int:
        now = clock.now()
        if self._is_time_for("heartbeat", HEARTBEAT, now):
            site_state.worker_lives(at=now)
        if self._is_time_for("retention", RETENTION, now):
            retention.purge(at=now)
        return correspondence.deliver_due(most=20)

    def _is_time_for(self, duty: str, every: timedelta, now: datetime) -> bool:
        if self._due.get(duty, now) > now:
            return False
        self._due[duty] = now + every
        return True
