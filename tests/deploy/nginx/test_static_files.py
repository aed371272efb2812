"""Static files and the mirror, which nginx serves itself, and the headers of all that it answers itself."""

import gzip
import re
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.deploy.nginx.conftest import Processes
from tests.deploy.nginx.proxy import Proxy, configure, replace_all, run_nginx, write_certificate, write_main
from tests.site import ROOT, SLUG, free_port

pytestmark = pytest.mark.long

PAGE = f"/appeals/{SLUG}/"
MIRROR_HOST = "mirror.example"
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def assert_headers(answer: HTTPResponse, *, cache: str) -> None:
    """Fail unless it has the security headers, each once, and tells no version."""
    names = [name.lower() for name, _ in answer.getheaders()]
    assert len(names) == len(set(names)), names
    for name, value in EXPECTED.items():
        assert answer.headers[name] == value, name
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer.headers["Cache-Control"] == cache
    assert answer.headers.get("Server", "nginx") == "nginx"


def find_style(proxy: Proxy) -> str:
    page = proxy.ask(PAGE)[1].decode()
    return page.split('rel="stylesheet" href="')[1].split('"')[0]


def test_static_files_come_compressed_from_nginx(proxy: Proxy, processes: Processes) -> None:
    path = find_style(proxy)
    file = processes.site.folder / "var" / path[1:]
    answer, body = proxy.ask(path, "Accept-Encoding: br, gzip")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert body == file.with_name(f"{file.name}.gz").read_bytes()
    assert_headers(answer, cache="max-age=315360000, public, immutable")
    same, nothing = proxy.ask(path, "Accept-Encoding: gzip", f"If-None-Match: {answer.headers['ETag']}")
    assert (same.status, nothing) == (304, b"")
    assert proxy.ask(path)[1] == file.read_bytes() == gzip.decompress(body)


def test_static_files_are_for_other_users_too(processes: Processes) -> None:
    """The proxy is another user than the one who collected them."""
    root = processes.site.folder / "collected"
    processes.site.environment["STATIC_ROOT"] = str(root)
    processes.site.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    del processes.site.environment["STATIC_ROOT"]
    modes = {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()}
    assert (modes, root.stat().st_mode & 0o777) == ({0o644}, 0o755)


def test_missing_static_files_come_from_the_site(proxy: Proxy, processes: Processes, tmp_path: Path) -> None:
    """A proxy that cannot read STATIC_ROOT still serves the whole page."""
    running, main = configure(tmp_path, public=processes.public.port, staff=1, static=tmp_path / "static")
    with run_nginx(main, running.https):
        answer, body = running.ask(find_style(proxy), "Accept-Encoding: br")
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br")
    assert_headers(answer, cache="max-age=315360000, public, immutable")
    assert body


def test_errors_have_the_headers(proxy: Proxy, tmp_path: Path) -> None:
    assert_headers(proxy.ask("/static/nothing.css")[0], cache="no-store")
    too_large, _ = proxy.ask(f"{PAGE}endorse/", method="POST", body=b"a" * 70_000)
    assert too_large.status == 413
    assert_headers(too_large, cache="no-store")
    too_long, _ = proxy.ask(PAGE, f"X-Long: {'a' * 20_000}")
    assert too_long.status == 400
    assert_headers(too_long, cache="no-store")
    dead, main = configure(tmp_path, public=free_port(), staff=free_port())
    with run_nginx(main, dead.https):
        for path in (PAGE, "/endorsements/token/", "/admin/"):
            answer, _ = dead.ask(path)
            assert answer.status == 502
            assert_headers(answer, cache="no-store")


def test_pages_of_the_site_have_their_own_headers_once(proxy: Proxy) -> None:
    for path, cache in ((PAGE, "public, no-cache"), (f"{PAGE}endorse/", "no-store"), ("/nothing/", "no-store")):
        for _ in range(2):  # the second may come from what nginx keeps
            assert_headers(proxy.ask(path)[0], cache=cache)
    assert "style-src 'self'" in proxy.ask(PAGE)[0].headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in proxy.ask(f"{PAGE}embed/")[0].headers  # which other sites may frame


@pytest.fixture
def mirror(processes: Processes, tmp_path: Path) -> Iterator[Proxy]:
    processes.site.python("manage.py", "mirror", str(tmp_path / "mirror"))
    certificate, key = write_certificate(tmp_path)
    running = Proxy(free_port(), free_port(), tmp_path)
    text = replace_all(
        (ROOT / "deploy" / "nginx" / "mirror.conf").read_text(encoding="utf-8"),
        {
            f"/etc/letsencrypt/live/{MIRROR_HOST}/fullchain.pem": str(certificate),
            f"/etc/letsencrypt/live/{MIRROR_HOST}/privkey.pem": str(key),
            "root /srv/petition/mirror/site;": f"root {tmp_path}/mirror;",
            "listen [::]:443": f"listen [::1]:{running.https}",
            "listen [::]:80": f"listen [::1]:{running.http}",
            "listen 443": f"listen 127.0.0.1:{running.https}",
            "listen 80": f"listen 127.0.0.1:{running.http}",
        },
    )
    (tmp_path / "mirror.conf").write_text(text, encoding="utf-8")
    with run_nginx(write_main(tmp_path, "mirror.conf"), running.https):
        yield running


def test_the_mirror_is_served_compressed(mirror: Proxy) -> None:
    """Writing one takes some seconds."""
    for path in ("/", "/ru/", f"{PAGE}"):
        answer, body = mirror.ask(path, "Accept-Encoding: gzip", host=MIRROR_HOST)
        assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip"), path
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"</html>" in gzip.decompress(body)
        assert_headers(answer, cache="public, no-cache")
    assert re.search(rb"<html", mirror.ask("/", host=MIRROR_HOST)[1])
    missing, _ = mirror.ask("/nothing", host=MIRROR_HOST)
    assert missing.status == 404
    assert_headers(missing, cache="public, no-cache")
