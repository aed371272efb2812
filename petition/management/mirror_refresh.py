"""The served mirror follows the record: made anew in a process of its own whenever anything public has changed.

It fails closed: where it cannot be made anew after a removal, it is made without its list, else taken down.
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
from petition.publishing import records
from petition.publishing.child_processes import end_with_parent
from petition.publishing.mirror import writer

PATIENCE: Final = timedelta(seconds=30)
"""Before it is tried again, when it could not be made."""
LONGEST: Final = timedelta(minutes=10)
"""What takes longer is given up; ten thousand names take half a minute."""
_AS_VISITORS_SEE_IT: Final[dict[str, dict[str, str]]] = {"all": {}, "public": {}, "staff": {"ROLE": "public"}}
"""The process that makes a mirror is one of those that serve the public: it has no key that they have not."""
log = logging.getLogger(__name__)


class FreshMirror:
    """Looked after by the worker, which goes on delivering mail while a mirror is made."""

    command = (sys.executable, "manage.py", "mirror")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown: object = None  # the state of the record that the mirror is not older than
        self._removed: int | None = None  # the last removal that the mirror follows; unknown what an older worker left
        self._begun: tuple[object, int] = (None, 0)
        self._child: subprocess.Popen[bytes] | None = None
        self._without_list = False
        self._until: datetime | None = None
        self._not_before: datetime | None = None

    def tend(self, *, at: datetime) -> None:
        """Sees to it that the mirror is of the present record, or is being made; returns at once."""
        if self._child is not None and self._until is not None and at >= self._until:
            self._child.kill()
            self._child.wait()
        if self._child is not None and self._child.poll() is not None:
            self._ended(self._child.returncode, at=at)
        if self._child is None and (self._not_before is None or self._not_before <= at):
            state = records.state_of_everything()
            if state != self._shown:
                self._begin(state, at=at)

    def finish(self, *, at: datetime) -> None:
        """Waits for what is being made."""
        while self._child is not None:
            self._ended(self._child.wait(), at=at)

    def stop(self) -> None:
        """What is being made is given up; the mirror stays what it is."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()

    def _begin(self, state: object, *, at: datetime, without_list: bool = False) -> None:
        self._begun, self._until, self._without_list = (state, writer.last_removal()), at + LONGEST, without_list
        words = ["--without-list"] if without_list else []
        self._child = subprocess.Popen(  # noqa: S603  (nothing of a visitor is among the arguments)
            [*self.command, str(self._folder), "--verbosity", "0", *words],
            cwd=settings.BASE_DIR,
            env=os.environ | _AS_VISITORS_SEE_IT[settings.ROLE],
            stdout=subprocess.DEVNULL,
            preexec_fn=end_with_parent,  # noqa: PLW1509  (the worker has no threads)
        )

    def _ended(self, code: int, *, at: datetime) -> None:
        self._child = None
        if code == 0 and not self._without_list:
            (self._shown, self._removed), self._not_before = self._begun, None
            return
        self._not_before = at + PATIENCE
        if code == 0:
            self._removed = self._begun[1]
            return
        log.error("The mirror could not be made (exit code %s); it is tried again.", code)
        if self._folder.exists() and self._removed != writer.last_removal():
            self._close(at=at)

    def _close(self, *, at: datetime) -> None:
        """The mirror may name somebody who has left the list, which it must not."""
        if not self._without_list:
            log.error("A name was removed since the mirror was made: its texts stay, its lists go.")
            staff_alerts.tell_mirror_failed(at=at)
            self._begin(None, at=at, without_list=True)
        else:
            log.error("Not even the texts could be made: the mirror is taken down.")
            writer.take_down(self._folder)
