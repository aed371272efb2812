"""The logins of the site in PostgreSQL, each with the least rights that its processes need.

owner: owns the tables, for migrations. staff: the staff's web process and the worker; reads and writes rows.
public: the process that visitors reach (public_rights.py). functions: nobody logs in as it; it owns the functions
of models/database/link_functions.py, so that these may do what the public login may not.
"""

from dataclasses import asdict

import psycopg
from django.db import DatabaseError, connection, transaction

from petition.actions.database import right_checks
from petition.actions.database.role_statements import RoleNames, build_statements, read_roles
from petition.actions.refusals import RolesRefused


def apply_rights(names: RoleNames) -> list[str]:
    """Create the roles that are missing, give each its rights, and return the names of the new logins.

    Raises RolesRefused, with nothing changed.
    """
    statements = build_statements(names)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            created = [name for name in names.logins if name not in read_roles(names)]
            for statement in statements:
                cursor.execute(statement)
            problems = right_checks.find_wrong_rights(names.public) + right_checks.find_wrong_function_owners()
            if problems:
                raise RolesRefused(f"{problems[0]} Run what this command prints as a superuser of PostgreSQL.")
    except DatabaseError as error:
        if not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        raise RolesRefused(
            f"The login {right_checks.get_login()} may not do this ({str(error).splitlines()[0]}): run what this "
            "command prints as a superuser of PostgreSQL."
        ) from error
    return created


def repeat_rights(names: RoleNames) -> bool:
    """Give the roles their rights on tables and functions that are new, if this login is their owner.

    Return False, with nothing changed, on SQLite and where no roles have these names. Raises RolesRefused.
    """
    if connection.vendor != "postgresql" or right_checks.get_login() != names.owner:
        return False
    if len(read_roles(names)) < len(asdict(names)):
        return False
    apply_rights(names)
    return True


def has_other_logins() -> bool:
    """Return whether a table of this site may be used by somebody who does not own it."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(relacl) FROM pg_class WHERE oid = 'petition_appeal'::regclass")
        return bool(cursor.fetchone()[0])
