"""An attacker with the public process's login of PostgreSQL can do with it what visitors can do, and nothing else."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from petition.actions.database import roles
from petition.actions.database.public_rights import PUBLIC_RIGHTS
from petition.actions.database.role_statements import RoleNames, build_statements
from petition.actions.refusals import RolesRefused
from petition.checks import system_checks as checks
from petition.models.database import link_functions
from petition.security import keys
from tests.evidence.figures import record_figure
from tests.processes import Installation

pytestmark = pytest.mark.both_databases
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no logins")

PAGE = "/appeals/kyrgyzstan-2020"
PAGES = (
    *("/", "/privacy/", "/accessibility/", "/sitemap.xml", "/robots.txt", "/healthz", "/readyz"),
    *(f"{PAGE}{rest}" for rest in ("/", "/signatories/", "/signatories/?q=human", "/changes/", "/figures/", "/embed/")),
    *(f"{PAGE}{rest}" for rest in (".json", "/signatories.json", "/signatories.csv", ".atom", ".pdf", ".docx", ".txt")),
    *(f"{PAGE}{rest}" for rest in ("/card.png", "/endorse/", "/change/")),
)
APPEND_ONLY = ("petition_auditevent", "petition_removal")
BOX = "decode(repeat('00', 304), 'hex')"
INTAKE = "INSERT INTO petition_intakerow (id, appeal, key_id, flags, network_bucket, box{}) VALUES "
INTAKE += f"(gen_random_uuid(), 1, 'a', 0, 'ffff', {BOX}{{}})"
AUDIT = (
    "INSERT INTO petition_auditevent (at, verb, actor_kind, subject_kind, subject_id, appeal_id, reason, is_demo) "
    "VALUES (now(), 'x', 'operator', 'appeal', 1, (SELECT min(id) FROM petition_appeal), '', false)"
)
LAST_EVENT = "(SELECT max(id) FROM petition_auditevent)"


class Roles:
    """A site whose database has a login for each role, under names that no other test process uses."""

    def __init__(self, installation: Installation, url: str) -> None:
        self.installation = installation
        own = secrets.token_hex(4)
        self.names = RoleNames(*(f"test_{role}_{own}" for role in ("owner", "staff", "public", "functions")))
        self._url = urlsplit(url)
        self._open: dict[str, psycopg.Connection[Any]] = {}
        self._password = f"mellon{secrets.token_hex(8)}"
        with self.connect() as server:
            self.superuser = server.info.user
        with self.as_login(self.superuser):
            self.created = roles.apply_rights(self.names)
        for login in self.names.logins:
            self.run(f"ALTER ROLE {login} PASSWORD '{self._password}'")

    def url(self, login: str = "") -> str:
        if not login or login == getattr(self, "superuser", ""):
            return self._url.geturl()
        place = f"{login}:{self._password}@{self._url.hostname}:{self._url.port}"
        return self._url._replace(netloc=place).geturl()

    def connect(self, login: str = "") -> "psycopg.Connection[Any]":
        return psycopg.connect(self.url(login))

    def run(self, *statements: str, by: str = "") -> None:
        with self.connect(by) as server:
            for statement in statements:
                server.execute(statement.encode())

    def attempt(self, *statements: str, by: str) -> str:
        """Return '' if the statements work in one transaction, which is rolled back, else what PostgreSQL says."""
        server = self._open[by] = self._open.get(by) or self.connect(by)
        try:
            for statement in statements:
                server.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege as error:
            return str(error)
        finally:
            server.rollback()
        return ""

    @contextmanager
    def as_login(self, login: str) -> Iterator[None]:
        """Let Django's own connection be one of this login to this database."""
        url, before = urlsplit(self.url(login)), dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(NAME=url.path[1:], USER=url.username, PASSWORD=url.password)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)

    def list_tables(self) -> list[str]:
        with self.connect() as server:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            return [name for (name,) in server.execute(query)]

    def read_rights(self) -> list[Any]:
        """Return everything about the rights in this database and of its roles; other test processes have others."""
        own = list(asdict(self.names).values())
        with self.connect() as server:
            return [
                sorted(map(str, server.execute(query, [own] if "%s" in query else None)))
                for query in (
                    "SELECT relname, relacl, relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace",
                    "SELECT attrelid, attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL",
                    "SELECT proname, proacl, proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
                    "SELECT nspname, nspacl, nspowner FROM pg_namespace",
                    "SELECT datacl, datdba FROM pg_database WHERE datname = current_database()",
                    "SELECT defaclrole, defaclobjtype, defaclacl FROM pg_default_acl",
                    "SELECT rolname, rolsuper, rolcanlogin, rolconnlimit FROM pg_roles WHERE rolname = ANY(%s)",
                    "SELECT roleid, member FROM pg_auth_members WHERE member = ANY(%s::regrole[])",
                )
            ]

    def remove(self) -> None:
        for server in self._open.values():
            server.close()
        for role in asdict(self.names).values():
            self.run(f"REASSIGN OWNED BY {role} TO CURRENT_USER", f"DROP OWNED BY {role}", f"DROP ROLE {role}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Roles]:
    installation = Installation(tmp_path_factory.mktemp("site"), os.environ["DATABASE_URL"])
    try:
        with django_db_blocker.unblock():
            made = Roles(installation, installation.environment["DATABASE_URL"])
            yield made
            made.remove()
    finally:
        installation.remove()


# --- What the stolen login tries ---


@only_postgresql
def test_it_reads_the_public_tables_and_no_other(site: Roles) -> None:
    tables = site.list_tables()
    assert {"petition_contact", "django_session", "auth_user", "mfa_authenticator", "petition_invitation"} < {*tables}
    readable = {table for table in tables if not site.attempt(f"SELECT * FROM {table}", by=site.names.public)}
    assert readable == {table for table, rights in PUBLIC_RIGHTS.items() if "SELECT" in rights}
    assert not [table for table in tables if site.attempt(f"SELECT * FROM {table}", by=site.names.staff)]
    # Nor how many rows there are, by way of a column, a copy or the samples of the planner.
    for query in (
        "SELECT count(*) FROM petition_endorsement",
        "SELECT id FROM petition_contact",
        "SELECT tables_rewritten_at FROM petition_sitestate",
        "COPY petition_outgoingmail TO STDOUT",
        "SELECT 1 FROM pg_authid",
    ):
        assert "permission denied" in site.attempt(query, by=site.names.public), query
    samples = "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND tablename = 'petition_endorsement'"
    site.run("ANALYZE petition_endorsement")
    seen = {}
    for login in (site.names.staff, site.names.public):
        with site.connect(login) as server:
            ((seen[login],),) = server.execute(samples.encode())
    assert seen[site.names.staff] > 0
    assert seen[site.names.public] == 0


@only_postgresql
def test_it_changes_and_deletes_nothing_but_its_counters(site: Roles) -> None:
    with site.connect() as server:
        query = (
            "SELECT c.oid::regclass::text, quote_ident(attname) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped"
        )
        columns = list(server.execute(query.encode()))
    attempts = {(table, f"UPDATE {table} SET {column} = {column} WHERE false") for table, column in columns}
    attempts |= {(table, f"INSERT INTO {table} ({column}) SELECT NULL WHERE false") for table, column in columns}
    attempts |= {(table, f"DELETE FROM {table} WHERE false") for table, _ in columns}
    attempts |= {(table, f"TRUNCATE {table}") for table, _ in columns}
    possible = {(table, line.split()[0]) for table, line in attempts if not site.attempt(line, by=site.names.public)}
    assert possible == {
        ("petition_visitorcount", "INSERT"),
        ("petition_visitorcount", "UPDATE"),
        ("petition_intakerow", "INSERT"),
    }
    deletable = {table for table, line in attempts if "DELETE" in line and not site.attempt(line, by=site.names.staff)}
    assert {*site.list_tables()} - deletable == set(APPEND_ONLY)
    record_figure(
        "public process",
        f"{len(attempts)} ways to change, add, delete or empty {len(site.list_tables())} tables tried with its login: "
        f"{len(possible)} possible, its counters and the intake; the other attacks all refused",
    )


@only_postgresql
@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE petition_appeal SET last_number = last_number + 1, revision = revision + 1"],
        ["SELECT 1 FROM petition_appeal FOR UPDATE"],  # which would hold up moderators
        ["LOCK TABLE petition_visitorcount IN ACCESS EXCLUSIVE MODE"],  # and the worker
        ["LOCK TABLE petition_intakerow IN ROW EXCLUSIVE MODE"],
        ["UPDATE petition_sitestate SET level = 'closed'"],
        [AUDIT],
        [
            AUDIT,
            "UPDATE petition_signatory SET label = 'Another' || number, name = 'Another' || number, "
            f"explained_by = {LAST_EVENT} WHERE kind = 'original' AND number = 1",
        ],
        [
            AUDIT.replace("'appeal', 1", "'endorsement', (SELECT min(id) FROM petition_endorsement)"),
            f"UPDATE petition_endorsement SET display = 'withheld', explained_by = {LAST_EVENT} "
            "WHERE id = (SELECT min(id) FROM petition_endorsement) AND false",
        ],
        [
            "INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, "
            "email, date_joined) VALUES ('thief', '', true, true, true, '', '', '', now())"
        ],
        ["UPDATE auth_user SET is_superuser = true", "DELETE FROM django_session", "DELETE FROM mfa_authenticator"],
        ["INSERT INTO django_session VALUES ('a', 'b', now())"],
        [
            "UPDATE petition_privatelink SET digest = 'a'",
            "DELETE FROM petition_invitation",
            "DELETE FROM petition_batch",
        ],
        [INTAKE.format(", arrived_at", ", '2000-01-01'")],
        [INTAKE.format(", link_digest", ", 'code:a'")],
        [INTAKE.format(", done_at, outcome", ", now(), 'done'").replace(BOX, "''")],
        [INTAKE.format("", "") + " RETURNING arrived_at"],
        [INTAKE.format("", "") + " ON CONFLICT (id) DO NOTHING"],
        ["SELECT count(*) FROM petition_intakerow", "UPDATE petition_intakerow SET box = ''"],
    ],
    ids=lambda statements: statements[-1][:50],
)
def test_it_cannot_do_what_staff_can(site: Roles, statements: list[str]) -> None:
    for statement in statements:
        assert "permission denied" in site.attempt(statement, by=site.names.public), statement
    assert site.attempt(*statements, by=site.names.staff) == ""


