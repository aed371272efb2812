"""What a web process must know to take something in: appeals, level, and what the worker tells it.

Kept in memory by the thread that watches for changes (cache/middleware.py), so that a submission asks nothing.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from petition.models.appeals import Appeal, Phase
from petition.models.site_state import Level, SiteState
from petition.security.encryption import get_public_key_id

RELOAD_SECONDS: Final = 1.0
_KEPT_SECONDS: Final = 2.0
_LATE: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class SiteStatus:
    """The one row about the site, as far as it is public, and all appeals by slug."""

    appeals: dict[str, Appeal]
    level: str = Level.NORMAL
    weekly_key: str = ""
    intake_keys: tuple[str, ...] = ()
    review_days: dict[str, int] | None = None
    intake_waits_since: datetime | None = None
    worker_seen_at: datetime | None = None

    def get_phase(self, appeal: Appeal, at: datetime) -> Phase:
        """Return what an organisation can do with the appeal, the level of the whole site included."""
        phase = appeal.phase(at)
        return Phase.PAUSED if phase is Phase.OPEN and self.level == Level.CLOSED else phase

    def get_review_days(self, appeal: Appeal) -> int | None:
        """Return within how many days this appeal's decisions are usually made; None where too few were made."""
        return (self.review_days or {}).get(str(appeal.pk))

    @property
    def can_be_opened(self) -> bool:
        """Return whether a worker holds the private key for what this process encrypts."""
        return get_public_key_id() in self.intake_keys

    def is_worker_late(self, at: datetime) -> bool:
        """Return whether what is sent now waits longer than usual."""
        is_behind = self.intake_waits_since is not None and at - self.intake_waits_since > _LATE
        return is_behind or self.worker_seen_at is None or at - self.worker_seen_at > _LATE


_kept: tuple[float, SiteStatus] | None = None


def load_status() -> SiteStatus:
    """Return the status as the database has it: two statements."""
    columns = (*("level", "rate_key", "intake_keys", "review_days", "intake_waits_since", "worker_seen_at"),)
    row = SiteState.objects.filter(pk=1).values_list(*columns).first()
    appeals = {appeal.slug: appeal for appeal in Appeal.objects.order_by("pk")}
    if row is None:
        return SiteStatus(appeals)
    level, weekly_key, keys, days, since, seen_at = row
    return SiteStatus(appeals, level, weekly_key, tuple(keys), days, since, seen_at)


def keep_status() -> None:
    """Load the status and keep it for this process, unless that was done within RELOAD_SECONDS.

    Called again and again by the thread that watches for changes.
    """
    global _kept  # noqa: PLW0603  (one status for all threads of the process)
    if _kept is None or time.monotonic() - _kept[0] >= RELOAD_SECONDS:
        _kept = (time.monotonic(), load_status())


def get_status() -> SiteStatus:
    """Return the kept status if it is fresh, else load it."""
    kept = _kept
    return kept[1] if kept and time.monotonic() - kept[0] <= _KEPT_SECONDS else load_status()


def find_kept_appeal(slug: str) -> Appeal | None:
    """Return the appeal with this slug from the kept status, without asking the database; None if that is not fresh."""
    kept = _kept
    return kept[1].appeals.get(slug) if kept and time.monotonic() - kept[0] <= _KEPT_SECONDS else None


def forget_status() -> None:
    """Forget the kept status, so that the next one is loaded."""
    global _kept  # noqa: PLW0603  (see above)
    _kept = None
