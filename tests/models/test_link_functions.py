"""The functions of PostgreSQL are installed after every migrate, and nobody may execute them who was not let."""

import uuid
from collections.abc import Iterator

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import ProgrammingError, connection, transaction

from petition.actions.database.public_rights import split_right
from petition.actions.self_service import links
from petition.models import Appeal, Purpose
from petition.models.database import link_functions
from petition.models.database.link_functions import FUNCTION_OWNER_RIGHTS, LINK_FUNCTIONS
from petition.models.intake import BLOCK_BYTES, OVERHEAD_BYTES
from tests.actions.self_service.link_cases import (
    CALLER,
    OWNER,
    Case,
    a_link,
    add_everything,
    call_function,
    create_case,
    restricted_owner,
)
from tests.factories import NOON
from tests.models.rows import an_appeal_draft

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no functions"),
]
NAMES = ["petition_open", "petition_leave", "petition_send", "petition_read_draft"]


@pytest.fixture
def restricted(db: None) -> Iterator[None]:
    with restricted_owner():
        yield


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def find_messages() -> list[CheckMessage]:
    return [message for message in run_checks(databases=["default"]) if message.id == "petition.E007"]


@pytest.mark.parametrize(
    "change",
    [
        "DROP FUNCTION petition_leave(text, text)",
        "GRANT EXECUTE ON FUNCTION petition_leave(text, text) TO PUBLIC",
        "ALTER FUNCTION petition_leave(text, text) SECURITY INVOKER",
        "ALTER FUNCTION petition_leave(text, text) RESET search_path",
        "ALTER FUNCTION petition_leave(text, text) SET search_path = pg_temp, public",
    ],
)
def test_a_function_that_is_missing_or_open_to_all_is_reported_and_installed_again(change: str) -> None:
    assert (link_functions.find_missing_link_functions(connection), find_messages()) == ([], [])
    execute(change)
    assert link_functions.find_missing_link_functions(connection) == ["petition_leave"]
    (message,) = find_messages()
    assert message.level >= 40
    assert "lacks the functions petition_leave, or" in message.msg
    link_functions.install_link_functions(connection)
    assert link_functions.find_missing_link_functions(connection) == []


@pytest.mark.usefixtures("restricted")
def test_installing_again_keeps_who_owns_and_who_may_execute_them() -> None:
    link_functions.install_link_functions(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, proowner::regrole::text FROM pg_proc WHERE proname = ANY (%s)", [NAMES])
        assert dict(cursor.fetchall()) == dict.fromkeys(NAMES, OWNER)
    assert call_function("petition_open", "unknown") is None


@pytest.mark.usefixtures("restricted")
def test_who_may_only_execute_them_can_read_and_change_no_table() -> None:
    execute(f"SET LOCAL ROLE {CALLER}")
    for table in FUNCTION_OWNER_RIGHTS:
        for statement in (f"SELECT 1 FROM {table}", f"DELETE FROM {table}"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                execute(statement)


@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("call", ["petition_open('a')", "petition_leave('a', 'hide')"])
def test_nobody_else_may_execute_them(call: str) -> None:
    execute(f"CREATE ROLE {CALLER}_else; SET LOCAL ROLE {CALLER}_else")
    with pytest.raises(ProgrammingError, match="permission denied for function"), transaction.atomic():
        execute(f"SELECT {call}")


@pytest.mark.usefixtures("restricted")
def test_a_temporary_table_does_not_stand_in_for_a_table_of_the_site() -> None:
    """As a stolen login would, where it may make temporary tables."""
    execute(f"SET LOCAL ROLE {CALLER}; CREATE TEMPORARY TABLE petition_privatelink AS SELECT 'mine' AS digest")
    assert call_function("petition_open", "mine") is None


@pytest.mark.usefixtures("restricted")
def test_their_owner_reads_no_encrypted_value() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 "
            "AND NOT a.attisdropped AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')",
            [OWNER],
        )
        readable = {name for (name,) in cursor.fetchall()}
    assert len(readable) == sum(len(columns) for _, verb, columns in list_rights() if verb == "SELECT")
    assert not [name for name in readable if "sealed" in name or name.endswith(".box")]
    assert {name for name in readable if name.startswith("petition_contact")} == {"petition_contact.endorsement_id"}


def list_rights() -> list[tuple[str, str, list[str]]]:
    return [(table, *split_right(right)) for table, rights in FUNCTION_OWNER_RIGHTS.items() for right in rights]


def test_their_owner_needs_every_right_that_it_has(appeal: Appeal) -> None:
    """Without any one of them, one of the calls is refused; test_links.py shows that all are enough."""
    digests = []
    for _ in range(2):
        row = create_case(appeal, Case("form", "approved", "named"))
        add_everything(row)
        digests.append(a_link(Purpose.OWN_PAGE, endorsement=row))
    of_mailbox = a_link(Purpose.CONFIRM, mailbox_index=row.mailbox_index)
    box = bytes(BLOCK_BYTES + OVERHEAD_BYTES)
    a_draft = "d" * 64
    an_appeal_draft(link_digest=a_draft, sha256="0" * 64, locked_at=NOON)

    def call_all() -> None:
        execute(f"SET LOCAL ROLE {CALLER}")  # until the savepoint
        links.call("petition_open", of_mailbox)
        links.call("petition_send", digests[0], uuid.uuid4(), "0a1b2c3d", box)
        execute(f"SELECT petition_read_draft('{a_draft}')")
        for digest, verb in zip(digests, ("hide", "withdraw"), strict=True):
            assert links.call("petition_open", digest)
            assert links.call("petition_leave", digest, verb) == "done"

    unused = []
    with restricted_owner():
        for table, verb, columns in list_rights():
            for column in columns or [""]:
                what = f"{verb} ({column})" if column else verb
                savepoint = transaction.savepoint()
                execute(f"REVOKE {what} ON {table} FROM {OWNER}")
                try:
                    call_all()
                    unused.append(f"{what} ON {table}")
                except ProgrammingError as error:
                    assert "permission denied" in str(error), error
                finally:
                    transaction.savepoint_rollback(savepoint)
        call_all()
    assert unused == []


def test_signatures_are_those_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname = ANY (%s)", [NAMES])
        assert {one.replace(",", ", ") for (one,) in cursor.fetchall()} == set(LINK_FUNCTIONS)
