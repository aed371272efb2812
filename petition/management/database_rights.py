"""What `upgrade` and `restore` do about the rights of the database logins: tables may be new."""

from django.core.management import CommandError
from django.core.management.base import OutputWrapper

from petition.actions.database import roles
from petition.actions.database.role_statements import RoleNames
from petition.actions.refusals import RolesRefused


def repeat_database_rights(out: OutputWrapper) -> None:
    """Give the logins their rights again, or say how where they have other names. Raises CommandError."""
    try:
        is_done = roles.repeat_rights(RoleNames())
    except RolesRefused as error:
        raise CommandError(str(error)) from error
    if not is_done and roles.has_other_logins():
        out.write("If other logins use this database: run `manage.py database_roles --apply` with their names.")