@only_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE petition_auditevent SET verb = 'x'",
        "DELETE FROM petition_auditevent",
        "DELETE FROM petition_removal",
        "ALTER TABLE petition_signatory DISABLE TRIGGER signatory_identity",
        "DROP TRIGGER signatory_identity ON petition_signatory",
        "DROP FUNCTION signatory_identity() CASCADE",
        "CREATE OR REPLACE FUNCTION signatory_identity() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "CREATE TEMPORARY TABLE petition_sitestate (id int)",
        "CREATE TABLE public.petition_shadow (id int)",
        "CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS 'SELECT NULL'",
        "CREATE SCHEMA shadow",
        "ALTER FUNCTION petition_leave(text, text) RESET search_path",
        "ALTER FUNCTION petition_leave(text, text) SECURITY INVOKER",
        "CREATE ROLE thief",
        "SET ROLE {owner}",
        "SET ROLE {functions}",
        "ALTER ROLE {login} SUPERUSER",
        "GRANT pg_read_all_data TO {login}",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT audit_no_update()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{owner}'",
    ],
)
def test_it_can_do_nothing_to_tables_triggers_and_roles_and_neither_can_staff(site: Roles, statement: str) -> None:
    names = asdict(site.names)
    with site.connect(site.names.owner):
        for login in (site.names.public, site.names.staff):
            ours = statement.format(**names, login=login) if "{" in statement else statement
            assert site.attempt(ours, by=login) != "", login


