"""Every page in Chromium: accessible, silent, narrow enough, and alone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Watched
from tests.factories import SLUG

PAGES = [
    f"/appeals/{SLUG}/",
    f"/ru/appeals/{SLUG}/",
    f"/ky/appeals/{SLUG}/signatories/",
    f"/appeals/{SLUG}/endorse/",
    f"/ky/appeals/{SLUG}/endorse/",
    f"/appeals/{SLUG}/endorse/check-mail/",
    f"/appeals/{SLUG}/endorse/code/",
    f"/appeals/{SLUG}/endorse/confirmed/",
    "/admin/login/",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_pages(window: Watched, path: str) -> None:
    window.open(path)
    assert window.overflow() <= 0
    assert [request for request in window.requests if not request.startswith(window.site.url)] == []
    assert_accessible(window.page)
    assert window.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_holds_in_both_schemes(window: Watched, scheme: str) -> None:
    window.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in (f"/appeals/{SLUG}/", f"/appeals/{SLUG}/endorse/"):
        window.open(path)
        assert_accessible(window.page)


def test_errors_are_accessible_and_take_the_focus(window: Watched) -> None:
    window.open(f"/appeals/{SLUG}/endorse/")
    window.page.locator("[type=submit]").click()
    assert window.page.evaluate("document.activeElement.className") == "summary"
    assert window.overflow() <= 0
    assert_accessible(window.page)
    link = window.page.locator(".summary a").first
    target = re.sub("^#", "", link.get_attribute("href") or "")
    link.click()
    assert window.page.evaluate("document.activeElement.id") == target


def test_an_address_with_nothing_behind_it_is_accessible(window: Watched) -> None:
    window.open("/nothing/")
    assert_accessible(window.page)


def test_the_appeal_needs_three_requests_at_most(window: Watched) -> None:
    window.open(f"/appeals/{SLUG}/")
    loaded = [request for request in window.requests if not request.endswith(".svg")]  # the icon of the tab
    assert len(loaded) <= 3
    assert len(window.requests) <= 3


def test_the_desk(window: Watched) -> None:
    page = window.page
    window.open("/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(window.site.password)
    page.get_by_role("button", name="Sign in").click()
    for path in ("/admin/", "/admin/?state=approved", "/admin/endorsements/1/", "/admin/petition/auditevent/"):
        window.open(path)
        assert_accessible(page)
    for path in ("/admin/second-factor/", "/admin/password/", "/admin/auth/user/"):
        window.open(path)
    assert window.complaints == []
