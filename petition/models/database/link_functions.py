"""The four PostgreSQL functions that are all the public process may do with private links and what they open.

petition_open returns what a link opens, petition_leave hides a name or withdraws an endorsement at once, and
petition_send puts a request into the intake. petition_read_draft returns the locked text that a link opens.

They run with the rights of their owner, not of who calls them (SECURITY DEFINER), so each checks the link by itself.
SQLite has no such functions: there actions/self_service/links_on_sqlite.py does the same in Python, and
tests/actions/self_service/test_links.py compares the two row by row.

Installed after every migrate (apps.py), and a system check fails if one is missing (checks.py).
"""

from typing import Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from petition.models.database.link_sql.leave import LEAVE
from petition.models.database.link_sql.open_link import COPIED_FIELDS, MOMENTS, OPEN
from petition.models.database.link_sql.parts import CLEAR_COLUMNS
from petition.models.database.link_sql.read_draft import DRAFT_FIELDS, READ_DRAFT
from petition.models.database.link_sql.send import SEND
from petition.models.signatories import PRINTED_FIELDS

_FUNCTIONS: Final = {
    "petition_open(text)": OPEN,
    "petition_leave(text, text)": LEAVE,
    "petition_send(text, uuid, text, bytea)": SEND,
    "petition_read_draft(text)": READ_DRAFT,
}
LINK_FUNCTIONS: Final = tuple(_FUNCTIONS)
"""The functions with the types of their arguments, as GRANT EXECUTE ON FUNCTION wants them."""


def _columns(verb: str, *columns: str) -> str:
    return f"{verb}({', '.join(columns)})"


_ENDORSEMENT = ("id", "appeal_id", "text_id", "signatory_id", "intake_id", "mailbox_index", "name_index")
_MOVED = (
    *("state", "withdrawn_at", "decided_at", "returned_at", "withdrawal_due_at", "sealed_listing", "counted_at"),
    *("quarantined_at", "quarantined_for", "display", "name_again_at", "explained_by"),
)
FUNCTION_OWNER_RIGHTS: Final[dict[str, list[str]]] = {
    "petition_appeal": [
        _columns("SELECT", "id", "slug", "is_demo", "revision", "revised_at"),
        _columns("UPDATE", "revision", "revised_at"),
    ],
    "petition_appealdraft": [_columns("SELECT", *DRAFT_FIELDS, "link_digest", "locked_at")],
    "petition_auditevent": [
        # Of the id that was inserted, and by triggers that look for an event: they run with these rights too.
        _columns("SELECT", "id", "subject_kind", "subject_id", "appeal_id"),
        _columns("INSERT", "at", "verb", "actor_kind", "subject_kind", "subject_id", "appeal_id", "reason", "is_demo"),
    ],
    "petition_contact": [_columns("SELECT", "endorsement_id")],
    "petition_correction": [_columns("SELECT", "endorsement_id", "state"), "DELETE"],
    "petition_decision": [_columns("SELECT", "endorsement_id"), "DELETE"],
    "petition_endorsement": [
        _columns("SELECT", *_ENDORSEMENT, *COPIED_FIELDS, *MOMENTS),
        _columns("UPDATE", *_MOVED, *CLEAR_COLUMNS),
    ],
    "petition_followup": [_columns("INSERT", "endorsement_id", "verb", "at")],
    "petition_intakerow": [
        _columns("SELECT", "id", "link_digest", "arrived_at", "attempts", "done_at", "outcome"),
        _columns("INSERT", "id", "appeal", "key_id", "box", "link_digest"),
    ],
    "petition_privatelink": [
        _columns("SELECT", "digest", "purpose", "endorsement_id", "mailbox_index", "expires_at"),
        "DELETE",
    ],
    "petition_publicchange": [_columns("SELECT", "signatory_id"), "DELETE"],
    "petition_question": [_columns("SELECT", "endorsement_id", "body", "answered_at"), "DELETE"],
    "petition_removal": [
        _columns("INSERT", "uid", "kind", "appeal", "reference", "endorsement", "submitted_at", "intake_id", "at")
    ],
    "petition_signatory": [
        _columns("SELECT", "id", "kind", "number", "status"),
        _columns("UPDATE", "status", *PRINTED_FIELDS, "member", "listed_on", "noted_on", "explained_by"),
    ],
}
"""By table, all that the owner of the functions needs: no encrypted column. No sequence: ids are identity columns.

Foreign keys need nothing: PostgreSQL checks them with the rights of who owns the tables.
"""


def install_link_functions(connection: BaseDatabaseWrapper) -> None:
    """Create or replace the functions on PostgreSQL, which keeps who owns them and who else may execute them."""
    if connection.vendor != "postgresql":
        return
    # In one transaction: a new function may be executed by everybody until that is revoked.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if not _has_tables(connection):
            return
        for signature, statement in _FUNCTIONS.items():
            cursor.execute(statement)
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")


def find_missing_link_functions(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the functions that are missing, have other settings, or may be executed by everybody."""
    if connection.vendor != "postgresql" or not _has_tables(connection):
        return []
    query = (
        "SELECT p.prosecdef AND p.proconfig = %s AND NOT has_function_privilege('public', p.oid, 'EXECUTE') "
        "FROM pg_proc p WHERE p.oid = to_regprocedure(%s)"
    )
    missing = []
    with connection.cursor() as cursor:
        for signature in LINK_FUNCTIONS:
            cursor.execute(query, [["search_path=pg_catalog, public, pg_temp"], signature])
            if cursor.fetchone() != (True,):
                missing.append(signature.partition("(")[0])
    return missing


def _has_tables(connection: BaseDatabaseWrapper) -> bool:
    """Return whether all their tables exist: not after migrating backwards."""
    with connection.cursor() as cursor:
        return FUNCTION_OWNER_RIGHTS.keys() <= set(connection.introspection.table_names(cursor))
