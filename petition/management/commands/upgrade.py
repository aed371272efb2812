from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from petition.actions.database import releases
from petition.actions.database.releases import RollBackPlan, UpgradeRecord
from petition.actions.operations import running_processes
from petition.actions.operations.backup import make_backup_path
from petition.actions.refusals import SiteInUse
from petition.management.database_rights import repeat_database_rights
from petition.management.error_messages import explain_error, is_older_than_code
from petition.management.removals import write_removal_journal
from petition.management.static_files import collect_if_changed
from petition.models.database.database_clock import database_now

_GO_BACK: Final = (
    "To go back, stop web and worker, run `manage.py upgrade --roll-back`, then put the code of the previous release "
    "back."
)


class Command(BaseCommand):
    help = (
        "Run after new code was installed: backs up, migrates, collects static files, checks. Then restart web and "
        "worker. With --roll-back, before the previous code is put back: returns to the previous release's schema."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-backup", action="store_true", help="if another backup is recent enough")
        parser.add_argument(
            "--roll-back",
            action="store_true",
            help="reverse the migrations of the last upgrade, with all data; run it with the new code",
        )

    def handle(self, *args: Any, without_backup: bool, roll_back: bool, **options: Any) -> None:
        if roll_back:
            self._roll_back(without_backup)
        else:
            self._upgrade(without_backup)

    def _upgrade(self, without_backup: bool) -> None:
        backup = None if without_backup else self._back_up()
        record = releases.begin_upgrade(backup, at=database_now().isoformat())
        self._run_step("migrate", self._migrate)
        self._run_step("give the logins their rights", lambda: repeat_database_rights(self.stdout))
        self._run_step("collect static files", collect_if_changed)
        self._run_step("write the removal journal", write_removal_journal)
        self._run_step("check", lambda: self.check(databases=["default"]))
        releases.finish_upgrade(record)
        self.stdout.write("The database and the static files are up to date: restart web and worker.")

    def _back_up(self) -> Path:
        target = make_backup_path(database_now())
        try:
            call_command("backup", str(target), stdout=self.stdout)
        except (OperationalError, ProgrammingError) as error:
            if not is_older_than_code(error):
                raise
            raise CommandError(
                "This code cannot back up the database as it is: run `manage.py backup` with the previous code, then "
                "repeat this command with --without-backup."
            ) from error
        return target

    def _migrate(self, *target: str) -> None:
        call_command("migrate", *target, verbosity=0, skip_checks=True, stdout=self.stdout)

    def _run_step(self, step: str, do: Callable[[], object]) -> None:
        try:
            do()
        except Exception as error:
            # Other messages may have values of rows in them; --traceback shows them to the operator who asks.
            known = str(error) if isinstance(error, CommandError) else explain_error(error)
            reason = known or type(error).__name__
            raise CommandError(f"The upgrade failed at the step “{step}” ({reason.rstrip('.')}). {_GO_BACK}") from error

    def _roll_back(self, without_backup: bool) -> None:
        record = releases.read_record()
        if record is None or "petition" not in record.migrations:  # else it would drop all tables
            raise CommandError(f"There is no upgrade to go back from: {settings.DATA_DIR} has no record of one.")
        plan = releases.plan_roll_back(record)
        if plan.irreversible:
            raise CommandError(
                f"{', '.join(plan.irreversible)} cannot be reversed, so nothing was changed: put the code of the "
                f"previous release back, then run `manage.py restore {record.backup or 'FILE'} --replace` with it, "
                "which repeats every removal since and loses what else arrived since."
            )
        try:
            with running_processes.exclusive_database_use():  # this code does not work on the schema before it
                self._reverse(plan, record, without_backup=without_backup)
        except SiteInUse as error:
            raise CommandError(
                "The site is running: stop web and worker first, then run this command again."
            ) from error
        releases.delete_record()
        reversed_apps = ", ".join(f"{app} to {target}" for app, target in plan.targets.items()) or "nothing to reverse"
        self.stdout.write(f"The schema is that of the previous release ({reversed_apps}); no row was lost.")
        self.stdout.write(
            "Now put the code of the previous release back and run `manage.py upgrade --without-backup` with it, then "
            "start web and worker."
        )

    def _reverse(self, plan: RollBackPlan, record: UpgradeRecord, *, without_backup: bool) -> None:
        if not without_backup:
            self._back_up()
        for app, target in plan.targets.items():
            try:
                self._migrate(app, target)
            except Exception as error:
                raise CommandError(
                    f"{app} cannot go back to {target} ({type(error).__name__}): correct that and run this again, or "
                    f"put the previous code back and run `manage.py restore {record.backup or 'FILE'} --replace` "
                    "with it."
                ) from error
