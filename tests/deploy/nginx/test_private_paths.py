"""Nothing of a form or a private page is on nginx's disk, and no address or path of a visitor in its logs.

Files in which nginx lets a body or an answer wait end with the request, so they are searched while requests wait.
"""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.deploy.nginx.careless_site import FOR_EVER, careless_site
from tests.deploy.nginx.conftest import Processes
from tests.deploy.nginx.proxy import HOST, VISITOR, Proxy, configure, run_nginx, run_proxy
from tests.processes import Server
from tests.site import SLUG, free_port

pytestmark = pytest.mark.long

PLANTED = "planted-and-private-4711"
FORM = f"/appeals/{SLUG}/endorse/"
PRIVATE = ("/endorsements/token/", FORM, "/code/", f"/appeals/{SLUG}/change/code/", "/admin/login/")
BODY = b"organisation_name=" + PLANTED.encode() + b"a" * 65_000
FORM_TYPE = "Content-Type: application/x-www-form-urlencoded"


@contextlib.contextmanager
def stopped(*servers: Server) -> Iterator[None]:
    """Let the site stand still within the block, so that requests wait in nginx."""
    pids = [pid for server in servers for pid in server.pids()]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def post_chunked(proxy: Proxy) -> None:
    """Post a form without saying how long it is."""
    with proxy.connected() as connection:
        head = f"POST {FORM} HTTP/1.1\r\nHost: {HOST}\r\n{FORM_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 422")


def find_waiting_bodies(proxy: Proxy, processes: Processes) -> list[str]:
    """Return the files with what visitors sent, while the site does not take it; none may be left afterwards."""
    posts = [
        threading.Thread(target=proxy.ask, args=(path, FORM_TYPE), kwargs={"method": "POST", "body": BODY})
        for path in PRIVATE
    ]
    posts.append(threading.Thread(target=post_chunked, args=(proxy,)))
    with stopped(processes.public, processes.staff):
        for post in posts:
            post.start()
        time.sleep(2)  # so that each has sent all
        files = proxy.holds(PLANTED)
        assert all(post.is_alive() for post in posts), "the site answered"
    for post in posts:
        post.join()
    assert not proxy.holds(PLANTED)  # nor any of the pages that repeat what was typed
    return files


def test_no_form_is_written_to_the_disk(proxy: Proxy, processes: Processes) -> None:
    assert find_waiting_bodies(proxy, processes) == []


def test_a_smaller_buffer_writes_forms_to_the_disk(processes: Processes, tmp_path: Path) -> None:
    """nginx with its own size of the buffer does write them (the positive control)."""
    changes = {"client_body_buffer_size 72k;": ""}
    site, public, staff = processes
    with run_proxy(tmp_path, site, public=public.port, staff=staff.port, changes=changes) as proxy:
        assert find_waiting_bodies(proxy, processes)


def find_waiting_answer(folder: Path, changes: Mapping[str, str]) -> list[str]:
    """Return the files with a private answer of several megabytes, while its reader does not read."""
    with careless_site(FOR_EVER, body=PLANTED.encode() * 200_000) as port:
        proxy, main = configure(folder, public=port, staff=port, changes=changes)
        with run_nginx(main, proxy.https), proxy.connected() as reader:
            reader.sendall(f"GET /endorsements/token/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            assert reader.recv(100)
            time.sleep(1)
            return proxy.holds(PLANTED)


def test_no_private_answer_is_written_to_the_disk(tmp_path: Path) -> None:
    assert find_waiting_answer(tmp_path, {}) == []


def test_nginx_by_itself_writes_answers_to_the_disk(tmp_path: Path) -> None:
    assert find_waiting_answer(tmp_path, {"proxy_max_temp_file_size 0;": ""})


def provoke_errors(proxy: Proxy) -> None:
    """Make nginx complain: of handshakes, requests, lengths, a site that is not there, and visitors who go away."""
    token = f"/endorsements/{PLANTED}/"
    for port in (proxy.https, proxy.http):
        with socket.create_connection(("127.0.0.1", port), 20, source_address=(VISITOR, 0)) as connection:
            connection.sendall(f"GET {token} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            connection.recv(100)
    with pytest.raises(ssl.SSLError):
        proxy.connected("evil.example")
    for request in (f"GET {token}\0 HTTP/1.1\r\n\r\n", f"GET {token}{'a' * 20_000} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"):
        with proxy.connected() as connection:
            connection.sendall(request.encode())
            with contextlib.suppress(OSError):
                connection.recv(100)
    assert proxy.ask(token, f"Referer: https://{HOST}{token}", "User-Agent: planted")[0].status == 502
    assert proxy.ask(token, method="POST", body=b"a" * 70_000)[0].status == 413
    with proxy.connected() as connection:
        connection.sendall(f"POST {token} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\na".encode())
    time.sleep(1.5)  # until the log is written


def find_traces(folder: Path, changes: Mapping[str, str]) -> list[str]:
    proxy, main = configure(folder, public=free_port(), staff=free_port(), changes=changes)
    with run_nginx(main, proxy.https):
        provoke_errors(proxy)
        assert " 502 " in (folder / "petition.log").read_text(encoding="utf-8")
        return proxy.holds(VISITOR, PLANTED)


def test_no_log_has_an_address_or_a_path(tmp_path: Path) -> None:
    assert find_traces(tmp_path, {}) == []


def test_nginx_by_itself_logs_addresses(tmp_path: Path) -> None:
    assert find_traces(tmp_path, {"error_log stderr emerg;": ""})


def speaks(folder: Path, version: str, changes: Mapping[str, str]) -> bool:
    """Return whether nginx takes part in a handshake of this version of TLS."""
    folder = folder / ("changed" if changes else "shipped")
    folder.mkdir()
    proxy, main = configure(folder, public=1, staff=1, changes=changes)
    command = ["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-servername", HOST]
    with run_nginx(main, proxy.https):
        result = subprocess.run(
            [*command, "-connect", f"127.0.0.1:{proxy.https}"],
            input="", capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    return result.returncode == 0 and "Cipher is (NONE)" not in result.stdout


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"])
def test_only_new_versions_of_tls_are_spoken(tmp_path: Path, version: str) -> None:
    """With older ones allowed, this client does speak them."""
    is_new = version in ("-tls1_2", "-tls1_3")
    old = {
        "ssl_protocols TLSv1.2 TLSv1.3;": "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;",
        "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;": "",
    }
    assert speaks(tmp_path, version, {}) == is_new
    if not is_new:
        assert speaks(tmp_path, version, old)
