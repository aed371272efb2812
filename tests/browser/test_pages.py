"""Every state in Chromium: accessible, within its width, without console messages or requests to other sites."""

import itertools
import re
from collections.abc import Callable
from typing import Literal

import pytest

from tests.browser.checks import (
    AS_DRAWN,
    MOST_BYTES,
    check_weight,
    check_width,
    list_console_messages,
    list_foreign_requests,
    list_problems,
    list_violations,
)
from tests.browser.screens.own_states import OWN
from tests.browser.screens.states import FORM, PUBLIC, STAFF, STATES, Visit
from tests.site import SLUG

LANGUAGES = ("en", "ru", "ky")
WIDTHS = (320, 360, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
View = tuple[int, Literal["light", "dark"]]
# One of these for each state; the page stays open and its window changes. On a phone in light colours each is judged by
# all rules, in the last view by those that see colours and widths. make screens takes all with all.
VIEWS: tuple[tuple[View, ...], ...] = (
    ((360, "light"), (768, "light"), (320, "dark"), (1280, "dark")),
    ((360, "light"), (320, "light"), (1280, "light"), (768, "dark"), (360, "dark")),
)
TURNS = dict(zip(STATES, itertools.cycle(itertools.product(LANGUAGES, VIEWS)), strict=False))


EACH_CHANGE = ("appeal", "list-demonstration", "form", "form-errors", "check-mail", "confirm", "own-page")
"""The states that `make test` looks at; `make test-long` looks at all others."""


@pytest.mark.parametrize(
    "state",
    [pytest.param(state, marks=() if state in EACH_CHANGE else pytest.mark.long) for state in [*PUBLIC, *STAFF]],
)
def test_every_state_in_every_width_and_scheme(windows: Callable[[str, bool], Visit], state: str) -> None:
    """Takes a second or two: axe most of one, and some states lie behind several pages and mails."""
    language, views = TURNS[state]
    visit = windows(language, True)
    STATES[state](visit)
    assert list_problems(visit) == []
    if state in PUBLIC:
        assert check_weight(visit, MOST_BYTES) == []
    for width, scheme in views[1:]:
        visit.show(width, scheme)
        assert (width, scheme, check_width(visit)) == (width, scheme, [])
    assert list_violations(visit.page, AS_DRAWN) == []
    assert list_foreign_requests(visit) + list_console_messages(visit) == []


def test_the_turns_cover_every_language_width_and_scheme() -> None:
    for kind in (PUBLIC.keys() - OWN.keys(), OWN.keys(), STAFF.keys()):
        taken = {(language, *view) for language, views in (TURNS[state] for state in kind) for view in views}
        assert taken == set(itertools.product(LANGUAGES, WIDTHS, SCHEMES))


def test_a_page_over_its_budget_is_reported(new_tab: Visit) -> None:
    new_tab.open(f"/appeals/{SLUG}/")
    _, size = new_tab.weight()
    assert check_weight(new_tab, size) == []
    assert check_weight(new_tab, size - 1) == [f"{size} bytes, {size - 1} are allowed"]
    new_tab.page.reload()  # what the browser has kept still counts
    assert new_tab.weight()[1] == size
    new_tab.begin_again()
    new_tab.open(f"/appeals/{SLUG}/")
    assert new_tab.weight()[1] == size


@pytest.mark.parametrize("state", ["appeal", "form", "form-errors", "list-demonstration", "figures-demonstration"])
def test_right_to_left_and_wide_spacing_lose_nothing(tab: Visit, state: str) -> None:
    """Text spacing of WCAG 1.4.12, and the direction of Arabic."""
    STATES[state](tab)
    tab.page.evaluate("document.documentElement.dir = 'rtl'")
    for width in (320, 1280):
        tab.show(width)
        assert tab.overflow() <= 0
    tab.page.evaluate(
        """for (const element of document.querySelectorAll('body *')) {
          Object.assign(element.style, {lineHeight: 1.5, letterSpacing: '.12em', wordSpacing: '.16em'});
        }"""
    )
    for width in (320, 1280):
        tab.show(width)
        assert tab.overflow() <= 0


def test_errors_take_the_focus_and_lead_to_their_fields(tab: Visit) -> None:
    tab.open(FORM)
    tab.press("[type=submit]")
    tab.page.wait_for_function("document.activeElement.className === 'summary'")  # autofocus waits for the drawing
    link = tab.page.locator(".summary a").first
    target = re.sub("^#", "", link.get_attribute("href") or "")
    link.click()
    tab.page.wait_for_function("id => document.activeElement.id === id", arg=target)


def test_the_appeal_needs_three_requests_at_most(new_tab: Visit) -> None:
    new_tab.open(f"/appeals/{SLUG}/")
    assert 1 <= len(new_tab.requests) <= 3
