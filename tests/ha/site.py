"""The site on several machines of loopback: three webs, two workers, Valkey, nginx and a mail server."""

import os
import secrets
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from petition.publishing.cache.thread_limits import THREADS
from tests.ha.children import Child
from tests.ha.cluster import Cluster, ask, wait_for
from tests.processes import PRIVATE_KEYS, Installation
from tests.site import ROOT, free_port

SHIPPED = ROOT / "deploy" / "nginx" / "petition.conf"
MAIN = """
daemon off; pid {folder}/nginx.pid; {user}
events {{ worker_connections 2048; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/petition.conf;
}}
"""
_CREATE_MODERATOR = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
user = get_user_model().objects.create_user("moderator", "moderator@appeal.example", {password!r})
user.is_staff = True
user.save()
user.groups.add(Group.objects.get(name="moderator"))
"""


class Mailbox:
    """An SMTP server on loopback that accepts every mail; `mails` has them as they arrive."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: SimpleQueue[EmailMessage] = SimpleQueue()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.put(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def stop(self) -> None:
        self._controller.stop()


class Site:
    """All processes of the site, on the cluster's database; `port` is nginx's."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder = folder
        self.mailbox = Mailbox()
        self.password = secrets.token_hex(12)
        self.installation = Installation(folder / "site", cluster.url, has_logins=True)
        self.port = self.installation.port
        self._ports = {name: free_port() for name in ("web1", "web2", "staff")}
        self._cache_port = free_port()
        self.children: dict[str, Child] = {}
        url = urlsplit(self.installation.environment["DATABASE_URL"])
        self.database_url = url.geturl()  # of the owner
        staff = self._set_staff_password(cluster.url)
        self._staff_url = url._replace(netloc=f"{staff}@127.0.0.1:{cluster.port}").geturl()

    def _set_staff_password(self, url: str) -> str:
        name, password = self.installation._roles["staff"], secrets.token_hex(8)
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"ALTER ROLE {name} PASSWORD '{password}'".encode())
        return f"{name}:{password}"

    def start(self) -> None:
        self.installation.python(
            "manage.py", "shell", "--no-imports", "-v", "0", "-c", _CREATE_MODERATOR.format(password=self.password)
        )
        cache = ["valkey-server", "--port", str(self._cache_port), "--bind", "127.0.0.1", "--save", ""]
        self._start("cache", cache, {})
        for name in ("worker1", "worker2"):
            self._start(name, [sys.executable, "manage.py", "worker"], self._build_environment("all", name))
        for name, port in self._ports.items():
            role = "staff" if name == "staff" else "public"
            self._start(name, self._build_web_command(port), self._build_environment(role, name))
        for name, port in self._ports.items():
            wait_for(lambda port=port: bool(ask(port, "/healthz")), name)  # type: ignore[misc]
        self._start("nginx", ["nginx", "-e", "stderr", "-c", str(self._write_nginx_file())], {})
        wait_for(lambda: bool(ask(self.port, "/healthz")), "nginx")

    def wait_until_served(self, name: str) -> None:
        """Wait until a web process answers, if this is one: two machines lost at a time are not promised."""
        if name in self._ports:
            wait_for(lambda: bool(ask(self._ports[name], "/sitemap.xml")), name)

    def stop(self) -> None:
        for child in reversed(self.children.values()):
            child.kill()
        self.mailbox.stop()

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        own = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | environment
        self.children[name] = Child(command, self.folder / f"{name}.log", environment=own)

    def _build_web_command(self, port: int) -> list[str]:
        granian = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--workers", "1"]
        granian += ["--blocking-threads", str(THREADS), "--no-ws", "--respawn-failed-workers"]
        granian += ["--workers-kill-timeout", "10", "--host", "127.0.0.1", "--port", str(port), "--backlog", "1024"]
        return [*granian, "--log-level", "error", "petition.wsgi:application"]

    def _build_environment(self, role: str, name: str) -> dict[str, str]:
        environment = self.installation.environment | {
            "ROLE": role,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
            "CACHE_URL": f"redis://127.0.0.1:{self._cache_port}/0",
            "DATABASE_URL": self._staff_url,
            "TRUSTED_PROXIES": "127.0.0.1",
            "UNDO_SECONDS": "3",
            "DATA_DIR": str(self.folder / name),
        }
        (self.folder / name).mkdir(mode=0o700)
        # As on machines of their own: nothing is shared but the static files, which nobody changes.
        (self.folder / name / "static").symlink_to(Path(self.installation.environment["DATA_DIR"]) / "static")
        if role == "public":
            environment = {key: value for key, value in environment.items() if key not in PRIVATE_KEYS}
            del environment["EMAIL_URL"]
            environment |= self.installation._public
        return environment

    def _write_nginx_file(self) -> Path:
        """Write the shipped file with both public webs, without TLS, whose cost is not what is tried here."""
        text = SHIPPED.read_text(encoding="utf-8")
        webs = f"server 127.0.0.1:{self._ports['web1']}; server 127.0.0.1:{self._ports['web2']};"
        # Only the server that answers visitors: the others refuse foreign hosts and redirect to https.
        head, *_, last = text.partition("\nserver {\n")[0], *text.split("\nserver {\n")
        for shipped, here in {
            "server 127.0.0.1:8000;": webs,
            "server 127.0.0.1:8001;": f"server 127.0.0.1:{self._ports['staff']};",
        }.items():
            assert shipped in head, f"the shipped file no longer says {shipped!r}"
            head = head.replace(shipped, here)
        lines = [line for line in last.splitlines() if not line.strip().startswith(("listen [", "ssl_", "http2"))]
        server = "\n".join(lines).replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port} backlog=4096;")
        server = server.replace("server_name appeal.example;", "server_name 127.0.0.1;")
        # SITE_URL has a port, and `Host` must be the one of SITE_URL.
        server = server.replace("proxy_set_header Host $host;", "proxy_set_header Host $http_host;")
        server = server.replace("/var/log/nginx/petition.log", str(self.folder / "requests.log"))
        (self.folder / "petition.conf").write_text(f"{head}\nserver {{\n{server}\n", encoding="utf-8")
        main, user = self.folder / "nginx.conf", "user root;" if os.geteuid() == 0 else ""
        main.write_text(MAIN.format(folder=self.folder, user=user), encoding="utf-8")
        return main

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as database:
            return database.execute(statement.encode(), values).fetchall()
