"""Compare what roles of PostgreSQL may do with what they need: nothing may lack, nothing be more.

Exactly for the login of the public process and for the owner of the link functions; the staff's login may do much, but
nothing that gets around triggers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Any, Final

from django.db import connection

from petition.actions.database.public_rights import MOST_CONNECTIONS_ADMITTED, PUBLIC_RIGHTS, split_right
from petition.models.database.link_functions import FUNCTION_OWNER_RIGHTS, LINK_FUNCTIONS

_PARTS: Final = {
    "is_ours": "n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'",
    "is_table": "c.relkind IN ('r', 'p', 'v', 'm', 'f')",
    "name": "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END ||",
}
_ATTRIBUTES: Final = {
    "rolcreaterole": "create roles",
    "rolcreatedb": "create databases",
    "rolreplication": "copy the whole server (REPLICATION)",
    "rolbypassrls": "pass row-level security (BYPASSRLS)",
}
# Each gives (object, verb, column, whether the role may); the column is '' where the right is for the whole object.
_RIGHTS: Final = (
    """
    SELECT {name} c.relname, verb, a.attname, has_column_privilege(%(role)s, c.oid, a.attnum, verb)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped,
    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS verb WHERE {is_table} AND {is_ours}
    """,
    """
    SELECT {name} c.relname, verb, '', has_table_privilege(%(role)s, c.oid, verb)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
    unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER']) AS verb WHERE {is_table} AND {is_ours}
    """,
    """
    SELECT {name} c.relname, verb, '', has_sequence_privilege(%(role)s, c.oid, verb)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
    unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS verb WHERE c.relkind = 'S' AND {is_ours}
    """,
    """
    SELECT p.oid::regprocedure::text, 'EXECUTE', '', has_function_privilege(%(role)s, p.oid, 'EXECUTE')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {is_ours}
    """,
    """
    SELECT 'the schema ' || n.nspname, verb, '', has_schema_privilege(%(role)s, n.oid, verb)
    FROM pg_namespace n, unnest(ARRAY['CREATE', 'USAGE']) AS verb
    WHERE {is_ours} AND (verb = 'CREATE' OR n.nspname = 'public')
    """,
    """
    SELECT 'the database', verb, '', has_database_privilege(%(role)s, current_database(), verb)
    FROM unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) AS verb
    """,
)
_OWNED: Final = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE pg_get_userbyid(c.relowner) = %(role)s AND {is_table} AND {is_ours} ORDER BY 1
"""
# What owns a table, a schema or the database may drop triggers, and what owns a function may replace it.
_MAY_BE_DROPPED: Final = """
    SELECT 'the table ' || {name} c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {is_table} AND {is_ours} AND pg_has_role(%(role)s, c.relowner, 'MEMBER')
    UNION ALL
    SELECT 'the function ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE {is_ours} AND pg_has_role(%(role)s, p.proowner, 'MEMBER')
    UNION ALL
    SELECT 'the schema ' || n.nspname FROM pg_namespace n
    WHERE {is_ours} AND pg_has_role(%(role)s, n.nspowner, 'MEMBER')
    UNION ALL
    SELECT 'the database' FROM pg_database
    WHERE datname = current_database() AND pg_has_role(%(role)s, datdba, 'MEMBER')
"""
_FUNCTION_OWNERS: Final = """
    SELECT DISTINCT rolname, rolcanlogin FROM unnest(%(functions)s::text[]) AS function
    JOIN pg_proc p ON p.oid = to_regprocedure(function) JOIN pg_roles r ON r.oid = p.proowner ORDER BY 1
"""
_MEMBER_OF: Final = """
    SELECT pg_get_userbyid(roleid) FROM pg_auth_members WHERE pg_get_userbyid(member) = %(role)s ORDER BY 1
"""
_SETTINGS: Final = """
    SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = %(role)s)
    AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) ORDER BY 1
"""
_Right = tuple[str, str, str]
_CONNECT: Final[_Right] = ("the database", "CONNECT", "")


def find_wrong_rights(role: str) -> list[str]:
    """Return a sentence for everything that `role` may do and the public process must not, or the other way round.

    Ask it of PostgreSQL only. [] means that its rights are exactly those of public_rights.py.
    """
    who = f"The login {role}"
    if is_superuser(role):
        return [f"{who} is a superuser, so it may do everything."]
    problems = [*_check_attributes(who, role), *_check_connections(role), *_check_memberships(who, role)]
    # A role may always change its own: with synchronous_commit=off acknowledged forms could be lost, long after.
    problems += [f"{who} must not have the setting {setting}." for setting in list_settings(role)]
    if owned := _check_ownership(who, role):
        return problems + owned  # all rights on each of its tables would be named
    return problems + _compare_rights(who, role, PUBLIC_RIGHTS)


def find_wrong_function_owners() -> list[str]:
    """Return a sentence for everything that makes the link functions more powerful than they have to be, or less.

    Ask it of PostgreSQL only. [] means that nobody can log in as their owner, and that its rights are exactly those of
    FUNCTION_OWNER_RIGHTS; whether there are such functions, models/database/link_functions.py tells.
    """
    problems = []
    for owner, can_log_in in _read(_FUNCTION_OWNERS):
        who = f"The role {owner}, which owns functions for private links,"
        if is_superuser(owner):
            problems.append(f"{who} is a superuser, so they may do everything.")
            continue
        problems += [f"{who} can log in."] if can_log_in else []
        problems += [*_check_attributes(who, owner), *_check_memberships(who, owner)]
        # Everybody may connect unless that was revoked, and nobody can log in as this role.
        problems += _check_ownership(who, owner) or _compare_rights(
            who, owner, FUNCTION_OWNER_RIGHTS, ignored={_CONNECT}
        )
    return problems


