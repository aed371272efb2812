"""Chromium from the system, quiet: it talks to nobody but the site under test."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site import Site

_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": os.environ["CHROMIUM"], "args": [*_QUIET, *sandbox]}


class Watched:
    """A page in a window of its own, and everything it asked for or complained about."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.page: Page = context.new_page()
        self.site = site
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        self.requests.clear()
        self.page.goto(self.site.url + path)

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Watched]:
    """A small phone with JavaScript switched off."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield Watched(context, site)
    context.close()


@pytest.fixture(params=[320, 1280])
def window(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A window with JavaScript, narrow and wide."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    yield Watched(context, site)
    context.close()
