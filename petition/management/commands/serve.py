"""What `make run` ends in: everything set up, web and worker started together, and stopped together."""

import os
import signal
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from petition.actions.staff import first_administrator
from petition.management.listening import Place, place_of, read_port, refuse_taken
from petition.management.running_site import announced
from petition.management.static_files import collect_if_changed
from petition.management.together import MOST_DEATHS, Together
from petition.models import Appeal
from petition.publishing.limits import THREADS

START_SECONDS = 30


class Command(BaseCommand):
    help = "Migrates, loads the appeal, creates the first administrator, then runs web and worker until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default="8000")

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        self._stopping = False
        _on_signals(self._interrupt)
        try:
            place = place_of(host, read_port(port))
            site_url = _site_url(place)
            self._prepare(place)
            _on_signals(self._note)  # from here on no exception comes between two lines, and a second signal is none
            self._tell_administrator()
            with announced(settings.DATA_DIR, site_url):
                self._run(place, site_url)
        except KeyboardInterrupt:
            pass
        finally:
            _on_signals(signal.SIG_IGN)  # Python puts its own handlers back before it ends
        self.stdout.write("Stopped.")

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True  # where the exception is lost, nothing is started that would go on
        raise KeyboardInterrupt

    def _prepare(self, place: Place) -> None:
        refuse_taken(place)
        try:
            settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            call_command("migrate", verbosity=0)
            collect_if_changed()
        except OSError as error:
            raise CommandError(f"{settings.DATA_DIR} cannot be written ({error.strerror}): make it yours.") from error
        self.check(databases=["default"])
        self._load_appeal()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _tell_administrator(self) -> None:
        administrator = first_administrator()
        if administrator:  # said at once: whatever fails after this, it is never said again
            self.stdout.write("\n  Sign in as    {}\n  Password      {}   (shown this once)".format(*administrator))
            self.stdout.flush()

    def _load_appeal(self) -> None:
        if not Appeal.objects.exists():
            statement = settings.BASE_DIR / "fixtures" / "statement.txt"
            call_command("import_statement", str(statement), verbosity=0, stdout=self.stdout)

    def _run(self, place: Place, site_url: str) -> None:
        both = Together(settings.BASE_DIR, os.environ | {"SITE_URL": site_url, "DATA_DIR": str(settings.DATA_DIR)})
        try:
            both.start("web", _web(place))
            both.start("worker", [sys.executable, "manage.py", "worker"])
            if self._is_served(place, site_url, both):
                self._greet(place, site_url)
            while not self._stopping:
                self._restart_if_ended(both)
                time.sleep(0.2)
        finally:
            both.stop()

    def _is_served(self, place: Place, site_url: str, both: Together) -> bool:
        """Waits for the first answer; False when it is to stop before that."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._stopping:
                return False
            self._restart_if_ended(both)
            if _answers(place, urlsplit(site_url).netloc):
                return True
            time.sleep(0.05)
        raise CommandError(f"The web process did not answer within {START_SECONDS} s: look at its messages above.")

    def _restart_if_ended(self, both: Together) -> None:
        """What has died is started again. Raises CommandError where that happens too often."""
        ended = both.ended()
        if ended is None or self._stopping:
            return
        name, code = ended
        if not both.restart(name):
            raise CommandError(
                f"The {name} process ended ({code}), and {MOST_DEATHS} times in a minute something ended: "
                "look at the messages above."
            )
        self.stderr.write(f"The {name} process ended ({code}) and was started again.")

    def _greet(self, place: Place, site_url: str) -> None:
        say = self.stdout.write
        say("")
        say(f"  The appeal    {site_url}/")
        say(f"  The desk      {site_url}/admin/")
        say(f"  Mails go to   {settings.MAIL_DIR if not settings.EMAIL_URL else 'the mail server in EMAIL_URL'}")
        if settings.ROLE == "all":
            say("  Note          This process holds all keys; a public site runs ROLE=public and ROLE=staff apart.")
        if place.is_everywhere:
            say(
                "  Note          It listens on every address of this machine; others should come by a proxy with https."
            )
        say("  Stop with Ctrl-C.")
        say("")
        self.stdout.flush()


def _site_url(place: Place) -> str:
    """SITE_URL, else where it listens."""
    if os.environ.get("SITE_URL"):
        return str(settings.SITE_URL)
    if not place.is_loopback and not place.is_everywhere:
        raise CommandError(
            f"Other machines reach {place.address}: set SITE_URL to the https:// address that a proxy serves it under, "
            "or leave --host out."
        )
    return place.url


def _answers(place: Place, host: str) -> bool:
    """Whatever it says; asked by the name that the site goes by."""
    connection = HTTPConnection(str(urlsplit(place.url).hostname), place.port, timeout=1)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Ctrl-C, SIGTERM, and a terminal that is closed, unless `nohup` has the latter ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _web(place: Place) -> list[str]:
    granian = Path(sys.executable).with_name("granian")
    options = {
        "interface": "wsgi",
        "host": place.address,
        "port": str(place.port),
        "workers": "1",
        "blocking-threads": str(THREADS),
        "workers-kill-timeout": "10",
    }
    options |= {"log-level": "error", "backlog": "1024"}
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(granian), *flags, "--respawn-failed-workers", "--no-ws", "petition.wsgi:application"]
