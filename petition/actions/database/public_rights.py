"""What the login of the public process may do in PostgreSQL, and nothing else."""

import re
from typing import Final

from petition.models.site_state import PUBLIC_SITE_COLUMNS

PUBLIC_RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    "petition_appeal": ("SELECT",),
    "petition_appealtext": ("SELECT",),
    "petition_demand": ("SELECT",),
    "petition_notice": ("SELECT",),
    "petition_signatory": ("SELECT",),
    "petition_publicchange": ("SELECT",),
    "petition_edition": ("SELECT",),
    "petition_timelineentry": ("SELECT",),
    "petition_timelinetext": ("SELECT",),
    "petition_sitestate": (f"SELECT ({', '.join(PUBLIC_SITE_COLUMNS)})",),
    # Never `arrived_at` or `link_digest`, which the database sets, nor what the worker notes.
    "petition_intakerow": ("INSERT (id, appeal, key_id, flags, network_bucket, box)",),
    # Of columns: with UPDATE on a whole table comes LOCK TABLE, by which the worker could be held up for ever.
    "petition_visitorcount": ("SELECT", "INSERT (key, count, turns, ends_at)", "UPDATE (count)"),
}
"""By table; with columns in brackets where the right is for those alone."""

MOST_CONNECTIONS: Final = 48
"""Two processes of 20 threads, with what else they open, need 44."""
MOST_CONNECTIONS_ADMITTED: Final = 60
"""A higher limit is an error: of the 97 connections that PostgreSQL admits by itself, staff and worker need 22 and some
more, and an attacker in the public process could take them all."""


def split_right(right: str) -> tuple[str, list[str]]:
    """Return the verb and the columns, none if the right is for the whole table: `INSERT (a, b)`, `SELECT`."""
    verb, columns = re.fullmatch(r"(\w+) ?(?:\((.+)\))?", right).groups()  # type: ignore[union-attr]
    return verb, columns.split(", ") if columns else []
