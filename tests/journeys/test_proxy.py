"""The proxy configuration that is shipped, in a real nginx in front of both processes."""

import os
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import programs
from tests.processes import Installation
from tests.site import ROOT, SLUG, free_port

pytestmark = pytest.mark.evidence

HOST = "appeal.example"
SHIPPED = ROOT / "deploy" / "nginx" / "petition.conf"
PAGE = f"/appeals/{SLUG}/"
SLOW = 200 if os.environ.get("FULL_COUNTS") else 60
"""Visitors who never finish: several times as many as the site has threads. FULL_COUNTS=1 takes more."""
MAIN = """
daemon off; pid {folder}/pid; {user}
events {{ worker_connections 2048; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/petition.conf;
}}
"""


class Proxy(NamedTuple):
    """A running nginx: its ports, and the folder in which it writes."""

    https: int
    http: int
    folder: Path

    def connected(self, host: str = HOST) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.https), 20), server_hostname=host)

    def ask(self, path: str, *lines: str, method: str = "GET", body: bytes = b"") -> tuple[HTTPResponse, bytes]:
        """Return a response and its body as it was sent; `lines` are headers."""
        head = "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", f"Host: {HOST}", *lines))
        with self.connected() as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            answer = HTTPResponse(connection, method=method)
            answer.begin()
            return answer, answer.read()


@cache
def create_certificate() -> tuple[str, str]:
    """Return a certificate of HOST and its key."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
        subject = ["-subj", f"/CN={HOST}", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
        made = ["openssl", "req", "-x509", *subject, "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(made, check=True, capture_output=True, timeout=60)
        return certificate.read_text("ascii"), key.read_text("ascii")


def configured(folder: Path, *, public: int, staff: int) -> tuple[Proxy, Path]:
    """The shipped file with a certificate, ports and a log of our own, and the main file that includes it."""
    proxy = Proxy(free_port(), free_port(), folder)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    for file, content in zip((certificate, key), create_certificate(), strict=True):
        file.write_text(content, encoding="ascii")
    text = SHIPPED.read_text(encoding="utf-8")
    for shipped, here in {
        f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(certificate),
        f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(key),
        "/var/log/nginx/petition.log": str(folder / "petition.log"),
        "127.0.0.1:8000": f"127.0.0.1:{public}",
        "127.0.0.1:8001": f"127.0.0.1:{staff}",
        "listen [::]:443": f"listen [::1]:{proxy.https}",
        "listen [::]:80": f"listen [::1]:{proxy.http}",
        "listen 443": f"listen 127.0.0.1:{proxy.https}",
        "listen 80": f"listen 127.0.0.1:{proxy.http}",
    }.items():
        assert shipped in text, f"the shipped file no longer says {shipped!r}"
        text = text.replace(shipped, here)
    (folder / "petition.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
    return proxy, folder / "nginx.conf"


@pytest.fixture(scope="module", autouse=True)
def nginx() -> None:
    programs.need(programs.lacking_proxy())


@pytest.fixture(scope="module")
def proxy(nginx: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    site = Installation(tmp_path_factory.mktemp("behind"))
    site.environment |= {"SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": "127.0.0.1"}
    with site.server(role="public") as public, site.server(role="staff") as staff:
        running, main = configured(folder, public=public.port, staff=staff.port)
        with subprocess.Popen(["nginx", "-e", "stderr", "-c", str(main)], stderr=subprocess.DEVNULL) as server:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", running.https), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            try:
                yield running
            finally:
                server.terminate()
    site.remove()


def test_its_syntax_is_right(tmp_path: Path) -> None:
    _, main = configured(tmp_path, public=8000, staff=8001)
    result = subprocess.run(
        ["nginx", "-t", "-e", "stderr", "-c", str(main)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "warn" not in result.stderr


def test_pages_pass_unchanged(proxy: Proxy) -> None:
    answer, body = proxy.ask(PAGE, "Accept-Encoding: br")
    etag = answer.headers["ETag"]
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert not etag.startswith("W/")
    assert int(answer.headers["Content-Length"]) == len(body)
    same, nothing = proxy.ask(PAGE, "Accept-Encoding: br", f"If-None-Match: {etag}")
    assert (same.status, nothing, same.headers["ETag"]) == (304, b"", etag)


def test_the_admin_is_served_by_the_other_process(proxy: Proxy) -> None:
    answer, _ = proxy.ask("/admin/login/")
    assert answer.status == 200


def test_plain_http_is_led_to_https(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.http), 20) as connection:
        connection.sendall(f"GET {PAGE}?a=b HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        answer = HTTPResponse(connection)
        answer.begin()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}{PAGE}?a=b")


def test_another_host_gets_no_answer(proxy: Proxy) -> None:
    with pytest.raises(ssl.SSLError):
        proxy.connected("evil.example")


def test_forwarded_headers_of_a_visitor_do_not_count(proxy: Proxy) -> None:
    claims = ("X-Forwarded-Proto: http", "X-Forwarded-For: 203.0.113.5", "X-Forwarded-Host: evil.example")
    answer, body = proxy.ask(f"{PAGE}endorse/", *claims)
    assert answer.status == 200  # http would have been led to https
    assert b"evil.example" not in body


def test_a_body_over_64_kilobytes_is_refused(proxy: Proxy) -> None:
    kind = "Content-Type: application/x-www-form-urlencoded"
    answer, _ = proxy.ask(f"{PAGE}endorse/", kind, method="POST", body=b"a" * (64 * 1024 + 1))
    assert answer.status == 413
    answer, _ = proxy.ask(f"{PAGE}endorse/", kind, method="POST", body=b"a=" + b"a" * 60_000)
    assert answer.status == 422


def test_slow_visitors_do_not_block_others(proxy: Proxy) -> None:
    """Each has started to send a form and never continues."""
    slow = [proxy.connected() for _ in range(SLOW)]
    try:
        for visitor in slow:
            visitor.sendall(f"POST {PAGE}endorse/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 60000\r\n\r\na=".encode())
        assert proxy.ask(PAGE)[0].status == 200
        assert proxy.ask(f"{PAGE}endorse/")[0].status == 200
        assert any(map(is_waiting, slow)), "the answers came only when the slow ones were gone"
    finally:
        for visitor in slow:
            visitor.close()


def is_waiting(visitor: ssl.SSLSocket) -> bool:
    """Return whether the proxy has neither answered nor ended this connection."""
    visitor.settimeout(0)
    try:
        visitor.recv(1)
    except ssl.SSLWantReadError:
        return True
    except OSError:
        pass
    return False


def test_no_address_and_no_path_is_logged(proxy: Proxy) -> None:
    token = "Z" * 43
    assert proxy.ask(f"/endorsements/{token}/confirm/", "User-Agent: planted")[0].status == 404
    for _ in range(100):
        log = (proxy.folder / "petition.log").read_text(encoding="utf-8")
        if " 404 " in log:
            break
        time.sleep(0.05)
    for word in ("127.0.0.1", token, "/endorsements/", "planted"):
        assert word not in log