def find_ways_around_triggers(role: str) -> list[str]:
    """Return a sentence for everything by which the staff's login `role` could pass the triggers of the tables.

    Ask it of PostgreSQL only.
    """
    who = f"The login {role}"
    if is_superuser(role):
        return [f"{who} is a superuser, so an attacker who takes over this process may do everything."]
    problems = [*_check_attributes(who, role)]
    if owned := sorted(what for (what,) in _read(_MAY_BE_DROPPED, role))[::-1]:
        more = f" and {len(owned) - 1} other objects" if owned[1:] else ""
        how = "itself or as a member of another role"
        owns = f"{who} owns {owned[0]}{more}, {how}"
        return [*problems, f"{owns}, so an attacker who takes over this process may drop triggers."]
    possible, actual = _read_rights(role)
    beyond = {right for right in actual if right[1] in ("TRUNCATE", "TRIGGER")}
    return problems + [f"{who} must not have {rights}." for rights in _describe(beyond, possible)]


def is_superuser(role: str) -> bool:
    """Return whether `role` may do everything."""
    return bool(_read("SELECT rolsuper FROM pg_roles WHERE rolname = %(role)s", role)[0][0])


def list_settings(role: str) -> list[str]:
    """Return what ALTER ROLE … SET has set for `role`, such as `synchronous_commit=off`."""
    return [setting for (setting,) in _read(_SETTINGS, role)]


def get_login() -> str:
    """Return the login of DATABASE_URL."""
    return str(_read("SELECT session_user", "")[0][0])


def _read(query: str, role: str = "") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(**_PARTS), {"role": role, "functions": list(LINK_FUNCTIONS)})
        return list(cursor.fetchall())


def _check_attributes(who: str, role: str) -> list[str]:
    has = _read(f"SELECT {', '.join(_ATTRIBUTES)} FROM pg_roles WHERE rolname = %(role)s", role)[0]  # noqa: S608
    return [f"{who} may {what}." for what, may in zip(_ATTRIBUTES.values(), has, strict=True) if may]


def _check_connections(role: str) -> list[str]:
    ((most,),) = _read("SELECT rolconnlimit FROM pg_roles WHERE rolname = %(role)s", role)
    if most == -1:
        return [f"The login {role} may take every connection of the server."]
    if most > MOST_CONNECTIONS_ADMITTED:
        return [f"The login {role} may take {most} connections of the server, more than {MOST_CONNECTIONS_ADMITTED}."]
    return []


def _check_memberships(who: str, role: str) -> list[str]:
    groups = [group for (group,) in _read(_MEMBER_OF, role)]
    return [f"{who} is a member of {group}, and may do what that may." for group in groups]


def _check_ownership(who: str, role: str) -> list[str]:
    tables = [table for (table,) in _read(_OWNED, role)]
    if not tables:
        return []
    return [f"{who} owns {len(tables)} tables, such as {tables[0]}, and may do everything with them."]


def _compare_rights(
    who: str, role: str, needed: Mapping[str, Iterable[str]], *, ignored: Set[_Right] = frozenset()
) -> list[str]:
    """Return a sentence for each object on which `role` lacks one of the `needed` rights, or has others."""
    possible, actual = _read_rights(role)
    expected = _expand_expected(needed, possible)
    problems = [f"{who} lacks {rights}." for rights in _describe(expected - actual - ignored, possible)]
    return problems + [f"{who} must not have {rights}." for rights in _describe(actual - expected - ignored, possible)]


def _read_rights(role: str) -> tuple[set[_Right], set[_Right]]:
    """Return all rights that there are in this database, and those of `role`."""
    rows = [row for query in _RIGHTS for row in _read(query, role)]
    return {row[:3] for row in rows}, {row[:3] for row in rows if row[3]}


def _expand_expected(needed: Mapping[str, Iterable[str]], possible: Iterable[_Right]) -> set[_Right]:
    """Return the `needed` rights, one for each column, and those on functions; also for what this database lacks."""
    # PostgreSQL prints a signature without spaces.
    expected: set[_Right] = {(function.replace(" ", ""), "EXECUTE", "") for function in LINK_FUNCTIONS}
    expected |= {_CONNECT, ("the schema public", "USAGE", "")}
    columns = defaultdict(set)
    for name, _, column in possible:
        columns[name].add(column)
    for table, rights in needed.items():
        for verb, named in map(split_right, rights):
            of = named or ([""] if verb == "DELETE" else columns[table] - {""})
            expected |= {(table, verb, column) for column in of}
    return expected


def _describe(rights: set[_Right], possible: set[_Right]) -> list[str]:
    """Return a phrase for each object: its verbs, with the columns unless the right is for all of them."""
    by_object: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, verb, column in sorted(rights):
        by_object[name][verb].append(column)
    sizes = Counter(right[:2] for right in possible)
    return [
        f"{', '.join(_describe_verb(verb, columns, sizes[name, verb]) for verb, columns in verbs.items())} on {name}"
        for name, verbs in by_object.items()
    ]


def _describe_verb(verb: str, columns: list[str], of: int) -> str:
    return verb if columns == [""] or len(columns) == of else f"{verb} ({', '.join(columns)})"