@only_postgresql
def test_it_can_add_to_the_intake_count_and_ask_about_links_that_are_real(site: Roles) -> None:
    """What is left to the thief; a digest that somebody made up opens nothing."""
    counter = (
        "INSERT INTO petition_visitorcount AS c VALUES ('a', 1, '[]', now()) ON CONFLICT (key) DO UPDATE SET count = 2"
    )
    with site.connect(site.names.public) as server:
        assert server.execute((INTAKE.format("", "") + " ON CONFLICT DO NOTHING").encode()).rowcount == 1
        server.execute(f"{counter} RETURNING count".encode())
        made_up = "a" * 64
        calls = {
            "SELECT petition_open(%s)": [made_up],
            "SELECT petition_leave(%s, 'withdraw')": [made_up],
            f"SELECT petition_send(%s, gen_random_uuid(), 'a', {BOX})": [made_up],
        }
        answers = [server.execute(call.encode(), digest).fetchone() for call, digest in calls.items()]
        assert answers == [(None,), ("unknown",), ("unknown",)]
        server.rollback()


@only_postgresql
def test_the_owner_of_the_functions_may_do_what_they_do_for_a_real_link(site: Roles) -> None:
    digest = secrets.token_hex(32)
    endorsement = "(SELECT min(id) FROM petition_endorsement)"
    columns, values = "endorsement_id, mailbox_index, purpose, digest", f"{endorsement}, '', 'own_page', '{digest}'"
    site.run(f"INSERT INTO petition_privatelink ({columns}) VALUES ({values})")
    try:
        with site.connect(site.names.public) as server:
            ((opened,),) = server.execute("SELECT petition_open(%s)", [digest])
            assert (opened["purpose"], len(opened["forms"])) == ("own_page", 1)
            call = f"SELECT petition_send(%s, gen_random_uuid(), 'a', {BOX}), petition_leave(%s, 'hide')"
            assert server.execute(call.encode(), [digest, digest]).fetchone() == ("done", "done")
            assert server.execute("SELECT petition_leave(%s, 'hide')", [digest]).fetchone() == ("unchanged",)
            server.rollback()
    finally:
        site.run(f"DELETE FROM petition_privatelink WHERE digest = '{digest}'")


