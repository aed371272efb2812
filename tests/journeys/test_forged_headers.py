"""Forged headers, byte for byte, through real proxies with the shipped configuration, to real processes."""

import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from petition.security.rate_limits import REMOVAL_CODES_FROM_ONE_NETWORK
from tests.deploy.nginx import proxy as nginx_proxy
from tests.deploy.nginx.proxy import HOST, configure, write_certificate
from tests.processes import Installation, Server
from tests.site import ROOT, SLUG, free_port

HAPROXY = ROOT / "deploy" / "haproxy" / "petition.cfg"
CODE = f"/appeals/{SLUG}/change/code/"
TRIES = REMOVAL_CODES_FROM_ONE_NETWORK.most
PROXIED_FROM = "127.0.0.1"
Ask = Callable[..., int]
"""Posts a wrong removal code with these headers; the status of the answer."""


def lacks(program: str) -> bool:
    """Return whether tests are skipped because `program` is missing; with REQUIRE_ALL=1 they fail instead."""
    return shutil.which(program) is None and os.environ.get("REQUIRE_ALL") != "1"


pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(lacks("openssl"), reason="SKIPPED: the certificate of a proxy, because openssl is missing"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation takes some seconds, so all tests here share it and its web process; each starts a proxy."""
    installation = Installation(tmp_path_factory.mktemp("forged"))
    installation.environment |= {"SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": PROXIED_FROM}
    yield installation
    installation.remove()


@pytest.fixture(scope="module")
def server(site: Installation) -> Iterator[Server]:
    with site.server(role="public") as running:
        yield running


@pytest.fixture
def public(site: Installation, server: Server) -> Server:
    """A web process with unused limits."""
    with closing(sqlite3.connect(site.folder / "var" / "petition.sqlite3", timeout=20)) as database, database:
        database.execute("DELETE FROM petition_visitorcount")
    return server


def asked(connection: socket.socket, *lines: str) -> int:
    """`lines` come last, where they win: granian takes Content-Type and Content-Length out of its list, and the last
    headers, which are those that HAProxy adds, move into their places."""
    body = b"code=AAAA-AAAA-AAAA"
    kind = "Content-Type: application/x-www-form-urlencoded"
    head_lines = (
        f"POST {CODE} HTTP/1.1",
        f"Host: {HOST}",
        kind,
        f"Content-Length: {len(body)}",
        "Connection: close",
        *lines,
    )
    head = "".join(f"{line}\r\n" for line in head_lines)
    with connection:
        connection.sendall(f"{head}\r\n".encode() + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1])


def by_tls(port: int) -> Ask:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def ask(*lines: str) -> int:
        connection = socket.create_connection((PROXIED_FROM, port), 20)
        return asked(context.wrap_socket(connection, server_hostname=HOST), *lines)

    return ask


@contextmanager
def running(command: list[str], port: int) -> Iterator[Ask]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as proxy:
        try:
            for _ in range(400):
                try:
                    socket.create_connection((PROXIED_FROM, port), 1).close()
                    break
                except OSError:
                    assert proxy.poll() is None, "the proxy ended"
                    time.sleep(0.05)
            yield by_tls(port)
        finally:
            proxy.terminate()


@contextmanager
def nginx(folder: Path, public: int) -> Iterator[Ask]:
    proxy, main = configure(folder, public=public, staff=free_port())
    with running(["nginx", "-e", "stderr", "-c", str(main)], proxy.https) as ask:
        yield ask


def haproxy_configured(folder: Path, *, public: int, staff: int) -> tuple[int, Path]:
    """The shipped file with ports and a certificate of our own: the port of https, and the file."""
    pem = folder / "both.pem"
    pem.write_text("".join(path.read_text("ascii") for path in write_certificate(folder)), "ascii")
    http, https, text = free_port(), free_port(), HAPROXY.read_text(encoding="utf-8")
    for shipped, here in {
        f"/etc/haproxy/{HOST}.pem": str(pem),
        "127.0.0.1:8000": f"127.0.0.1:{public}",
        "127.0.0.1:8001": f"127.0.0.1:{staff}",
        "bind :443": f"bind 127.0.0.1:{https}",
        "bind :80": f"bind 127.0.0.1:{http}",
    }.items():
        assert shipped in text, f"the shipped file no longer says {shipped!r}"
        text = text.replace(shipped, here)
    (folder / "haproxy.cfg").write_text(text, encoding="utf-8")
    return https, folder / "haproxy.cfg"


@contextmanager
def haproxy(folder: Path, public: int) -> Iterator[Ask]:
    port, file = haproxy_configured(folder, public=public, staff=free_port())
    with running(["haproxy", "-db", "-f", str(file)], port) as ask:
        yield ask


PROXIES = {"nginx": nginx, "haproxy": haproxy}
SHIPPED = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(lacks(name), reason=f"SKIPPED: forged headers through {name}, because it is missing"),
    )
    for name in PROXIES
]
FORGED: dict[str, Callable[[str], tuple[str, ...]]] = {
    "the same name": lambda address: (f"X-Forwarded-For: {address}",),
    "underscores": lambda address: (f"X_Forwarded_For: {address}",),
    "one underscore": lambda address: (f"X-Forwarded_For: {address}", f"X_Forwarded-For: {address}"),
    "both": lambda address: (f"X-Forwarded-For: {address}", f"X_Forwarded_For: {address}"),
    "both, turned": lambda address: (f"X_FORWARDED_FOR: {address}", f"x-forwarded-for: {address},"),
    "another standard": lambda address: (f"Forwarded: for={address}", f"X-Real-IP: {address}"),
}


@pytest.mark.parametrize("name", SHIPPED)
def test_no_forged_address_passes_a_limit_that_is_used_up(public: Server, tmp_path: Path, name: str) -> None:
    """Takes a second: each of some dozen posts is a connection of its own."""
    with PROXIES[name](tmp_path, public.port) as ask:
        assert [ask() for _ in range(TRIES)] == [422] * TRIES
        assert ask() == 429
        for way, forged in FORGED.items():
            answers = {ask(*forged(f"198.51.{number}.1")) for number in range(4)}
            assert answers == {429}, way


@pytest.mark.parametrize("name", SHIPPED)
def test_no_forged_scheme_and_host_count(public: Server, tmp_path: Path, name: str) -> None:
    with PROXIES[name](tmp_path, public.port) as ask:
        for line in ("X_Forwarded_Proto: http", "X-Forwarded-Proto: http", "X_Forwarded_Host: evil.example"):
            assert ask(line) == 422, line  # http would be led to https
        assert ask(f"Origin: http://{HOST}") == 403
        assert ask(f"Origin: https://{HOST}") == 422


BROKEN = {
    "nginx": ("underscores_in_headers off;", "underscores_in_headers on;"),
    "haproxy": ("http-request del-header _ -m sub", ""),
}


@pytest.mark.parametrize("name", SHIPPED)
def test_proxies_that_keep_underscores_let_forged_addresses_through(
    public: Server, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same proxies without the line that drops underscores let forged addresses through (the positive control)."""
    shipped, broken = BROKEN[name]
    for constant, module in (("SHIPPED", nginx_proxy), ("HAPROXY", sys.modules[__name__])):
        changed = tmp_path / constant
        changed.write_text(getattr(module, constant).read_text("utf-8").replace(shipped, broken), "utf-8")
        monkeypatch.setattr(module, constant, changed)
    with PROXIES[name](tmp_path, public.port) as ask:
        assert [ask() for _ in range(TRIES + 1)] == [422] * TRIES + [429]
        if 422 in [ask(*FORGED[way](f"198.51.{number}.1")) for number, way in enumerate(("underscores", "both"))]:
            return
    pytest.fail("no forged address was believed: these tests would not see a proxy that lets them through")


@pytest.mark.skipif(lacks("haproxy"), reason="SKIPPED: HAProxy's syntax, because haproxy is missing")
def test_the_syntax_of_haproxy_is_right(tmp_path: Path) -> None:
    _, file = haproxy_configured(tmp_path, public=8000, staff=8001)
    result = subprocess.run(["haproxy", "-c", "-f", str(file)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "WARNING" not in result.stderr


@pytest.mark.skipif(lacks("haproxy"), reason="SKIPPED: HAProxy's headers, because haproxy is missing")
def test_haproxy_does_not_pass_on_what_is_for_nginx(public: Server, tmp_path: Path) -> None:
    port, file = haproxy_configured(tmp_path, public=public.port, staff=free_port())
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with running(["haproxy", "-db", "-f", str(file)], port):
        through = context.wrap_socket(socket.create_connection((PROXIED_FROM, port), 20), server_hostname=HOST)
        direct = socket.create_connection((PROXIED_FROM, public.port), 20)
        heads = [read_head(connection) for connection in (direct, through)]
    assert [b"x-accel-expires" in head for head in heads] == [True, False]


def read_head(connection: socket.socket) -> bytes:
    """Return the headers of the appeal's page, in small letters."""
    lines = (f"GET /appeals/{SLUG}/ HTTP/1.1", f"Host: {HOST}", "X-Forwarded-Proto: https", "Connection: close", "", "")
    with connection:
        connection.sendall("\r\n".join(lines).encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200"), answer[:100]
    return answer.partition(b"\r\n\r\n")[0].lower()
