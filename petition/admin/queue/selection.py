"""What a page showed to a moderator, signed and carried to the next page, so that nothing else is acted on.

It is a list of ids, a query or clusters, with the newest audit event of that moment (`mark`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core import signing

from petition.models import BatchAction, State
from petition.screening import clusters
from petition.text.numbers import parse_number

_SALT = "petition.shown"
_MAX_AGE_SECONDS = 3600
_ACTIONS_OF_TAB: dict[str, tuple[BatchAction, ...]] = {
    State.SUBMITTED: (BatchAction.QUARANTINE, BatchAction.RELEASE, BatchAction.REJECT),
    State.CONFIRMED: (BatchAction.QUARANTINE, BatchAction.APPROVE, BatchAction.REJECT),
    State.RETURNED: (BatchAction.QUARANTINE, BatchAction.RELEASE, BatchAction.REJECT),
    "quarantined": (BatchAction.RELEASE, BatchAction.APPROVE, BatchAction.REJECT),
    State.APPROVED: (BatchAction.REVOKE, BatchAction.HIDE),
}


class SelectionExpired(Exception):
    """The page is older than an hour, or was not made by this site."""


def list_bulk_actions(tab: str) -> tuple[BatchAction, ...]:
    """Return the bulk actions under a tab of the queue."""
    return _ACTIONS_OF_TAB.get(tab, ())


def sign_selection(page: str, shown: Mapping[str, Any]) -> str:
    """Return `shown` as text for a hidden field that `page` reads."""
    # The page is part of the salt: what one page showed cannot be sent to another.
    return signing.dumps(dict(shown), salt=f"{_SALT}.{page}", compress=True)


def read_selection(page: str, text: str) -> dict[str, Any]:
    """Return what was signed for `page`. Raises SelectionExpired."""
    try:
        return dict(signing.loads(text, salt=f"{_SALT}.{page}", max_age=_MAX_AGE_SECONDS))
    except signing.BadSignature as error:
        raise SelectionExpired from error


def parse_numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers among `texts`, and leave out what is none."""
    return [number for text in texts if (number := parse_number(text)) is not None]


def list_members(shown: Mapping[str, Any]) -> list[clusters.ClusterMember]:
    """Return the endorsements in the clusters of `shown` that were there when the page was made."""
    rows = [row for row in clusters.load_members() if row.explained_by <= shown["mark"]]
    wanted = {(kind, key) for kind, key in shown["clusters"]}
    members = (cluster.rows for cluster in clusters.find_clusters(rows) if (cluster.kind, cluster.key) in wanted)
    return sorted({row for rows in members for row in rows}, key=lambda row: row.pk)