@only_postgresql
def test_every_public_page_is_served_with_it(site: Roles) -> None:
    """By a process in its own environment; the worker has the staff's login."""
    site.installation.environment["DATABASE_URL"] = site.url(site.names.staff)
    try:
        site.installation.python("manage.py", "worker", "--once")
    finally:
        site.installation.environment["DATABASE_URL"] = site.url()
    url = site.url(site.names.public)
    with site.installation.server(role="public", port=site.installation.port, DATABASE_URL=url) as server:
        for page in PAGES:
            with urlopen(f"{server.url}{page}", timeout=60) as answer:
                assert answer.status == 200, page


# --- The checks ---


def find_problems() -> list[str]:
    return [f"{message.id} {message.msg}" for message in checks.check_database_login()]


@only_postgresql
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("REVOKE SELECT ON petition_demand FROM {public}", "lacks SELECT on petition_demand"),
        (
            "REVOKE SELECT (rate_key) ON petition_sitestate FROM {public}",
            "lacks SELECT (rate_key) on petition_sitestate",
        ),
        ("REVOKE INSERT (box) ON petition_intakerow FROM {public}", "lacks INSERT (box) on petition_intakerow"),
        ("REVOKE EXECUTE ON FUNCTION petition_open(text) FROM {public}", "lacks EXECUTE on petition_open(text)"),
        ("REVOKE USAGE ON SCHEMA public FROM {public}, PUBLIC", "lacks USAGE on the schema public"),
        ("GRANT SELECT (id) ON petition_contact TO {public}", "must not have SELECT (id) on petition_contact"),
        ("GRANT SELECT ON petition_contact TO PUBLIC", "must not have SELECT on petition_contact"),
        ("GRANT UPDATE (last_number) ON petition_appeal TO {public}", "UPDATE (last_number) on petition_appeal"),
        ("GRANT SELECT (journal_id) ON petition_sitestate TO {public}", "SELECT (journal_id) on petition_sitestate"),
        ("GRANT INSERT (arrived_at) ON petition_intakerow TO {public}", "INSERT (arrived_at) on petition_intakerow"),
        ("GRANT DELETE, TRUNCATE ON petition_visitorcount TO {public}", "DELETE, TRUNCATE on petition_visitorcount"),
        ("GRANT USAGE ON SEQUENCE petition_appeal_id_seq TO {public}", "USAGE on petition_appeal_id_seq"),
        ("GRANT EXECUTE ON FUNCTION audit_no_update() TO {public}", "EXECUTE on audit_no_update()"),
        ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "TEMPORARY on the database"),
        ("GRANT CREATE ON DATABASE {database} TO {public}", "CREATE on the database"),
        ("GRANT CREATE ON SCHEMA public TO {public}", "CREATE on the schema public"),
        ("GRANT pg_read_all_data TO {public}", "is a member of pg_read_all_data"),
        ("GRANT {staff} TO {public}", "is a member of {staff}"),
        ("ALTER ROLE {public} CREATEROLE", "may create roles"),
        ("ALTER ROLE {public} BYPASSRLS", "may pass row-level security"),
        ("ALTER ROLE {public} CONNECTION LIMIT -1", "may take every connection"),
        ("ALTER ROLE {public} CONNECTION LIMIT 61", "may take 61 connections of the server, more than 60"),
        ("ALTER ROLE {public} SET lock_timeout = '9s'", "must not have the setting lock_timeout=9s"),
        ("ALTER ROLE {public} IN DATABASE {database} SET search_path = x", "must not have the setting search_path=x"),
        ("ALTER TABLE petition_alert OWNER TO {public}", "owns 1 tables, such as petition_alert"),
        # Of the owner of the functions, with whose rights they run.
        ("REVOKE SELECT (body) ON petition_question FROM {functions}", "lacks SELECT (body) on petition_question"),
        ("REVOKE DELETE ON petition_question FROM {functions}", "lacks DELETE on petition_question"),
        ("GRANT SELECT ON petition_contact TO {functions}", "(id, sealed_mailbox, sealed_person, uid) on"),
        ("GRANT UPDATE ON auth_user TO {functions}", "must not have UPDATE on auth_user"),
        ("GRANT EXECUTE ON FUNCTION audit_no_update() TO {functions}", "EXECUTE on audit_no_update()"),
        ("GRANT CREATE ON SCHEMA public TO {functions}", "CREATE on the schema public"),
        ("GRANT pg_read_all_data TO {functions}", "is a member of pg_read_all_data"),
        ("ALTER ROLE {functions} LOGIN", "{functions}, which owns functions for private links, can log in"),
        ("ALTER ROLE {functions} CREATEROLE", "may create roles"),
        ("ALTER TABLE petition_alert OWNER TO {functions}", "owns 1 tables, such as petition_alert"),
        ("ALTER FUNCTION petition_open(text) OWNER TO {owner}", "{owner}, which owns functions for private links, can"),
    ],
)
def test_one_right_too_many_or_too_few_is_reported_and_mended(
    site: Roles, settings: Settings, change: str, problem: str
) -> None:
    settings.ROLE = "public"
    names = asdict(site.names) | {"database": urlsplit(site.url()).path[1:]}
    before = site.read_rights()
    site.run(change.format(**names))
    try:
        with site.as_login(site.names.public):
            found = find_problems()
        beginnings = f"petition.E010 The login {site.names.public} ", "petition.E010 The role "
        assert all(message.startswith(beginnings) for message in found), found
        assert any(problem.format(**names) in message for message in found), found
    finally:
        with site.as_login(site.superuser):
            roles.apply_rights(site.names)
    with site.as_login(site.names.public):
        assert find_problems() == []
    if "PUBLIC" not in change:  # USAGE of the schema by everybody is PostgreSQL's own, and does no harm
        assert site.read_rights() == before


