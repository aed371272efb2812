"""Windows onto the site, in the system's Chromium."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import launch_arguments
from tests.browser.visit import PHONE, Visit
from tests.programs import lacking_chromium, need
from tests.site import Site


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    need(lacking_chromium())
    return launch_arguments()


@pytest.fixture(scope="session")
def windows(browser: Browser, site: Site) -> Iterator[Callable[[str, bool], Visit]]:
    """Open a phone's window in a language, with JavaScript or without; a used one is made like new."""
    opened: dict[tuple[str, bool], Visit] = {}

    def open_window(language: str, with_scripts: bool) -> Visit:
        if (language, with_scripts) not in opened:
            locale = "en-GB" if language == "en" else language
            context = browser.new_context(viewport=PHONE, java_script_enabled=with_scripts, locale=locale)
            opened[language, with_scripts] = Visit(context, site, language)
        opened[language, with_scripts].begin_again(language)
        return opened[language, with_scripts]

    yield open_window
    for visit in opened.values():
        visit.page.context.close()


@pytest.fixture
def phone(windows: Callable[[str, bool], Visit]) -> Visit:
    """A small phone with JavaScript switched off."""
    return windows("en", False)


@pytest.fixture
def tab(windows: Callable[[str, bool], Visit]) -> Visit:
    """One tab of a phone with JavaScript."""
    return windows("en", True)


@pytest.fixture
def new_tab(browser: Browser, site: Site) -> Iterator[Visit]:
    """The same in a browser that has kept nothing and that the test may change for good."""
    context = browser.new_context(viewport=PHONE)
    yield Visit(context, site)
    context.close()
