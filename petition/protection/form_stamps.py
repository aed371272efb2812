"""When a form was opened, signed, in a hidden field of that form: no cookie, nothing stored."""

from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

LASTS = timedelta(days=2)
"""A page may lie open that long; an older stamp says nothing any more, or one would serve a robot for ever."""


def _signer() -> Signer:
    return Signer(salt="petition.form")


def stamp(*, at: datetime) -> str:
    """What the form carries: the moment it was opened, and our signature."""
    return _signer().sign(str(int(at.timestamp())))


def seconds_since(stamped: str, *, at: datetime) -> int | None:
    """How long ago the form with this stamp was opened; None for a stamp that is not ours, too old or not yet made."""
    try:
        opened = datetime.fromtimestamp(int(_signer().unsign(stamped)), UTC)
    except (BadSignature, ValueError):
        return None
    passed = at - opened
    return int(passed.total_seconds()) if timedelta(seconds=-1) < passed <= LASTS else None
