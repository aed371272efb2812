import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.management.static_files import collect_if_changed
from petition.publishing.mirror.content import MirrorIncomplete
from petition.publishing.mirror.writer import MirrorRefused, write_mirror

STEP = 50


class Command(BaseCommand):
    help = "Writes the whole public site, readable without a server, to a folder or to a file that ends in .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("into", type=Path, metavar="DIR|FILE.zip")
        parser.add_argument("--without-list", action="store_true", help="texts only, nothing that names a signatory")

    def handle(self, *args: Any, into: Path, verbosity: int, without_list: bool, **options: Any) -> None:
        self._verbosity = verbosity
        collect_if_changed()
        previous_handler = signal.signal(signal.SIGTERM, _exit)
        try:
            count = write_mirror(into, WSGIHandler(), self._tell, without_list=without_list)
        except (MirrorRefused, MirrorIncomplete) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{into} cannot be written ({error.strerror}): choose another folder.") from error
        finally:
            signal.signal(signal.SIGTERM, previous_handler)
        self.stdout.write(f"{into}: {count} files. Check them with `sha256sum --check SHA256SUMS`.")

    def _tell(self, done: int, total: int) -> None:
        if self._verbosity and (done % STEP == 0 or done == total):
            self.stdout.write(f"{done} of {total}")


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)  # an exception, so that the writer deletes its unfinished files
