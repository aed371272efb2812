"""static/js/share.js, on a page that keeps the contract at the top of that file."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.screens.states import Visit
from tests.factories import SLUG

PATH = f"/appeals/{SLUG}/"
PAGE = """<!doctype html><html lang="en"><head><title>Title of the page</title>{canonical}
<script src="/static/js/share.js" defer></script></head>
<body><main><button type="button" hidden {attributes}>Share</button></main></body></html>"""
SHEET = "navigator.share = (shared) => { window.shared = shared; return Promise.reject(new Error('closed')); };"


@pytest.fixture
def tab(new_tab: Visit) -> Visit:
    """Routes of a tab stay for its later pages."""
    return new_tab


def open_page(visit: Visit, attributes: str, *, canonical: str = "") -> None:
    """A page of the served site, under its Content-Security-Policy."""

    def answer(route: Route) -> None:
        served = route.fetch()
        route.fulfill(response=served, body=PAGE.format(attributes=attributes, canonical=canonical))

    visit.page.route(f"**{PATH}?*", answer)
    visit.open(f"{PATH}?from=mail#top")


def shared(visit: Visit) -> Any:
    visit.page.get_by_role("button", name="Share").click()
    return visit.page.evaluate("window.shared")


def test_without_a_share_sheet_the_button_is_hidden(tab: Visit) -> None:
    tab.page.add_init_script("delete Navigator.prototype.share")
    open_page(tab, "data-share")
    expect(tab.page.locator("button")).to_be_hidden()
    assert tab.complaints == []


def test_title_and_address_are_shared_and_cancelling_is_no_error(tab: Visit) -> None:
    tab.page.add_init_script(SHEET)
    open_page(tab, 'data-share="https://appeal.example/" data-title="Its title"')
    assert shared(tab) == {"title": "Its title", "url": "https://appeal.example/"}
    assert tab.complaints == []


@pytest.mark.parametrize(("canonical", "address"), [('<link rel="canonical" href="/ru/">', "/ru/"), ("", PATH)])
def test_without_an_address_the_canonical_or_current_one_is_shared(tab: Visit, canonical: str, address: str) -> None:
    tab.page.add_init_script(SHEET)
    open_page(tab, "data-share", canonical=canonical)
    assert shared(tab) == {"title": "Title of the page", "url": tab.site.url + address}
