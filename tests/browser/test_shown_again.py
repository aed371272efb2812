"""A private page that the browser shows from memory does not show an earlier state.

Chromium under Playwright never restores a page from memory (asked for by its flags, too), so the page gets the very
events that it would get then: `pagehide` when it is put away, `pageshow` when it is shown again, both `persisted`.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens.states import Visit
from tests.browser.visit import confirm_page, confirmed_page

CLOSED = "document.body.inert && document.body.hidden"


def send(page: Page, kind: str) -> None:
    page.evaluate(f"dispatchEvent(new PageTransitionEvent('{kind}', {{ persisted: true }}))")


def own_page(visit: Visit) -> str:
    """Open the own page of a new endorsement; return its address."""
    confirmed_page(visit)
    visit.page.locator("main a[href*='/endorsements/']").click()
    visit.page.locator("a[href$='/withdraw/']").wait_for()
    return visit.page.url


def test_after_a_withdrawal_the_earlier_page_is_reloaded(tab: Visit) -> None:
    address = own_page(tab)
    other = tab.page.context.new_page()
    other.goto(f"{address}withdraw/")
    other.locator("main button").click()
    expect(other.locator("h1")).to_have_text("It is done")
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
    tab.page.goto(f"{own_page(tab)}{step}#main")
    with tab.page.expect_request(lambda request: request.is_navigation_request()) as asked:
        send(tab.page, "pageshow")
    assert asked.value.method == "GET"


def test_the_answer_to_a_form_is_never_sent_again(tab: Visit) -> None:
    """`reload` would have sent the press on Confirm, or on a new removal code, once more."""
    tab.page.goto(f"{own_page(tab)}links/")
    tab.press("main button")
    with tab.page.expect_request(lambda request: request.is_navigation_request()) as asked:
        send(tab.page, "pageshow")
    assert asked.value.method == "GET"


def test_the_confirmation_page_is_reloaded_and_a_code_shown_once_stays(tab: Visit) -> None:
    confirm_page(tab)
    assert "reload_on_back" in tab.page.content()
    tab.press(".button")
    code = tab.page.locator(".code-to-keep").inner_text()
    assert re.fullmatch(r"[A-Z0-9 -]+", code)
    send(tab.page, "pageshow")
    expect(tab.page.locator(".code-to-keep")).to_have_text(code)


def test_a_page_shown_for_the_first_time_is_not_reloaded(tab: Visit) -> None:
    own_page(tab)
    assert not tab.page.evaluate(CLOSED)
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))")
    tab.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))")
    assert not tab.page.evaluate(CLOSED)
