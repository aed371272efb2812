from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from petition.actions.operations import table_rewrite
from petition.models.database.database_clock import database_now


class Command(BaseCommand):
    help = (
        "Rewrites PostgreSQL's tables, so that no erased value stays in their files. Run it once a day as the login "
        "that owns them, where the worker has another one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("SQLite overwrites what is erased: there is nothing to do.")
            return
        if forbidden := table_rewrite.find_foreign_tables():
            raise CommandError(
                f"The login in DATABASE_URL does not own {forbidden[0]}: run this as the owner of the database."
            )
        if not table_rewrite.rewrite_tables_now(at=database_now()):
            raise CommandError("Not every table was rewritten, as the messages above say: run this again.")
        self.stdout.write("No erased value is left in the files of the tables.")
