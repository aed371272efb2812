"""Every state in Chromium: accessible, silent, narrow enough, and alone."""

import itertools
import re
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.checks import MOST_BYTES, heaviness, troubles
from tests.browser.screens.own_states import OWN
from tests.browser.screens.states import DESK, FORM, PUBLIC, STATES, Visit
from tests.site import SLUG, Site

LANGUAGES = ("en", "ru", "ky")
WIDTHS = (320, 360, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
Turn = tuple[str, int, Literal["light", "dark"]]
_ROUND: list[Turn] = [
    (language, width, SCHEMES[(row + column) % 2])
    for row, language in enumerate(LANGUAGES)
    for column, width in enumerate(WIDTHS)
]
_SEEN = (*[state for state in PUBLIC if state not in OWN][::2], *list(OWN)[::3], *list(DESK)[::4])
# Every language, width and scheme meets every other, each time on another page: one in two of the public ones, fewer of
# the steps of own pages and of the desk's, which are one design each; make screens takes all with all.
TURNS: dict[str, Turn] = dict(zip(_SEEN, itertools.cycle(_ROUND), strict=False))


@pytest.mark.parametrize("state", STATES)
def test_every_state_in_english_on_a_phone(browser: Browser, site: Site, state: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    visit = Visit(context, site)
    STATES[state](visit)
    assert troubles(visit) == []
    if state in PUBLIC:
        assert heaviness(visit, MOST_BYTES) == []
    context.close()


@pytest.mark.parametrize(("state", "turn"), TURNS.items())
def test_every_state_in_another_language_width_and_scheme(browser: Browser, site: Site, state: str, turn: Turn) -> None:
    language, width, scheme = turn
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    visit = Visit(context, site, language)
    STATES[state](visit)
    assert troubles(visit) == []
    context.close()


def test_the_turns_cover_every_pair_on_public_pages() -> None:
    taken = {pair for state in TURNS if state in PUBLIC for pair in itertools.combinations(TURNS[state], 2)}
    for one, other in itertools.combinations((LANGUAGES, WIDTHS, SCHEMES), 2):
        assert set(itertools.product(one, other)) <= taken


def test_a_page_over_its_budget_is_told(window: Visit) -> None:
    window.open(f"/appeals/{SLUG}/")
    _, size = window.weight()
    assert heaviness(window, size) == []
    assert heaviness(window, size - 1) == [f"{size} bytes, {size - 1} are allowed"]
    window.page.reload()  # what the browser has kept still counts
    assert window.weight()[1] == size


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
    window.page.wait_for_function("document.activeElement.className === 'summary'")  # autofocus waits for the drawing
    link = window.page.locator(".summary a").first
    target = re.sub("^#", "", link.get_attribute("href") or "")
    link.click()
    window.page.wait_for_function("id => document.activeElement.id === id", arg=target)


def test_the_appeal_needs_three_requests_at_most(window: Visit) -> None:
    window.open(f"/appeals/{SLUG}/")
    assert 1 <= len(window.requests) <= 3
