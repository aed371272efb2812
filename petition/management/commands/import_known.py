from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from petition.actions.intake import known_organisations
from petition.actions.refusals import UnreadableList
from petition.checks.start import SafeCommand


class Command(SafeCommand):
    help = "Replaces the secretariat's own list of organisations that it knows (CSV: name, domain, channel, member)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV in UTF-8; its first line names the columns")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                count = known_organisations.replace_known_organisations(
                    known_organisations.read_known_organisations(lines)
                )
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}): name a CSV file.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{file} is not UTF-8 text: save it as UTF-8 (byte {error.start}).") from error
        except UnreadableList as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        self.stdout.write(f"The list has {count} organisations now.")
