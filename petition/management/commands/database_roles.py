from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from petition.actions.database import roles
from petition.actions.database.role_statements import RoleNames, build_statements
from petition.actions.refusals import RolesRefused

_WHOSE = {
    "owner": "the login that owns the tables, for migrate, upgrade and restore",
    "staff": "the login of the staff's web process and of the worker",
    "public": "the login of the web process that visitors reach",
    "functions": "the role, without a login, that owns the functions which the public login may call",
}


class Command(BaseCommand):
    help = (
        "Prints the SQL that gives each login of PostgreSQL the least rights, or applies it. Run it again after a "
        "migration: the result is the same."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="do it, instead of printing the SQL")
        for role, whose in _WHOSE.items():
            parser.add_argument(f"--{role}", default=getattr(RoleNames, role), metavar="NAME", help=whose)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            names = RoleNames(**{role: options[role] for role in _WHOSE})
            if options["apply"]:
                self._apply(names)
            else:
                self._print(names)
        except RolesRefused as error:
            raise CommandError(str(error)) from error

    def _apply(self, names: RoleNames) -> None:
        created = roles.apply_rights(names)
        self.stdout.write("Each login has the rights that it needs, and no others.")
        if created:
            self.stdout.write(
                f"New without a password: {', '.join(created)}. Set one for each with \\password NAME in psql, or let "
                "pg_hba.conf admit it by peer."
            )

    def _print(self, names: RoleNames) -> None:
        statements = build_statements(names)
        self.stdout.write(
            f"-- For the database {connection.settings_dict['NAME']}: run it with psql as a superuser, or as "
            f"{names.owner} once all roles exist.\n"
            "-- It sets no password: give each login one with \\password NAME in psql, or let pg_hba.conf admit it by "
            "peer.\nBEGIN;"
        )
        for statement in statements:
            self.stdout.write(f"{statement};")
        self.stdout.write("COMMIT;")