@only_postgresql
def test_a_superuser_or_a_shared_login_is_an_error(site: Roles, settings: Settings) -> None:
    settings.ROLE = "public"
    with site.as_login(site.superuser):
        assert find_problems() == [f"petition.E010 The login {site.superuser} is a superuser, so it may do everything."]
    with site.as_login(site.names.staff):
        assert (
            f"petition.E010 The login {site.names.staff} must not have DELETE, INSERT, SELECT, UPDATE on auth_user."
            in (find_problems())
        )
    with site.as_login(site.names.owner):
        assert any("tables, such as account_emailaddress, and may do everything" in found for found in find_problems())
    settings.ROLE = "staff"
    with site.as_login(site.superuser):
        (problem,) = find_problems()
        assert problem.startswith(f"petition.E011 The login {site.superuser} is a superuser")
    with site.as_login(site.names.owner):
        (problem,) = find_problems()
        assert problem.startswith(f"petition.E011 The login {site.names.owner} owns the table petition_")
        assert problem.endswith("so an attacker who takes over this process may drop triggers.")
    with site.as_login(site.names.staff):
        assert find_problems() == []


@only_postgresql
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("GRANT {owner} TO {staff}", "owns the table petition_worker"),
        ("GRANT {functions} TO {staff}", "owns the function petition_send(text,uuid,text,bytea) and 3 other objects"),
        ("ALTER TABLE petition_alert OWNER TO {staff}", "owns the table petition_alert, itself or"),
        ("ALTER FUNCTION audit_no_update() OWNER TO {staff}", "owns the function audit_no_update(), itself or"),
        ("ALTER SCHEMA public OWNER TO {staff}", "owns the schema public, itself or"),
        (
            "ALTER SCHEMA public OWNER TO {owner}; ALTER DATABASE {database} OWNER TO {staff}",
            "owns the database, itself or",
        ),
        ("GRANT TRUNCATE, TRIGGER ON petition_auditevent TO {staff}", "must not have TRIGGER, TRUNCATE on"),
        ("ALTER ROLE {staff} CREATEROLE", "may create roles"),
    ],
)
def test_a_staff_login_that_gets_around_triggers_is_reported_and_mended(
    site: Roles, settings: Settings, change: str, problem: str
) -> None:
    settings.ROLE = "staff"
    names = asdict(site.names) | {"database": urlsplit(site.url()).path[1:]}
    site.run(change.format(**names))
    try:
        with site.as_login(site.names.staff):
            (found,) = find_problems()
        assert found.startswith(f"petition.E011 The login {site.names.staff} {problem}"), found
    finally:
        with site.as_login(site.superuser):
            roles.apply_rights(site.names)
    with site.as_login(site.names.staff):
        assert find_problems() == []


