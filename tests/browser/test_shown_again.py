"""A private page that the browser shows from memory does not show an earlier state.

Chromium under Playwright never restores a page from memory (asked for by its flags, too), so the page gets the very
events that it would get then: `pagehide` when it is put away, `pageshow` when it is shown again, both `persisted`.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens.states import Visit
from tests.browser.visit import confirm_page

pytestmark = pytest.mark.long  # each opens pages behind links several times

CLOSED = "document.body.inert && document.body.hidden"


def send(page: Page, kind: str) -> None:
    page.evaluate(f"dispatchEvent(new PageTransitionEvent('{kind}', {{ persisted: true }}))")


def method_of_reload(page: Page) -> str:
    """Show the page again, wait until it has been reloaded, and return the method of the request."""
    with page.expect_navigation(), page.expect_request(lambda request: request.is_navigation_request()) as asked:
        send(page, "pageshow")
    return str(asked.value.method)


def shared_own_page(visit: Visit) -> str:
    """Return the path of an own page on which nothing is changed: one for all tests that only look at it."""
    kept = visit.site.kept
    if "own page to look at" not in kept:
        kept["own page to look at"] = visit.make_own_page()
    return kept["own page to look at"]


def test_after_a_withdrawal_the_earlier_page_is_reloaded(tab: Visit) -> None:
    path = tab.make_own_page()
    tab.open(path)
    expect(tab.page.locator("a[href$='/withdraw/']")).to_have_count(1)
    withdrawn = tab.page.context.request.post(f"{tab.site.url}{path}withdraw/")  # as in another tab
    assert "Done" in withdrawn.text()
    send(tab.page, "pagehide")
    assert tab.page.evaluate(CLOSED), "nothing on it can be seen or pressed from then on"
    with tab.page.expect_navigation():
        send(tab.page, "pageshow")
    expect(tab.page.locator("h1")).to_have_text("Your endorsement is withdrawn")
    expect(tab.page.locator("a[href$='/withdraw/']")).to_have_count(0)
    assert not tab.page.evaluate(CLOSED)
    assert tab.complaints == []


@pytest.mark.parametrize("step", ["withdraw/", "stop/", "correction/", ""])
def test_every_step_is_reloaded_also_with_a_fragment(tab: Visit, step: str) -> None:
    tab.open(f"{shared_own_page(tab)}{step}#main")
    assert method_of_reload(tab.page) == "GET"


def test_the_answer_to_a_form_is_never_sent_again(tab: Visit) -> None:
    """`reload` would have sent the press on Confirm, or on a new removal code, once more."""
    tab.open(f"{tab.make_own_page()}links/")
    tab.press("main button")
    assert method_of_reload(tab.page) == "GET"


def test_the_confirmation_page_is_reloaded_and_a_code_shown_once_stays(tab: Visit) -> None:
    confirm_page(tab)
    assert "reload_on_back" in tab.page.content()
    tab.press(".button")
    code = tab.page.locator(".code-to-keep").inner_text()
    assert re.fullmatch(r"[A-Z0-9 -]+", code)
    send(tab.page, "pageshow")
    expect(tab.page.locator(".code-to-keep")).to_have_text(code)


def test_a_page_shown_for_the_first_time_is_not_reloaded(tab: Visit) -> None:
    tab.open(shared_own_page(tab))
    assert not tab.page.evaluate(CLOSED)
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))")
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))")
    assert not tab.page.evaluate(CLOSED)
