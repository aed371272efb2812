"""The widget in a page of another site, and every other page refusing to be there."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from tests.site import SLUG, Site

pytestmark = pytest.mark.long  # it needs two sites


class Elsewhere(BaseHTTPRequestHandler):
    """A site that shows any address in a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b'<!doctype html><title>Elsewhere</title><iframe src="%s"></iframe>' % self.path[2:].encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/?"
        server.shutdown()


def framed(page: Page, address: str) -> bool:
    """Return whether the page at this address is shown in the frame."""
    page.wait_for_load_state("networkidle")
    (frame,) = [frame for frame in page.frames if frame.parent_frame]
    return frame.url == address and frame.locator("h1").count() == 1


def test_other_sites_can_show_the_widget_and_nothing_else(browser: Browser, site: Site, elsewhere: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    widget = f"{site.url}/appeals/{SLUG}/embed/"
    page.goto(elsewhere + widget)
    assert framed(page, widget)
    frame = page.frame(url=widget)
    assert frame
    assert frame.evaluate("getComputedStyle(document.querySelector('.button')).backgroundColor") == "rgb(122, 31, 43)"
    with context.expect_page() as opened:
        frame.locator("a.button").click()
    opened.value.wait_for_load_state()
    assert opened.value.url == f"{site.url}/appeals/{SLUG}/endorse/"
    assert opened.value.evaluate("window.opener") is None
    for path in (f"/appeals/{SLUG}/", f"/appeals/{SLUG}/endorse/", f"/appeals/{SLUG}/signatories/"):
        page.goto(elsewhere + site.url + path)
        assert not framed(page, site.url + path)
    context.close()
