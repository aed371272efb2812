"""Every state in Chromium: accessible, silent, narrow enough, and alone."""

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.states import EXPECTED_COMPLAINTS, FORM, STATES, Visit
from tests.factories import SLUG
from tests.site import Site

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Every language, width and scheme meets every state in turn, in pairs rather than all with all.
_TURNS = itertools.cycle(
    [("ru", 768, "dark"), ("ky", 1280, "light"), ("en", 320, "dark"), ("ky", 320, "dark"), ("ru", 1280, "light")]
)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def assert_in_order(visit: Visit) -> None:
    assert visit.overflow() <= 0
    assert [request for request in visit.requests if not request.startswith(visit.site.url)] == []
    assert_accessible(visit.page)
    assert [words for words in visit.complaints if not EXPECTED_COMPLAINTS.search(words)] == []


@pytest.mark.parametrize("state", STATES)
def test_every_state_in_english_on_a_phone(browser: Browser, site: Site, state: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    visit = Visit(context, site)
    STATES[state](visit)
    assert_in_order(visit)
    context.close()


@pytest.mark.parametrize(("state", "turn"), list(zip(STATES, _TURNS, strict=False)))
def test_every_state_in_another_language_width_and_scheme(
    browser: Browser, site: Site, state: str, turn: tuple[str, int, str]
) -> None:
    language, width, scheme = turn
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=language,
    )
    visit = Visit(context, site, language)
    STATES[state](visit)
    assert_in_order(visit)
    context.close()


@pytest.mark.parametrize("state", ["appeal", "form", "form-errors", "list-demonstration", "figures-demonstration"])
def test_right_to_left_and_wide_spacing_lose_nothing(window: Visit, state: str) -> None:
    """Text spacing of WCAG 1.4.12, and the direction of Arabic."""
    STATES[state](window)
    window.page.evaluate("document.documentElement.dir = 'rtl'")
    assert window.overflow() <= 0
    window.page.evaluate(
        """for (const element of document.querySelectorAll('body *')) {
          Object.assign(element.style, {lineHeight: 1.5, letterSpacing: '.12em', wordSpacing: '.16em'});
        }"""
    )
    assert window.overflow() <= 0


def test_errors_take_the_focus_and_lead_to_their_fields(window: Visit) -> None:
    window.open(FORM)
    window.press("[type=submit]")
    assert window.page.evaluate("document.activeElement.className") == "summary"
    link = window.page.locator(".summary a").first
    target = re.sub("^#", "", link.get_attribute("href") or "")
    link.click()
    assert window.page.evaluate("document.activeElement.id") == target


def test_the_appeal_needs_three_requests_at_most(window: Visit) -> None:
    window.open(f"/appeals/{SLUG}/")
    assert 1 <= len(window.requests) <= 3
