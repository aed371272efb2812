"""What `make run` ends in: everything set up, web and worker started together, and stopped together."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from petition.actions.staff import first_administrator
from petition.management.static_files import collect_if_changed
from petition.models import Appeal

START_SECONDS = 30
STOP_SECONDS = 10


class Command(BaseCommand):
    help = "Migrates, loads the appeal, creates the first administrator, then runs web and worker until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        _refuse_taken(host, port)
        try:
            settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
            call_command("migrate", verbosity=0)
            collect_if_changed()
        except OSError as error:
            raise CommandError(f"{settings.DATA_DIR} cannot be written ({error.strerror}): make it yours.") from error
        self.check(databases=["default"])
        self._load_appeal()
        administrator = first_administrator()
        if administrator:  # said at once: whatever fails after this, it is never said again
            self.stdout.write("\n  Sign in as    {}\n  Password      {}   (shown this once)".format(*administrator))
            self.stdout.flush()
        self._run(host, port)

    def _load_appeal(self) -> None:
        if not Appeal.objects.exists():
            statement = settings.BASE_DIR / "fixtures" / "statement.txt"
            call_command("import_statement", str(statement), verbosity=0, stdout=self.stdout)

    def _run(self, host: str, port: int) -> None:
        site_url = settings.SITE_URL if "SITE_URL" in os.environ else f"http://{host}:{port}"
        environment = os.environ | {"SITE_URL": site_url, "DATA_DIR": str(settings.DATA_DIR)}
        self._processes: list[subprocess.Popen[bytes]] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for command in (_web(host, port), [sys.executable, "manage.py", "worker"]):
            self._processes.append(
                subprocess.Popen(  # noqa: S603  (our own commands)
                    command,
                    cwd=settings.BASE_DIR,
                    env=environment,
                    preexec_fn=_end_with_parent,  # noqa: PLW1509  (no threads yet)
                )
            )
        try:
            self._wait_until_served(host, port)
            self._greet(site_url)
            self._watch()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            self._stop_all()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def _wait_until_served(self, host: str, port: int) -> None:
        address = f"http://{host}:{port}/healthz"
        direct = build_opener(ProxyHandler({}))  # a proxy in the environment is not for our own address
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self._refuse_if_ended()
            try:
                with direct.open(address, timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise CommandError(f"The web process did not answer within {START_SECONDS} s: look at its messages above.")

    def _watch(self) -> None:
        while True:
            self._refuse_if_ended()
            time.sleep(0.2)

    def _refuse_if_ended(self) -> None:
        for name, process in zip(("web", "worker"), self._processes, strict=True):
            if process.poll() is not None:
                raise CommandError(f"The {name} process ended ({process.returncode}): look at its messages above.")

    def _stop_all(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _greet(self, site_url: str) -> None:
        say = self.stdout.write
        say("")
        say(f"  The appeal    {site_url}/")
        say(f"  The desk      {site_url}/admin/")
        say(f"  Mails go to   {settings.MAIL_DIR if not settings.EMAIL_URL else 'the mail server in EMAIL_URL'}")
        if settings.ROLE == "all":
            say("  Note          This process holds all keys; a public site runs ROLE=public and ROLE=staff apart.")
        say("  Stop with Ctrl-C.")
        say("")
        self.stdout.flush()


def _refuse_taken(host: str, port: int) -> None:
    """granian shares a port with whoever has it (SO_REUSEPORT): two sites would answer in turns."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise CommandError(
            f"{host}:{port} cannot be used ({error.strerror}): stop what runs there, or give another --port."
        ) from error


def _end_with_parent() -> None:
    """In a child, before it starts: if this process is killed outright, the child is told to stop (Linux, prctl 1)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _web(host: str, port: int) -> list[str]:
    granian = Path(sys.executable).with_name("granian")
    options = {"interface": "wsgi", "host": host, "port": str(port), "workers": "1", "blocking-threads": "4"}
    options |= {"log-level": "warning", "backlog": "1024"}
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(granian), *flags, "--no-ws", "petition.wsgi:application"]
