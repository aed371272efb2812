"""The page of every state of `make screens`, as it was sent to the browser."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urldefrag

from playwright.sync_api import Browser, Error

from tests.browser.screens.states import STATES
from tests.browser.visit import Visit
from tests.checkers.gathering.gathered import Document, Finding, Gathered
from tests.site import Site

_LONGEST = 10_000
"""Milliseconds that a step of a state may take."""


def visit_states(
    browser: Browser, site: Site, gathered: Gathered, languages: Sequence[str], states: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the name of each state in each language, bring a window into it, and keep the page."""
    for state in states or STATES:
        for language in languages:
            name = f"{state}, {language}"
            yield name
            try:
                gathered.states.append(_visit(browser, site, state, language))
            except (Error, AssertionError, LookupError, OSError) as error:
                words = str(error).strip().partition("\n")[0]
                gathered.problems.append(Finding(name, f"was not reached: {words}"))


def _visit(browser: Browser, site: Site, state: str, language: str) -> Document:
    """Return the page of a state before any script has changed it. Raises LookupError if it was not recorded."""
    context = browser.new_context(locale="en-GB" if language == "en" else language)
    try:
        visit = Visit(context, site, language)
        visit.page.set_default_timeout(_LONGEST)
        record = Record(visit)
        STATES[state](visit)
        return record.open_page(f"{state}, {language}")
    finally:
        context.close()


class Record:
    """The pages that a window was sent, as the browser keeps them, so that asking for one never waits."""

    def __init__(self, visit: Visit) -> None:
        self._page = visit.page
        self._session = visit.page.context.new_cdp_session(visit.page)
        self._session.send("Network.enable")
        self._session.on("Network.responseReceived", self._note)
        self._noted: dict[str, dict[str, Any]] = {}

    def _note(self, event: dict[str, Any]) -> None:
        if event["type"] == "Document":
            self._noted[urldefrag(event["response"]["url"]).url] = event

    def open_page(self, name: str) -> Document:
        """Return the page that is open now, under this name."""
        event = self._noted[urldefrag(self._page.url).url]
        content = self._session.send("Network.getResponseBody", {"requestId": event["requestId"]})
        body = b64decode(content["body"]) if content["base64Encoded"] else content["body"].encode()
        response = event["response"]
        headers = {key.lower(): value for key, value in response["headers"].items()}
        return Document(name, response["url"], response["status"], headers, body)
