from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.actions.operations import clock_checks, retention
from petition.actions.operations.row_by_row import RowsFailed
from petition.models import database_clock
from petition.reference import clock


class Command(BaseCommand):
    help = "Erases everything whose time is over. The worker does the same by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--clock-is-right",
            action="store_true",
            help="you have looked at the clocks of this machine and of the database: erase now, and let the worker",
        )

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        try:
            with database_clock.followed():
                if clock_is_right:
                    clock_checks.confirm_clock(at=clock.now())
                    retention.purge(at=clock.now())
                else:
                    retention.purge(at=clock_checks.sure_now(is_worker=False))
        except clock_checks.ClocksDiffer as error:
            raise CommandError(
                "The clocks of this machine and of the database are more than ten minutes apart, so nothing is erased: "
                "set the wrong one right."
            ) from error
        except clock_checks.ErasingPaused as error:
            raise CommandError(
                "Time has jumped, or the site was off for more than a day, so nothing is erased for a day: look at the "
                "clock, then run `manage.py purge --clock-is-right`."
            ) from error
        except RowsFailed as error:
            raise CommandError("Some rows could not be erased, everything else is: see the log.") from error
        self.stdout.write("Everything whose time is over is erased.")
