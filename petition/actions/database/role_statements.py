"""The SQL that creates the roles of PostgreSQL and gives them their rights (roles.py says which there are)."""
# Statements are made for the database as it is: only those that a change needs, and those that the owner of the tables
# may repeat. So it can run this after each migration without being a superuser.

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import connection

from petition.actions.database.public_rights import (
    MOST_CONNECTIONS,
    MOST_CONNECTIONS_ADMITTED,
    PUBLIC_RIGHTS,
    split_right,
)
from petition.actions.database.right_checks import list_settings
from petition.actions.refusals import RolesRefused
from petition.models.database.link_functions import FUNCTION_OWNER_RIGHTS, LINK_FUNCTIONS
from petition.models.database.triggers import TRIGGERS

_NAME: Final = re.compile(r"(?!pg_)[A-Za-z_][A-Za-z0-9_-]{0,62}")
_RESERVED: Final = {"public", "none"}
_NO_SUPERUSER: Final = "{} is a superuser of PostgreSQL, who may do everything: name another role."
_TABLES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
_ROLES: Final = """
    SELECT rolname, rolsuper, rolcanlogin, rolconnlimit, rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
    FROM pg_roles WHERE rolname = ANY(%s)
"""
_MEMBERS: Final = """
    SELECT pg_get_userbyid(roleid), pg_get_userbyid(member) FROM pg_auth_members
    WHERE pg_get_userbyid(member) = ANY(%s) ORDER BY 1, 2
"""
_OWNED_BY_OTHERS: Final = """
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
        || ' ' || c.oid::regclass
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
        AND pg_get_userbyid(relowner) <> %(owner)s AND NOT EXISTS (
            SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')
            AND d.classid = 'pg_class'::regclass
        )
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::regprocedure FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND p.oid <> ALL(%(functions)s::regprocedure[])
        AND pg_get_userbyid(proowner) <> %(owner)s
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    ORDER BY 1
"""


@dataclass(frozen=True)
class RoleNames:
    """How the roles of this site are called. Raises RolesRefused if that is not possible."""

    owner: str = "petition_owner"
    staff: str = "petition_staff"
    public: str = "petition_public"
    functions: str = "petition_functions"

    def __post_init__(self) -> None:
        names = list(asdict(self).values())
        for name in names:
            if not _NAME.fullmatch(name) or name.lower() in _RESERVED:
                raise RolesRefused(
                    f"{name!r} cannot be the name of a role: take letters, digits and _, and no pg_ at the beginning."
                )
        if len(set(names)) < len(names):
            raise RolesRefused("Two roles have the same name: give each its own, or their rights would add up.")

    @property
    def logins(self) -> tuple[str, str, str]:
        """Return the names of those that a process logs in as."""
        return self.owner, self.staff, self.public


def build_statements(names: RoleNames) -> list[str]:
    """Return the SQL that makes the rights of this database those that they should be. Raises RolesRefused."""
    if connection.vendor != "postgresql":
        raise RolesRefused("SQLite has no logins: separate ones need PostgreSQL in DATABASE_URL.")
    if missing := {*PUBLIC_RIGHTS, *FUNCTION_OWNER_RIGHTS} - {name for (name,) in _read(_TABLES)}:
        raise RolesRefused(f"The table {min(missing)} is missing: run `manage.py migrate` first, as the owner.")
    for function in LINK_FUNCTIONS:
        if _read("SELECT to_regprocedure(%s)", [function]) == [(None,)]:
            raise RolesRefused(f"The function {function} is missing: run `manage.py migrate` first, as the owner.")
    return [
        *_create_roles(names),
        *_give_ownership(names),
        *_limit_database(names),
        *_limit_tables(names),
        *_give_rights(names),
        *_give_functions(names),
        *_give_future_rights(names),
    ]


