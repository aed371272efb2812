"""The proxy configuration that is shipped, in a real nginx in front of both processes."""

import socket
import ssl
import subprocess
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.deploy.nginx.proxy import HOST, Proxy, configure
from tests.site import SLUG

pytestmark = pytest.mark.long

PAGE = f"/appeals/{SLUG}/"


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


def test_http_2_is_spoken(proxy: Proxy) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    connection = socket.create_connection(("127.0.0.1", proxy.https), 20)
    with context.wrap_socket(connection, server_hostname=HOST) as secured:
        assert secured.selected_alpn_protocol() == "h2"


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
