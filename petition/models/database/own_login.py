"""Whether this process has a database login that can neither read contacts nor change the list."""

from typing import Final

from django.db import connection

_ASK: Final = """
    SELECT has_table_privilege('petition_contact', 'SELECT') OR has_table_privilege('petition_signatory', 'UPDATE')
"""


def has_restricted_login() -> bool:
    """Return whether the database itself refuses both to this process. On SQLite there are no logins."""
    if connection.vendor != "postgresql":
        return getattr(connection, "replaces_restricted_login", False)  # publishing/cache/public_copy.py
    with connection.cursor() as cursor:
        cursor.execute(_ASK)
        return not cursor.fetchone()[0]