def _read(query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def read_roles(names: RoleNames) -> dict[str, tuple[Any, ...]]:
    """Return those of the roles that exist, with their attributes."""
    return {row[0]: row[1:] for row in _read(_ROLES, [list(asdict(names).values())])}


def _quote(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _database() -> str:
    return _quote(_read("SELECT current_database()")[0][0])


def _create_roles(names: RoleNames) -> Iterator[str]:
    """Make the roles, and take from those that exist what they should not have."""
    present = read_roles(names)
    for name in asdict(names).values():
        can_log_in = name in names.logins
        limit = f" CONNECTION LIMIT {MOST_CONNECTIONS}" if name == names.public else ""
        if name not in present:
            yield f"CREATE ROLE {_quote(name)} {'LOGIN' if can_log_in else 'NOLOGIN'}{limit}"
            continue
        is_superuser, could_log_in, most, has_more = present[name]
        if is_superuser:
            raise RolesRefused(_NO_SUPERUSER.format(name))
        if could_log_in != can_log_in:
            yield f"ALTER ROLE {_quote(name)} {'LOGIN' if can_log_in else 'NOLOGIN'}"
        if limit and not 0 <= most <= MOST_CONNECTIONS_ADMITTED:
            yield f"ALTER ROLE {_quote(name)}{limit}"
        if has_more and name != names.owner:
            yield f"ALTER ROLE {_quote(name)} NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS"
    if list_settings(names.public):
        yield f"ALTER ROLE {_quote(names.public)} RESET ALL"
        yield f"ALTER ROLE {_quote(names.public)} IN DATABASE {_database()} RESET ALL"
    members = _read(_MEMBERS, [list(asdict(names).values())])
    for group, member in members:
        of_own = (names.owner, names.functions)  # staff may be a member of others, such as one that reads statistics
        if member in (names.public, names.functions) or (member == names.staff and group in of_own):
            yield f"REVOKE {_quote(group)} FROM {_quote(member)}"
    # A migration replaces the functions, which only a member of the role that owns them may.
    if (names.functions, names.owner) not in members:
        yield f"GRANT {_quote(names.functions)} TO {_quote(names.owner)}"


def _give_ownership(names: RoleNames) -> Iterator[str]:
    owner = _quote(names.owner)
    ((database_owner,),) = _read("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
    if database_owner != names.owner:
        yield f"ALTER DATABASE {_database()} OWNER TO {owner}"
    ((schema_owner,),) = _read("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'")
    if schema_owner not in ("pg_database_owner", names.owner):
        yield f"ALTER SCHEMA public OWNER TO {owner}"
    for (what,) in _read(_OWNED_BY_OTHERS, {"owner": names.owner, "functions": list(LINK_FUNCTIONS)}):
        yield f"ALTER {what} OWNER TO {owner}"


def _limit_database(names: RoleNames) -> Iterator[str]:
    database, staff, public = _database(), _quote(names.staff), _quote(names.public)
    every = f"{staff}, {public}, {_quote(names.functions)}"
    # A temporary table would shadow the real one for code that names no schema.
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield f"REVOKE ALL ON DATABASE {database} FROM {every}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {staff}, {public}"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA public FROM {every}"
    yield f"GRANT USAGE ON SCHEMA public TO {every}"


def _limit_tables(names: RoleNames) -> Iterator[str]:
    every = f"PUBLIC, {_quote(names.staff)}, {_quote(names.public)}, {_quote(names.functions)}"
    for kind in ("FUNCTIONS", "TABLES", "SEQUENCES"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {every}"


def _give_rights(names: RoleNames) -> Iterator[str]:
    staff = _quote(names.staff)
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {staff}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {staff}"
    for trigger in TRIGGERS:
        if trigger.always_refuses:
            yield f"REVOKE {trigger.verb} ON {trigger.table} FROM {staff}"
    for role, tables in ((names.public, PUBLIC_RIGHTS), (names.functions, FUNCTION_OWNER_RIGHTS)):
        for table, rights in tables.items():
            for verb, columns in map(split_right, rights):
                of = f" ({', '.join(columns)})" if columns else ""
                yield f"GRANT {verb}{of} ON {table} TO {_quote(role)}"


def _give_functions(names: RoleNames) -> Iterator[str]:
    """Let the two logins call the functions, which their owner must have been given before."""
    owner = _quote(names.functions)
    every = f"{owner}, {_quote(names.staff)}, {_quote(names.public)}"
    query = "SELECT count(*) FROM pg_proc WHERE oid = ANY(%s::regprocedure[]) AND pg_get_userbyid(proowner) <> %s"
    if _read(query, [list(LINK_FUNCTIONS), names.functions])[0][0]:
        yield f"GRANT CREATE ON SCHEMA public TO {owner}"  # PostgreSQL asks for that where a function gets an owner
        yield from (f"ALTER FUNCTION {function} OWNER TO {owner}" for function in LINK_FUNCTIONS)
        yield f"REVOKE CREATE ON SCHEMA public FROM {owner}"
    for function in LINK_FUNCTIONS:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {every}"


def _give_future_rights(names: RoleNames) -> Iterator[str]:
    """Let staff use tables of later migrations; the public login gets nothing by itself."""
    own = f"ALTER DEFAULT PRIVILEGES FOR ROLE {_quote(names.owner)}"
    staff = _quote(names.staff)
    yield f"{own} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    yield f"{own} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {staff}"
    yield f"{own} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {staff}"