@only_postgresql
def test_functions_that_run_with_other_rights_are_an_error(site: Roles, settings: Settings) -> None:
    settings.ROLE = "public"
    for change in ("SECURITY INVOKER", "RESET search_path", "SET search_path = pg_temp, public"):
        site.run(f"ALTER FUNCTION petition_leave(text, text) {change}")
        with site.as_login(site.names.public):
            (problem,) = find_problems()
        assert problem.startswith(
            "petition.E010 The functions petition_leave are missing, may be executed by everybody"
        )
        with site.as_login(site.names.owner):
            link_functions.install_link_functions(connection)
    with site.as_login(site.names.public):
        assert find_problems() == []
    site.run(f"ALTER ROLE {site.names.functions} SUPERUSER")
    try:
        with site.as_login(site.names.public):
            (problem,) = find_problems()
        assert f"{site.names.functions}, which owns functions for private links, is a superuser" in problem
    finally:
        site.run(f"ALTER ROLE {site.names.functions} NOSUPERUSER")


@only_postgresql
def test_a_database_that_does_not_answer_is_an_error(site: Roles, settings: Settings) -> None:
    for role, expected in (("public", "petition.E013"), ("staff", "petition.E013"), ("all", "")):
        settings.ROLE = role
        with site.as_login(site.names.public):
            connection.settings_dict["NAME"] = "test_missing"
            messages = checks.check_database_login()
        assert [message.id for message in messages] == [expected] * bool(expected)
        assert all("The database does not say what its login may do (" in message.msg for message in messages)
        assert not any("mellon" in f"{message.msg}{message.hint}" for message in messages)


def test_one_process_for_everything_is_a_warning_on_https(db: None, settings: Settings) -> None:
    assert find_problems() == []
    settings.SITE_IS_HTTPS = True
    (problem,) = find_problems()
    assert problem.startswith("petition.W001 " if connection.vendor == "postgresql" else "petition.I004 ")


SECRETS = ("CONTACT_PRIVATE_KEY", "CONTACT_INDEX_KEY", "BACKUP_PRIVATE_KEY", "EMAIL_URL")


