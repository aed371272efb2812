"""A real nginx with the shipped configuration, in which only places and ports are replaced."""

import os
import re
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

from tests.processes import Installation
from tests.site import ROOT, free_port

HOST = "appeal.example"
SHIPPED = ROOT / "deploy" / "nginx" / "petition.conf"
VISITOR = "127.0.0.77"
"""The address that requests come from, so that it can be searched for: no server listens there."""
MAIN = """
daemon off; pid {folder}/pid; {user} error_log {folder}/error.log info; worker_processes {workers};
events {{ worker_connections {connections}; }}
http {{
  include /etc/nginx/mime.types;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/{shipped};
}}
"""


class Proxy(NamedTuple):
    """A running nginx: its ports, and the folder below which it writes all that it writes."""

    https: int
    http: int
    folder: Path

    def connected(self, host: str = HOST, seconds: float = 20) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = socket.create_connection(("127.0.0.1", self.https), seconds, source_address=(VISITOR, 0))
        return context.wrap_socket(connection, server_hostname=host)

    def ask(
        self, path: str, *lines: str, method: str = "GET", body: bytes = b"", host: str = HOST
    ) -> tuple[HTTPResponse, bytes]:
        """Return a response and its body as it was sent; `lines` are headers."""
        head = "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", f"Host: {host}", *lines))
        with self.connected(host) as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            answer = HTTPResponse(connection, method=method)
            answer.begin()
            return answer, answer.read()

    def list_kept_keys(self) -> list[str]:
        """Return the keys of the answers in its cache."""
        keys = []
        for path in (self.folder / "kept").rglob("*"):
            if path.is_file():
                keys += re.findall(rb"^KEY: (.+)$", path.read_bytes(), re.M)
        return [key.decode() for key in keys]

    def holds(self, *words: str) -> list[str]:
        """Return the files below its folder that have one of the words in their content.

        Among them are those that have no name any more: nginx keeps what waits in such files.
        """
        open_files = [path for pid in self._pids() for path in Path(f"/proc/{pid}/fd").iterdir()]
        nameless = [path for path in open_files if str(path.readlink()).startswith(str(self.folder))]
        files = [path for path in self.folder.rglob("*") if path.is_file()] + nameless
        found = [path for path in files if any(word.encode() in path.read_bytes() for word in words)]
        return [str(path.readlink() if path.is_symlink() else path) for path in found]

    def _pids(self) -> list[int]:
        main = (self.folder / "pid").read_text(encoding="ascii").strip()
        return [int(main), *map(int, Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split())]


@cache
def create_certificate() -> tuple[str, str]:
    """Return a certificate of HOST and its key."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
        subject = ["-subj", f"/CN={HOST}", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
        command = ["openssl", "req", "-x509", *subject, "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return certificate.read_text("ascii"), key.read_text("ascii")


def write_certificate(folder: Path) -> tuple[Path, Path]:
    paths = folder / "certificate.pem", folder / "key.pem"
    for file, content in zip(paths, create_certificate(), strict=True):
        file.write_text(content, encoding="ascii")
    return paths


def replace_all(text: str, replacements: Mapping[str, str]) -> str:
    """Return the shipped text with other places. Each must be in it."""
    for shipped, here in replacements.items():
        assert shipped in text, f"the shipped file no longer says {shipped!r}"
        text = text.replace(shipped, here)
    return text


def configure(
    folder: Path,
    *,
    public: int,
    staff: int,
    static: Path = Path("/nowhere"),
    changes: Mapping[str, str] | None = None,
    workers: int = 1,
    connections: int = 2048,
) -> tuple[Proxy, Path]:
    """Write the shipped file with a certificate, ports and folders of our own, and the main file that includes it.

    `static` is the folder that has the static files; `changes` make a broken variant.
    """
    proxy = Proxy(free_port(), free_port(), folder)
    certificate, key = write_certificate(folder)
    text = replace_all(SHIPPED.read_text(encoding="utf-8"), changes or {})
    text = replace_all(
        text,
        {
            f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(certificate),
            f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(key),
            "/var/log/nginx/petition.log": str(folder / "petition.log"),
            "/run/petition-cache": str(folder / "kept"),
            "root /srv/petition;": f"root {static.parent};",
            "127.0.0.1:8000": f"127.0.0.1:{public}",
            "127.0.0.1:8001": f"127.0.0.1:{staff}",
            "listen [::]:443": f"listen [::1]:{proxy.https}",
            "listen [::]:80": f"listen [::1]:{proxy.http}",
            "listen 443": f"listen 127.0.0.1:{proxy.https}",
            "listen 80": f"listen 127.0.0.1:{proxy.http}",
        },
    )
    (folder / "petition.conf").write_text(text, encoding="utf-8")
    return proxy, write_main(folder, "petition.conf", workers=workers, connections=connections)


def write_main(folder: Path, shipped: str, *, workers: int = 1, connections: int = 2048) -> Path:
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    text = MAIN.format(folder=folder, user=user, shipped=shipped, workers=workers, connections=connections)
    main.write_text(text, encoding="utf-8")
    return main


@contextmanager
def run_nginx(main: Path, port: int) -> Iterator[None]:
    """Run nginx until the block ends, from when it takes connections on `port`."""
    with subprocess.Popen(["nginx", "-e", "stderr", "-c", str(main)], stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(400):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert server.poll() is None, "nginx ended"
                    time.sleep(0.05)
            yield
        finally:
            server.terminate()


@contextmanager
def run_proxy(
    folder: Path,
    site: Installation,
    *,
    public: int,
    staff: int = 1,
    changes: Mapping[str, str] | None = None,
    connections: int = 2048,
) -> Iterator[Proxy]:
    """Run nginx with the shipped file, or a broken variant, in front of the processes of `site` on these ports."""
    static = site.folder / "var" / "static"
    proxy, main = configure(folder, public=public, staff=staff, static=static, changes=changes, connections=connections)
    with run_nginx(main, proxy.https):
        yield proxy


def install(folder: Path) -> Installation:
    """Return a site that stands behind a proxy. Installing takes two seconds or so."""
    site = Installation(folder)
    site.environment |= {"SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": "127.0.0.1"}
    return site
