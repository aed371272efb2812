"""When a form was opened, signed, in a hidden field of that form: no cookie, nothing stored."""

import math
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

LASTS = timedelta(days=2)
"""A page may lie open that long; an older stamp says nothing any more, or one would serve a robot for ever."""
AHEAD = timedelta(minutes=2)
"""The process that made the form may go by a clock that is so much ahead of ours."""


def _signer() -> Signer:
    return Signer(salt="petition.form")


def stamp(*, at: datetime) -> str:
    """What the form carries: the moment it was opened, and our signature."""
    return _signer().sign(str(int(at.timestamp())))


def seconds_since(stamped: str, *, at: datetime) -> int | None:
    """How long ago the form with this stamp was opened; None for a stamp that is not ours, too old or not yet made.

    Below zero where it was opened by a clock that is ahead: then it is ours, and does not say how long ago.
    """
    try:
        opened = datetime.fromtimestamp(int(_signer().unsign(stamped)), UTC)
    except (BadSignature, ValueError):
        return None
    passed = at - opened
    return math.floor(passed.total_seconds()) if -AHEAD <= passed <= LASTS else None
