"""The signed time at which a form was opened, in a hidden field of that form: no cookie, nothing stored.

It also has a random value, which makes each form that was opened another one.
"""

import math
import secrets
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

MAX_AGE = timedelta(days=2)
"""How long a page may stay open. Older stamps are ignored, or a robot could use the same one for ever."""
CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far ahead of ours the clock of the process may be that made the form."""


def _signer() -> Signer:
    return Signer(salt="petition.form")


def create_stamp(*, at: datetime) -> str:
    """Return the stamp of a form opened at `at`: seconds since 1970 and 64 random bits, signed."""
    return _signer().sign(f"{int(at.timestamp())}-{secrets.token_hex(8)}")


def get_seconds_since(stamped: str, *, at: datetime) -> int | None:
    """Return how long ago the form was opened; None if the stamp is not ours, too old or from the future.

    The number is negative where the other process's clock is slightly ahead.
    """
    try:
        opened = datetime.fromtimestamp(int(_signer().unsign(stamped).partition("-")[0]), UTC)
    except (BadSignature, ValueError):
        return None
    passed = at - opened
    return math.floor(passed.total_seconds()) if -CLOCK_TOLERANCE <= passed <= MAX_AGE else None
