"""Keep the served mirror up to date: a process of its own writes it again whenever anything public has changed.

It fails closed: if it cannot be written after a removal, it is written without its list, or else removed.
"""

import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from petition.actions.mailing import staff_alerts
from petition.publishing import queries
from petition.publishing.child_processes import set_parent_death_signal
from petition.publishing.mirror import writer

RETRY_AFTER: Final = timedelta(seconds=30)
"""How long to wait after a failure before the next try."""
MAX_DURATION: Final = timedelta(minutes=10)
"""After this a run is killed; ten thousand names take half a minute."""
# The process renders public pages, so it gets no key that the public web process does not have.
_ENVIRONMENT_OF_ROLE: Final[dict[str, dict[str, str]]] = {"all": {}, "public": {}, "staff": {"ROLE": "public"}}
log = logging.getLogger(__name__)


class MirrorRefresher:
    """Write the mirror for the worker, which continues to deliver mail meanwhile."""

    command = (sys.executable, "manage.py", "mirror")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: object = None  # the public state that the mirror shows
        self._removed: tuple[int, ...] | None = None  # the last removal in the mirror; None: an earlier worker wrote it
        self._in_progress: tuple[object, tuple[int, ...]] = (None, ())  # the same two for the run in progress
        self._child: subprocess.Popen[bytes] | None = None
        self._without_list = False
        self._until: datetime | None = None
        self._not_before: datetime | None = None

    def update(self, *, at: datetime) -> None:
        """Start a run if the public state has changed, and look after the one in progress; return at once."""
        if self._child is not None and self._until is not None and at >= self._until:
            self._child.kill()
            self._child.wait()
        if self._child is not None and self._child.poll() is not None:
            self._finish_run(self._child.returncode, at=at)
        if self._child is None and (self._not_before is None or self._not_before <= at):
            state = queries.get_public_state()
            if state != self._written:
                self._start_run(state, at=at)

    def finish(self, *, at: datetime) -> None:
        """Wait for the run in progress."""
        while self._child is not None:
            self._finish_run(self._child.wait(), at=at)

    def stop(self) -> None:
        """Stop the run in progress; the mirror stays as it is."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()

    def _start_run(self, state: object, *, at: datetime, without_list: bool = False) -> None:
        self._in_progress, self._until, self._without_list = (
            (state, writer.get_last_removal()),
            at + MAX_DURATION,
            without_list,
        )
        options = ["--without-list"] if without_list else []
        self._child = subprocess.Popen(  # noqa: S603  (nothing of a visitor is among the arguments)
            [*self.command, str(self._folder), "--verbosity", "0", *options],
            cwd=settings.BASE_DIR,
            env=os.environ | _ENVIRONMENT_OF_ROLE[settings.ROLE],
            stdout=subprocess.DEVNULL,
            preexec_fn=set_parent_death_signal,  # noqa: PLW1509  (the worker has no threads)
        )

    def _finish_run(self, code: int, *, at: datetime) -> None:
        self._child = None
        if code == 0 and not self._without_list:
            (self._written, self._removed), self._not_before = self._in_progress, None
            return
        self._not_before = at + RETRY_AFTER
        if code == 0:
            self._removed = self._in_progress[1]
            return
        log.error("The mirror could not be written (exit code %s): it is tried again.", code)
        if self._folder.exists() and self._removed != writer.get_last_removal():
            self._hide_removed_names(at=at)

    def _hide_removed_names(self, *, at: datetime) -> None:
        """Write the mirror without its list, or remove it: it may show a name that was removed."""
        if not self._without_list:
            log.error("A name was removed since the mirror was written: the mirror is written without its list.")
            staff_alerts.alert_mirror_failed(at=at)
            self._start_run(None, at=at, without_list=True)
        else:
            log.error("The mirror could not even be written without its list: it is removed.")
            writer.remove_mirror(self._folder)
