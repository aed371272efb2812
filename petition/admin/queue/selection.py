"""What a moderator was shown is what is done: a signed list or query, and the newest event when it was shown."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing

from petition.models import BatchDeed, State
from petition.screening import clusters

_SALT = "petition.shown"
_LASTS = 3600
"""Seconds for which a page that showed something may be acted on."""
_OF_TAB: dict[str, tuple[BatchDeed, ...]] = {
    State.SUBMITTED: (BatchDeed.QUARANTINE, BatchDeed.RELEASE, BatchDeed.REJECT),
    State.CONFIRMED: (BatchDeed.QUARANTINE, BatchDeed.APPROVE, BatchDeed.REJECT),
    State.RETURNED: (BatchDeed.QUARANTINE, BatchDeed.RELEASE, BatchDeed.REJECT),
    "quarantined": (BatchDeed.RELEASE, BatchDeed.APPROVE, BatchDeed.REJECT),
}


class ShownTooLongAgo(Exception):
    """The page is too old, or was not ours."""


def bulk_deeds(tab: str) -> tuple[BatchDeed, ...]:
    """What can be done to many at once under a tab of the queue."""
    return _OF_TAB.get(tab, ())


def signed(page: str, shown: Mapping[str, Any]) -> str:
    """`shown` as text for a hidden field of `page`; to another page it says nothing."""
    return signing.dumps(dict(shown), salt=f"{_SALT}.{page}", compress=True)


def opened(page: str, text: str) -> dict[str, Any]:
    """What was signed for `page`. Raises ShownTooLongAgo."""
    try:
        return dict(signing.loads(text, salt=f"{_SALT}.{page}", max_age=_LASTS))
    except signing.BadSignature as error:
        raise ShownTooLongAgo from error


def numbers_in(texts: Iterable[str]) -> list[int]:
    """The numbers among `texts`, as ticked; whatever is none is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def in_clusters(shown: Mapping[str, Any]) -> list[clusters.Arrived]:
    """Return what the clusters in `shown`, signed by the page of floods, hold of what was there when it was made."""
    rows = [row for row in clusters.arrived() if row.explained_by <= shown["mark"]]
    wanted = {(kind, key) for kind, key in shown["clusters"]}
    members = (cluster.rows for cluster in clusters.clusters_in(rows) if (cluster.kind, cluster.key) in wanted)
    return sorted({row for rows in members for row in rows}, key=lambda row: row.pk)
