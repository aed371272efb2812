"""What a moderator needs for a decision: keys, one screen, few controls. Each promise with its figure."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import PHONE, Visit
from tests.site import SLUG, Site

pytestmark = pytest.mark.long  # each opens endorsements through form, mail and queue, which takes seconds
MOST_TABS = 8
MOST_BUTTONS = 6
MOST_FIELDS = 4
DESK_HEIGHT = 800
SETTLED = 550  # milliseconds: sooner a press counts as the second one of the page before
_VISIBLE = "(selector) => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()).length"
_BUTTONS = "header button, header summary, main button, main summary"
_NOT_NORMAL = (
    ".staff-problems, .staff-undoable, .staff-disputes, .staff-similar, .staff-evidence .staff-closer ~ .staff-closer"
)
_FIELDS = "input:not([type=hidden]), select, textarea"


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": DESK_HEIGHT})
    visit = Visit(context, site)
    visit.sign_in()
    yield visit
    context.close()


def open_new_endorsement(visit: Visit, name: str) -> None:
    """Open the page of an endorsement that waits, with all that a form can say, and whose name resembles no other."""
    visit.make_own_page(name=name, countries="KG", acronym="ҮФ", website="demo.example", member="on")
    visit.find(visit.name)
    visit.press(f".staff-queue th a:has-text('{visit.name}')")


class Keys:
    """Press keys and count them."""

    def __init__(self, visit: Visit) -> None:
        self.page = visit.page
        self.pressed = 0
        self.page.wait_for_timeout(SETTLED)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def decide(self, *keys: str) -> int:
        """Press these, the last of which decides, and return how many keys were pressed in all."""
        self.press(*keys[:-1])
        with self.page.expect_navigation():
            self.press(keys[-1])
        return self.pressed


def said(visit: Visit) -> str:
    return visit.page.locator(".messagelist").inner_text()


def test_the_first_row_of_the_queue_is_eight_tabs_away(desk: Visit) -> None:
    desk.make_own_page()
    desk.open(f"/admin/?appeal={SLUG}&state=quarantined")  # nobody fills in the form as fast as this test
    desk.page.evaluate(f"document.querySelectorAll('{_NOT_NORMAL}').forEach(one => one.remove())")
    keyboard, tabs = desk.page.keyboard, 1
    keyboard.press("Tab")
    keyboard.press("Enter")  # past the top of the page
    first = desk.page.locator(".staff-queue tbody th a").first
    while not first.evaluate("link => link === document.activeElement"):
        keyboard.press("Tab")
        tabs += 1
        assert tabs <= MOST_TABS, desk.page.evaluate("document.activeElement.outerHTML")


def test_one_endorsement_fits_a_screen_with_few_controls(desk: Visit) -> None:
    open_new_endorsement(desk, "Kestrel Legal Aid")
    # Banners take room of their own, and so does what resembles the endorsements of other tests on this site.
    desk.page.evaluate(f"document.querySelectorAll('{_NOT_NORMAL}').forEach(one => one.remove())")
    assert desk.page.evaluate("document.documentElement.scrollHeight") <= DESK_HEIGHT
    assert desk.page.locator(".staff-facts").first.is_visible()
    assert desk.page.evaluate(_VISIBLE, _BUTTONS) <= MOST_BUTTONS
    assert desk.page.evaluate(_VISIBLE, _FIELDS) <= MOST_FIELDS


def test_on_a_phone_the_evidence_stands_before_the_actions(desk: Visit) -> None:
    open_new_endorsement(desk, "Сары-Өзөн айылдык клубу")
    desk.page.set_viewport_size(PHONE)
    evidence, facts, actions = (
        desk.page.locator(selector).bounding_box()
        for selector in (".staff-evidence", ".staff-review .staff-facts", ".staff-actions")
    )
    assert evidence and facts and actions
    assert evidence["y"] < facts["y"] < facts["y"] + facts["height"] <= actions["y"]


def test_decisions_take_one_to_four_keys(desk: Visit) -> None:
    open_new_endorsement(desk, "Juniper Archive")
    assert Keys(desk).decide("a") == 1
    assert said(desk).endswith("Approved.")

    open_new_endorsement(desk, "Lighthouse Teachers")
    assert Keys(desk).decide("r", "2", "Enter") <= 4
    assert said(desk).endswith("Rejected.")

    open_new_endorsement(desk, "Мөңгү изилдөөчүлөрү")
    keys = Keys(desk)
    keys.press("q")
    desk.page.keyboard.type("Who decided this?")
    assert keys.decide("Tab", "Enter") <= 4
    assert "question" in said(desk).lower()


def test_enter_rejects_nothing_before_a_reason_is_chosen(desk: Visit) -> None:
    open_new_endorsement(desk, "Pelican Press Watch")
    keys = Keys(desk)
    address = desk.page.url
    keys.press("r", "Enter")
    assert desk.page.locator("#reject :checked").count() == 0
    keys.press("Space", "Enter")  # chosen by hand: the focus is on the reason, not on the button
    assert desk.page.locator("#reject :checked").count() == 1
    desk.page.wait_for_timeout(200)
    assert desk.page.url == address
    assert desk.page.locator("#reject").is_visible()
