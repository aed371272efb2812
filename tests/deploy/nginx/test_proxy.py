"""The proxy configuration that is shipped, in a real nginx in front of both processes."""

import os
import socket
import ssl
import subprocess
import time
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.deploy.nginx.proxy import HOST, Proxy, configure
from tests.site import SLUG

pytestmark = pytest.mark.evidence

PAGE = f"/appeals/{SLUG}/"
SLOW = 200 if os.environ.get("FULL_COUNTS") else 60
"""Visitors who never finish: several times as many as the site has threads. FULL_COUNTS=1 takes more."""


def test_its_syntax_is_right(tmp_path: Path) -> None:
    _, main = configure(tmp_path, public=8000, staff=8001)
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
