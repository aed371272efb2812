"""Whether the public list is held back, because a restore has not finished or nobody has checked it yet."""

from typing import Final

from django.db import connection

RESTORE_MARKER: Final = "restore_unfinished"
"""An empty table that exists from before a backup is restored until its removals have been repeated.

No migration creates it: it must survive when all tables are replaced by those of the backup.
"""

_MARKERS: Final = {
    "sqlite": "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = %s",
    "postgresql": "SELECT COUNT(to_regclass(%s))",
}
_FLAG: Final = "(SELECT COUNT(*) FROM petition_sitestate WHERE list_held_back)"
_HELD_BACK: Final = {vendor: f"SELECT ({marker}) + {_FLAG}" for vendor, marker in _MARKERS.items()}


def is_list_held_back() -> bool:
    """Return whether no list may be published: after a restore, until somebody has checked what was removed."""
    with connection.cursor() as cursor:  # one statement for both questions, because every page asks this
        cursor.execute(_HELD_BACK[connection.vendor], [RESTORE_MARKER])
        return bool(cursor.fetchone()[0])


def is_restore_unfinished() -> bool:
    """Return whether `manage.py restore` has started on this database and not finished."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKERS[connection.vendor], [RESTORE_MARKER])
        return bool(cursor.fetchone()[0])
