"""Reading: the appeal's page from memory, against nginx with the same bytes and against Django alone."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.load import Load, median_load, run_load
from tests.benchmarks.table import Figure, at_least, at_most, of_load
from tests.deploy.nginx import proxy
from tests.processes import Installation, Server
from tests.site import SLUG, free_port

PAGE = f"/appeals/{SLUG}/"
BR = {"Accept-Encoding": "br"}
NGINX = """
{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=10;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; default_type "text/html; charset=utf-8";
    location / {{ {headers} }} }}
}}
"""


def fetch(url: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    """Return one response and its body as it was sent."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    try:
        connection.request(method, f"{parts.path}?{parts.query}".rstrip("?"), headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


@contextmanager
def nginx(folder: Path, url: str) -> Iterator[str]:
    """One worker that serves what `url` answers, with the same headers, from a file."""
    answer, body = fetch(url, BR)
    (folder / "pages").mkdir(parents=True)
    (folder / "pages" / "page").write_bytes(body)
    folder.chmod(0o755)
    kept = [
        pair
        for pair in answer.getheaders()
        if pair[0].lower() not in {"content-length", "content-type", "date", "server"}
    ]
    port = free_port()
    headers = " ".join(f"add_header {name} '{value.replace(chr(39), chr(34))}';" for name, value in kept)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX.format(folder=folder, port=port, headers=headers, user="user root;" if os.geteuid() == 0 else ""),
        encoding="utf-8",
    )
    with subprocess.Popen(["nginx", "-e", str(folder / "error.log"), "-c", str(configuration)]) as process:
        try:
            _until_it_answers(f"http://127.0.0.1:{port}/page")
            yield f"http://127.0.0.1:{port}/page"
        finally:
            process.terminate()


@contextmanager
def proxied(folder: Path, site: Installation) -> Iterator[tuple[str, str]]:
    """The shipped configuration with one worker and without TLS, which would cost both the same, in front of the site.

    Yields the addresses of the appeal's page and of a static file with the same bytes.
    """
    static = folder / "static"
    static.mkdir(parents=True)
    folder.chmod(0o755)
    hosts = f"{proxy.HOST},127.0.0.1"
    with site.server(workers=2, ALLOWED_HOSTS=hosts, TRUSTED_PROXIES="127.0.0.1") as server:
        (static / "page.html").write_bytes(fetch(server.url + PAGE, BR)[1])
        (static / "page.html").chmod(0o644)
        running, main = proxy.configure(
            folder, public=server.port, staff=server.port, static=static, changes={"443 ssl": "443"}
        )
        with proxy.run_nginx(main, running.https):
            url = f"http://127.0.0.1:{running.https}"
            yield url + PAGE, f"{url}/static/page.html"


def _until_it_answers(url: str) -> None:
    for _ in range(100):
        try:
            answer, _body = fetch(url)
            assert answer.status == 200, answer.status
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing at {url}")


def through_nginx(site: Installation, folder: Path, *, seconds: float, rounds: int) -> list[Figure]:
    """The appeal's page through the shipped nginx against a static file that it serves itself, one after the other."""
    if not shutil.which("nginx"):
        return []
    headers = BR | {"Host": proxy.HOST}
    taken: list[list[Load]] = [[], []]
    with proxied(folder, site) as addresses:
        for address in addresses:
            run_load(address, headers, seconds=1)  # nobody is measured cold
        for _ in range(rounds):
            for loads, address in zip(taken, addresses, strict=True):
                loads.append(run_load(address, headers, seconds=seconds))
    page, file = map(median_load, taken)
    return [
        at_least("appeal page through the shipped nginx : a static file from it", page.rate / file.rate, 0.75),
        of_load("appeal page through the shipped nginx", page),
        of_load("static file from the shipped nginx, the same bytes", file),
    ]


def figures(small: Server, large: Server, bare: Server, folder: Path, *, seconds: float, rounds: int) -> list[Figure]:
    """All runs of one round stand next to each other in time; ratios are of medians."""
    etag = fetch(small.url + PAGE, BR)[0].headers["ETag"]
    runs: dict[str, Callable[[], Load]] = {
        "ours": lambda: run_load(small.url + PAGE, BR, seconds=seconds),
        "304": lambda: run_load(small.url + PAGE, BR | {"If-None-Match": etag}, seconds=seconds),
        "large": lambda: run_load(large.url + PAGE, BR, seconds=seconds),
        "bare": lambda: run_load(bare.url + PAGE, BR, seconds=seconds, connections=4),
        "404": lambda: loaded_404(small, seconds),
    }
    with _nginx_where_there_is_one(folder, small.url + PAGE) as address:
        if address:
            runs["nginx"] = lambda: run_load(address, BR, seconds=seconds)
        taken: dict[str, list[Load]] = {name: [] for name in runs}
        for run in runs.values():
            run()  # nobody is measured cold
        for _ in range(rounds):
            for name, run in runs.items():
                taken[name].append(run())
    load = {name: median_load(loads) for name, loads in taken.items()}
    return [*_ratios(load), *_rates(load)]


def loaded_404(server: Server, seconds: float) -> Load:
    """How many unknown addresses a second: by hand, since wrk counts a 404 as an error."""
    parts = urlsplit(server.url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", f"/guess-{len(times)}/", headers=BR)
        connection.getresponse().read()
        times.append(time.perf_counter() - began)
    connection.close()
    return Load(len(times) / seconds, sorted(times)[len(times) // 2], sorted(times)[len(times) * 99 // 100])


@contextmanager
def _nginx_where_there_is_one(folder: Path, url: str) -> Iterator[str]:
    if shutil.which("nginx"):
        with nginx(folder, url) as address:
            yield address
    else:
        yield ""


def _ratios(load: dict[str, Load]) -> list[Figure]:
    ours, bare = load["ours"].rate, load["bare"].rate
    options = []
    if "nginx" in load:
        options += [
            at_least("appeal page, br, 64 connections: ours : nginx", ours / load["nginx"].rate, 0.5),
            at_least("304 from ours : 200 from nginx", load["304"].rate / load["nginx"].rate, 0.5),
        ]
    return [
        *options,
        at_least("ours : our Django rendering the same page", ours / bare, 100),
        at_least("appeal page with 100,000 further signatories : with none", load["large"].rate / ours, 0.9),
    ]


def _rates(load: dict[str, Load]) -> list[Figure]:
    words = {
        "ours": "ours, appeal page",
        "304": "ours, 304",
        "large": "ours, appeal page with 100,000",
        "nginx": "nginx, the same bytes",
        "bare": "Django without the page cache, 4 connections",
        "404": "ours, unknown addresses, one after the other",
    }
    return [of_load(words[name], load[name]) for name in words if name in load]


def first_visit(server: Server) -> list[Figure]:
    """What a first visit of the appeal's page transfers: HTML, style and script as sent, without the icon."""
    page = fetch(server.url + PAGE, {"Accept-Encoding": ""})[1].decode()
    parts = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script src="([^"]+)"', page)
    paths = [PAGE, *(one or other for one, other in parts)]
    size = sum(len(fetch(server.url + path, BR)[1]) for path in paths)
    return [
        at_most("first visit of the appeal page", size / 1000, 20, "KB"),
        at_most("its requests", len(paths), 3),
    ]


def memory(servers: dict[str, Server]) -> list[Figure]:
    return [
        at_most(f"memory of a web process, {what}", server.memory() / 1e6, 200, "MB")
        for what, server in servers.items()
    ]


def filled(site: Installation, length: int) -> None:
    site.python("-m", "tests.benchmarks.rows", str(length))
