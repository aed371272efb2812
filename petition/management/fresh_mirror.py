"""The served mirror follows the record: made anew in a process of its own whenever anything public has changed."""

import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from petition.publishing import record

PATIENCE: Final = timedelta(seconds=30)
"""Before it is tried again, when it could not be made."""
_AS_VISITORS_SEE_IT: Final[dict[str, dict[str, str]]] = {"all": {}, "public": {}, "staff": {"ROLE": "public"}}
"""The process that makes a mirror is one of those that serve the public: it has no key that they have not."""
log = logging.getLogger(__name__)


class FreshMirror:
    """Looked after by the worker, which goes on delivering mail while a mirror is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown: object = None  # the state of the record that the mirror is not older than
        self._begun: object = None
        self._child: subprocess.Popen[bytes] | None = None
        self._not_before: datetime | None = None

    def tend(self, *, at: datetime) -> None:
        """Sees to it that the mirror is of the present record, or is being made; returns at once."""
        if self._child is not None and self._child.poll() is not None:
            self._ended(self._child.returncode, at=at)
        if self._child is None and (self._not_before is None or self._not_before <= at):
            state = record.state_of_everything()
            if state != self._shown:
                self._begun = state
                self._child = subprocess.Popen(  # noqa: S603  (nothing of a visitor is among the arguments)
                    [sys.executable, "manage.py", "mirror", str(self._folder), "--verbosity", "0"],
                    cwd=settings.BASE_DIR,
                    env=os.environ | _AS_VISITORS_SEE_IT[settings.ROLE],
                    stdout=subprocess.DEVNULL,
                )

    def finish(self, *, at: datetime) -> None:
        """Waits for what is being made."""
        if self._child is not None:
            self._ended(self._child.wait(), at=at)

    def stop(self) -> None:
        """What is being made is given up; the mirror stays what it is."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()

    def _ended(self, code: int, *, at: datetime) -> None:
        self._child = None
        if code == 0:
            self._shown, self._not_before = self._begun, None
        else:
            log.error("The mirror could not be made (exit code %s); it is tried again.", code)
            self._not_before = at + PATIENCE
