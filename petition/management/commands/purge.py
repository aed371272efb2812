from typing import Any

from django.core.management.base import CommandError, CommandParser

from petition.actions.operations import clock_checks, retention
from petition.actions.refusals import ClocksDiffer, ErasingPaused, RowsFailed
from petition.checks.start import SafeCommand
from petition.models.database import database_clock
from petition.reference import clock


class Command(SafeCommand):
    help = "Erases everything whose retention period is over. The worker does the same by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--clock-is-right",
            action="store_true",
            help="you have checked the clocks of this machine and of the database: erase now, and end the pause",
        )

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        try:
            with database_clock.use_database_clock():
                if clock_is_right:
                    clock_checks.confirm_clock(at=clock.now())
                    retention.purge(at=clock.now())
                else:
                    retention.purge(at=clock_checks.get_trusted_now(is_worker=False))
        except ClocksDiffer as error:
            raise CommandError(
                "The clocks of this machine and of the database differ by more than ten minutes, so nothing is erased: "
                "correct the wrong one."
            ) from error
        except ErasingPaused as error:
            raise CommandError(
                "Time has jumped, or the site was off for more than a day, so nothing is erased for a day: check the "
                "clock, then run `manage.py purge --clock-is-right`."
            ) from error
        except RowsFailed as error:
            raise CommandError("Some rows could not be erased, and all others are: see the log above.") from error
        self.stdout.write("Everything whose retention period is over is erased.")
