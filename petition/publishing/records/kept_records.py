"""The records of appeals that this process has read: most requests are about the same appeal at the same revision."""

from collections.abc import Callable, Hashable
from typing import Final

from django.db import connection

from petition.publishing.public_records import AppealRecord

_kept: Final[dict[tuple[int, str], tuple[Hashable, AppealRecord]]] = {}


def get_or_build(appeal_id: int, language: str, state: Hashable, build: Callable[[], AppealRecord]) -> AppealRecord:
    """Return the record of this appeal in this language at this state of the public record; build it if it is not kept.

    One record is kept for each appeal and language.
    """
    kept = _kept.get((appeal_id, language))
    if kept and kept[0] == state:
        return kept[1]
    record = build()
    if not connection.in_atomic_block:  # what a transaction has written may be rolled back
        _kept[appeal_id, language] = (state, record)
    return record


def forget_records() -> None:
    """Empty the memory."""
    _kept.clear()
