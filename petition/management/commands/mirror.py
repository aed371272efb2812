import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.management.static_files import collect_if_changed
from petition.publishing.mirror.content import NotComplete
from petition.publishing.mirror.writer import Refused, write

STEP = 50


class Command(BaseCommand):
    help = "Writes the whole public site, to be read without a server: into a folder, or into a file that ends in .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("into", type=Path, metavar="DIR|FILE.zip")

        parser.add_argument("--without-list", action="store_true", help="texts only, nothing that names a signatory")

    def handle(self, *args: Any, into: Path, verbosity: int, without_list: bool, **options: Any) -> None:
        self._verbosity = verbosity
        collect_if_changed()
        before = signal.signal(signal.SIGTERM, _leave)
        try:
            count = write(into, WSGIHandler(), self._tell, without_list=without_list)
        except (Refused, NotComplete) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{into} cannot be written ({error.strerror}): choose another place.") from error
        finally:
            signal.signal(signal.SIGTERM, before)
        self.stdout.write(f"{into}: {count} files. Check them with `sha256sum --check SHA256SUMS`.")

    def _tell(self, done: int, total: int) -> None:
        if self._verbosity and (done % STEP == 0 or done == total):
            self.stdout.write(f"{done} of {total}")


def _leave(number: int, frame: FrameType | None) -> None:
    """Ends the process in order, so that nothing half-written is left."""
    sys.exit(128 + number)