@pytest.fixture
def no_secrets(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    settings.DATA_DIR = tmp_path


@pytest.mark.usefixtures("no_secrets")
@pytest.mark.parametrize("name", SECRETS)
def test_secrets_beside_a_public_process_are_an_error(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, name: str
) -> None:
    monkeypatch.setenv(name, "mellon")
    assert checks.check_public_environment() == []
    settings.ROLE = "public"
    (problem,) = checks.check_public_environment()
    assert (problem.id, problem.msg) == ("petition.E012", f"A public process has {name} in its environment.")
    monkeypatch.setenv(name, " ")
    assert checks.check_public_environment() == []


@pytest.mark.usefixtures("no_secrets")
def test_a_file_with_private_keys_that_a_public_process_can_read_is_an_error(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "keys.env"
    keys.load_or_create_keys(file)
    assert checks.check_public_environment() == []
    settings.ROLE = "public"
    (problem,) = checks.check_public_environment()
    assert (problem.id, problem.msg) == (
        "petition.E012",
        f"A public process can read CONTACT_PRIVATE_KEY and CONTACT_INDEX_KEY in {file}.",
    )
    file.write_text("# a file\nexport EMAIL_URL='smtp://mellon'\nBACKUP_PRIVATE_KEY=\n", "utf-8")
    (problem,) = checks.check_public_environment()
    assert problem.msg == f"A public process can read EMAIL_URL in {file}."
    file.write_text(keys.format_as_environment_file(keys.generate_keys_by_role()["public"]), "ascii")
    (tmp_path / "other.env").mkdir()  # cannot be read
    assert checks.check_public_environment() == []


def test_only_a_process_that_sends_mails_is_asked_for_a_mail_server(settings: Settings) -> None:
    settings.SITE_IS_HTTPS, settings.EMAIL_URL = True, ""
    for role, is_asked in (("all", True), ("staff", True), ("public", False)):
        settings.ROLE = role
        assert ("petition.I001" in [message.id for message in checks.check_public_site()]) is is_asked


# --- The command ---


@only_postgresql
def test_the_second_run_changes_nothing_and_the_owner_may_do_it(site: Roles) -> None:
    assert site.created == list(site.names.logins)
    before = site.read_rights()
    for login in (site.superuser, site.names.owner):
        with site.as_login(login):
            assert roles.apply_rights(site.names) == []
            assert not [line for line in build_statements(site.names) if line.startswith(("CREATE", "ALTER ROLE"))]
        assert site.read_rights() == before
    with site.as_login(site.names.staff), pytest.raises(RolesRefused, match="as a superuser of PostgreSQL"):
        roles.apply_rights(site.names)


@only_postgresql
def test_what_it_prints_does_the_same(site: Roles) -> None:
    options = [f"--{role}={name}" for role, name in asdict(site.names).items()]
    before = site.read_rights()
    site.run(
        f"GRANT SELECT ON petition_contact TO {site.names.public}",
        f"REVOKE SELECT ON petition_demand FROM {site.names.public}",
    )
    assert site.read_rights() != before
    printed = site.installation.python("manage.py", "database_roles", *options)
    assert "PASSWORD" not in printed
    site.run(printed)
    assert site.read_rights() == before
    assert "needs, and no others" in site.installation.python("manage.py", "database_roles", "--apply", *options)


@only_postgresql
def test_a_new_table_is_for_staff_and_not_for_the_public(site: Roles) -> None:
    site.run("CREATE TABLE petition_later (id int)", by=site.names.owner)
    try:
        assert site.attempt("SELECT * FROM petition_later", by=site.names.staff) == ""
        assert "permission denied" in site.attempt("SELECT * FROM petition_later", by=site.names.public)
        site.run(f"REVOKE ALL ON petition_later FROM {site.names.staff}")
        with site.as_login(site.names.staff):
            assert not roles.repeat_rights(site.names)  # only the owner can, in `upgrade`
        with site.as_login(site.names.owner):
            assert not roles.repeat_rights(replace(site.names, public="test_nobody"))
            assert roles.has_other_logins()
            assert roles.repeat_rights(site.names)
        assert site.attempt("SELECT * FROM petition_later", by=site.names.staff) == ""
    finally:
        site.run("DROP TABLE petition_later")


@only_postgresql
def test_a_role_that_may_do_everything_is_refused(site: Roles) -> None:
    options = {role: name for role, name in asdict(site.names).items() if role != "public"}
    with site.as_login(site.superuser), pytest.raises(RolesRefused, match="is a superuser of PostgreSQL"):
        roles.apply_rights(RoleNames(**options, public=site.superuser))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--public", "pg_thief"], "'pg_thief' cannot be the name of a role"),
        (["--public", 'a"; DROP ROLE b'], "cannot be the name of a role"),
        (["--staff", "PUBLIC"], "'PUBLIC' cannot be the name of a role"),
        (["--staff", "petition_public"], "Two roles have the same name"),
    ],
)
def test_an_invalid_name_is_refused_in_one_sentence(options: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("database_roles", *options)


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has logins")
def test_sqlite_has_no_logins(db: None) -> None:
    for options in ([], ["--apply"]):
        with pytest.raises(CommandError, match="SQLite has no logins: separate ones need PostgreSQL in DATABASE_URL"):
            call_command("database_roles", *options)
    assert not roles.has_other_logins()
    assert not roles.repeat_rights(RoleNames())
