"""A moderator reviews twenty endorsements by keyboard alone, and sees why to look closer.

With EVIDENCE_FULL=1 there are fifty, of which forty are honest; the same ten are planted.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.screens.planted import HONEST, PLANTED, names
from tests.browser.screens.states import Visit
from tests.site import Site

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def site_with_queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A separate site with the planted endorsements in the queue, and honest ones."""
    running = Site(tmp_path_factory.mktemp("review"))
    running.start()
    running.manage("shell", "-v", "0", "-c", f"from tests.browser.screens.planted import plant; plant({HONEST})")
    yield running
    running.remove()


@pytest.fixture
def visit(browser: Browser, site_with_queue: Site) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Visit(context, site_with_queue)
    context.close()


SETTLED = 550  # milliseconds: sooner a press counts as the second one of the page before


def turn(visit: Visit, key: str) -> None:
    """Press a key and wait for the next page."""
    with visit.page.expect_navigation():
        visit.page.keyboard.press(key)


def test_all_are_reviewed_by_keyboard_and_every_planted_problem_is_flagged(visit: Visit) -> None:
    visit.sign_in()
    planted = {name: sentence for name, _, sentence in PLANTED}
    turn(visit, "j")
    reviewed, closer = [], set()
    for _ in names():
        name = visit.page.locator(".staff-entry bdi").inner_text().removesuffix(" (Kyrgyzstan)")
        sentences = [line.replace("\n", " ") for line in visit.page.locator(".staff-evidence li").all_inner_texts()]
        items = [sentence.replace("Look closer ", "Look closer: ") for sentence in sentences]
        reviewed.append(name)
        if name in planted:
            assert [line for line in items if line.startswith(planted[name])], (name, items)
        is_strange = any(line.startswith("Look closer") for line in items)
        closer |= {name} if is_strange else set()
        visit.page.wait_for_timeout(SETTLED)
        if is_strange:
            visit.page.keyboard.press("r")  # to the reasons; a digit chooses one and leads to the button
            visit.page.keyboard.press("2")
        turn(visit, "Enter" if is_strange else "a")
    assert reviewed == names()
    assert len(closer - set(planted)) <= 1, closer - set(planted)
    assert visit.page.locator(".staff-queue").count() == 0
    visit.open("/admin/?state=rejected")
    assert visit.page.locator(".staff-queue tbody tr").count() == len(closer)
    assert visit.page.title() != "ran"
    assert visit.complaints == []


@pytest.mark.parametrize("place", ["queue", "page"])
def test_two_quick_presses_decide_one_endorsement(tab: Visit, place: str) -> None:
    tab.sign_in()
    tab.open("/admin/?appeal=demo")
    if place == "page":
        turn(tab, "j")
    tab.page.wait_for_timeout(SETTLED)
    with tab.page.expect_navigation():
        if place == "page":
            for _ in range(3):
                tab.page.keyboard.press("a")
        else:
            tab.page.locator(".staff-queue .staff-approve").first.dblclick()
    tab.page.keyboard.press("a")  # on the page that has just opened
    tab.page.wait_for_timeout(SETTLED)
    tab.open("/admin/?appeal=demo")
    assert tab.page.locator(".staff-undoable form").count() == 1
    tab.press(".staff-undoable .staff-undo")


def test_keys_can_be_switched_off_and_do_not_affect_typing(visit: Visit) -> None:
    visit.sign_in()
    visit.open("/admin/?state=approved")
    turn(visit, "j")
    address = visit.page.url
    visit.page.keyboard.press("?")
    assert visit.page.locator(".staff-shortcuts").is_visible()
    visit.page.keyboard.press("a")
    visit.page.locator(".staff-shortcuts [name=keys]").uncheck()
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("?")
    assert not visit.page.locator(".staff-shortcuts").is_visible()
    visit.page.reload()
    visit.page.keyboard.press("?")
    assert not visit.page.locator(".staff-shortcuts").is_visible()
    visit.unfold(".staff-shortcuts-button").click()
    visit.page.locator(".staff-shortcuts [name=keys]").check()
    visit.page.locator(".staff-close").click()
    visit.unfold(".staff-form textarea").press_sequentially("aqua?")
    assert visit.page.locator(".staff-form textarea").first.input_value() == "aqua?"
    assert visit.page.url == address
