"""The command behind `make run`: set everything up, then start and stop web and worker together."""

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

from petition.actions.staff.accounts import create_first_administrator
from petition.management.listen_address import ListenAddress, check_port_is_free, read_port, resolve_listen_address
from petition.management.process_group import MOST_DEATHS, ProcessGroup
from petition.management.running_site import announce_running_site
from petition.management.static_files import collect_if_changed
from petition.models import Appeal
from petition.publishing.cache.thread_limits import THREADS

START_SECONDS = 30


class Command(BaseCommand):
    help = "Migrates, loads the appeal, creates the first administrator, then runs web and worker until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default="8000")

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        self._stopping = False
        _handle_signals(self._interrupt)
        try:
            place = resolve_listen_address(host, read_port(port))
            site_url = _site_url(place)
            self._prepare(place)
            # From here a signal only sets a flag: an exception between two lines could leave a process running.
            _handle_signals(self._request_stop)
            self._create_administrator()
            with announce_running_site(settings.DATA_DIR, site_url):
                self._run(place, site_url)
        except KeyboardInterrupt:
            pass
        finally:
            _handle_signals(signal.SIG_IGN)  # or a second Ctrl-C would show a traceback while Python ends
        self.stdout.write("Stopped.")

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True  # a library may swallow the exception: then nothing is started any more
        raise KeyboardInterrupt

    def _prepare(self, place: ListenAddress) -> None:
        check_port_is_free(place)
        try:
            settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            call_command("migrate", verbosity=0)
            collect_if_changed()
        except OSError as error:
            raise CommandError(
                f"{settings.DATA_DIR} cannot be written ({error.strerror}): make this user its owner."
            ) from error
        self.check(databases=["default"])
        self._load_appeal()

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _create_administrator(self) -> None:
        administrator = create_first_administrator()
        if administrator:  # printed at once: the password is not stored, and a later step may fail
            self.stdout.write("\n  Sign in as    {}\n  Password      {}   (shown this once)".format(*administrator))
            self.stdout.flush()

    def _load_appeal(self) -> None:
        if not Appeal.objects.exists():
            statement = settings.BASE_DIR / "fixtures" / "statement.txt"
            call_command("import_statement", str(statement), verbosity=0, stdout=self.stdout)

    def _run(self, place: ListenAddress, site_url: str) -> None:
        group = ProcessGroup(settings.BASE_DIR, os.environ | {"SITE_URL": site_url, "DATA_DIR": str(settings.DATA_DIR)})
        try:
            group.start("web", _build_granian_command(place))
            group.start("worker", [sys.executable, "manage.py", "worker"])
            if self._wait_until_served(place, site_url, group):
                self._print_addresses(place, site_url)
            while not self._stopping:
                self._restart_if_ended(group)
                time.sleep(0.2)
        finally:
            group.stop()

    def _wait_until_served(self, place: ListenAddress, site_url: str, group: ProcessGroup) -> bool:
        """Wait for the first answer; return False if the command is stopped before."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._stopping:
                return False
            self._restart_if_ended(group)
            if _is_answering(place, urlsplit(site_url).netloc):
                return True
            time.sleep(0.05)
        raise CommandError(f"The web process did not answer within {START_SECONDS} s: read its messages above.")

    def _restart_if_ended(self, group: ProcessGroup) -> None:
        """Restart a process that has ended. Raises CommandError if that happens too often."""
        ended = group.find_ended()
        if ended is None or self._stopping:
            return
        name, code = ended
        if not group.restart(name):
            raise CommandError(
                f"The {name} process ended ({code}), the {MOST_DEATHS}th to end within a minute: read the messages "
                "above."
            )
        self.stderr.write(f"The {name} process ended ({code}) and was started again.")

    def _print_addresses(self, place: ListenAddress, site_url: str) -> None:
        write = self.stdout.write
        write("")
        write(f"  The appeal    {site_url}/")
        write(f"  The admin     {site_url}/admin/")
        write(f"  Mails go to   {settings.MAIL_DIR if not settings.EMAIL_URL else 'the mail server in EMAIL_URL'}")
        if settings.ROLE == "all":
            write("  Note          This process has all keys: run a public site as ROLE=public and ROLE=staff,")
            write("                on PostgreSQL with `manage.py database_roles`. SQLite has no logins: whoever takes")
            write("                over a web process has the whole file, and only encryption protects what is in it.")
        if place.is_any_address:
            write("  Note          It listens on all addresses of this machine: put a proxy with https before it.")
        write("  Stop with Ctrl-C.")
        write("")
        self.stdout.flush()


def _site_url(place: ListenAddress) -> str:
    """Return SITE_URL, or the URL of the address on which the site listens."""
    if os.environ.get("SITE_URL"):
        return str(settings.SITE_URL)
    if not place.is_loopback and not place.is_any_address:
        raise CommandError(
            f"{place.address} can be reached from other machines: set SITE_URL to the https:// address of your proxy, "
            "or leave --host out."
        )
    return place.url


def _is_answering(place: ListenAddress, host: str) -> bool:
    """Return whether the web process answers a request for this host, with any status."""
    connection = HTTPConnection(str(urlsplit(place.url).hostname), place.port, timeout=1)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _handle_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Handle Ctrl-C, SIGTERM, and a closed terminal unless `nohup` makes the process ignore that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _build_granian_command(place: ListenAddress) -> list[str]:
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
