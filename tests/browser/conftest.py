"""Windows onto the site, in the system's Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import launch_arguments
from tests.browser.states import Visit
from tests.programs import lacking_chromium, need
from tests.site import Site


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    need(lacking_chromium())
    return launch_arguments()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Visit]:
    """A small phone with JavaScript switched off."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield Visit(context, site)
    context.close()


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Visit]:
    """One tab of a phone with JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield Visit(context, site)
    context.close()


@pytest.fixture(params=[320, 1280])
def window(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A window with JavaScript, narrow and wide."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    yield Visit(context, site)
    context.close()
