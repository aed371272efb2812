"""Visitors who send or read slowly, more than the site has threads: nginx waits for them, and nobody else does."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from petition.publishing.cache.thread_limits import THREADS
from tests.deploy.nginx.conftest import Processes
from tests.deploy.nginx.proxy import HOST, Proxy, run_proxy
from tests.evidence.figures import record_figure, sized
from tests.site import SLUG

pytestmark = pytest.mark.long

PAGE = f"/appeals/{SLUG}/"
FORM = f"{PAGE}endorse/"
SLOW = sized(60, 200)
"""How many visitors of each kind are slow."""
ASKED = sized(20, 200)
"""How often others ask meanwhile."""
UNREAD = 40  # answers of 25 KB, more than the buffers of a connection take
assert SLOW > THREADS

HEAD = f"GET {PAGE} HTTP/1.1\r\nHost: {HOST}\r\n"
KINDS = {
    "headers": HEAD,
    "bodies": f"POST {FORM} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 60000\r\n\r\na=",
    "readers": f"{HEAD}\r\n" * UNREAD,
}
"""What each visitor sends before it stops."""


@contextlib.contextmanager
def slow_visitors(connect: Callable[[], socket.socket], sent: str) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        visitors = [stack.enter_context(connect()) for _ in range(SLOW)]
        for visitor in visitors:
            visitor.sendall(sent.encode())
        yield visitors


def is_waiting(visitor: socket.socket) -> bool:
    """Return whether the other side has neither answered nor ended this connection."""
    visitor.settimeout(0)
    try:
        visitor.recv(1)
    except ssl.SSLWantReadError:
        return True
    except OSError:
        pass
    return False


def read_all(visitor: socket.socket, count: int) -> int:
    """Return how many whole pages a slow reader gets in the end."""
    received = b""
    visitor.settimeout(20)
    while received.count(b"</html>") < count and (part := visitor.recv(65536)):
        received += part
    return received.count(b"</html>")


def ask_others(proxy: Proxy) -> list[float]:
    """Ask for a page and for a form and send it, in turn; seconds that each took."""
    times = []
    for number in range(ASKED):
        began = time.perf_counter()
        answer, body = (
            lambda: proxy.ask(PAGE),
            lambda: proxy.ask(FORM),
            lambda: proxy.ask(FORM, method="POST", body=b"a="),
        )[number % 3]()
        times.append(time.perf_counter() - began)
        assert (answer.status, body[-8:].strip()) == (422 if number % 3 == 2 else 200, b"</html>")
    return times


def test_slow_visitors_keep_nobody_waiting(proxy: Proxy) -> None:
    """Some hundred connections with TLS, most of the time that this takes."""
    times = ask_others(proxy)
    quiet = max(times)
    with contextlib.ExitStack() as stack:
        slow = {
            kind: stack.enter_context(slow_visitors(proxy.connected, KINDS[kind]))
            for kind in ("readers", "bodies", "headers")
        }
        times = ask_others(proxy)
        assert any(map(is_waiting, slow["headers"])), "the answers came only when the slow ones were gone"
        assert any(map(is_waiting, slow["bodies"]))
        assert read_all(slow["readers"][0], UNREAD) == UNREAD
    record_figure(
        "slow clients",
        f"{SLOW} slow headers, {SLOW} slow bodies and {SLOW} slow readers at once: {ASKED} of {ASKED} pages and forms "
        f"answered, slowest {max(times) * 1000:.0f} ms ({quiet * 1000:.0f} ms before)",
    )


def test_a_proxy_with_too_few_connections_is_taken_by_slow_visitors(processes: Processes, tmp_path: Path) -> None:
    """nginx with room for half of them (the positive control): why deploy/nginx/petition.conf asks for more."""
    site, public, _ = processes
    with run_proxy(tmp_path, site, public=public.port, connections=SLOW // 4) as proxy:
        assert proxy.ask(FORM)[0].status == 200
        waiting: list[ssl.SSLSocket] = []
        with contextlib.ExitStack() as stack:
            for _ in range(SLOW):
                with contextlib.suppress(OSError):  # versions differ in whether they refuse the new or end the old
                    visitor = stack.enter_context(proxy.connected(seconds=1))
                    visitor.sendall(KINDS["bodies"].encode())
                    waiting.append(visitor)
            assert sum(map(is_waiting, waiting)) < SLOW // 2
