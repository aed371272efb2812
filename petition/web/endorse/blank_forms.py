"""Forms that nobody has filled in, kept in memory: laying one out takes longer than all else about opening it."""

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

MARK: Final = "stamp-of-this-form"
"""Stands in a kept page where each visitor's own stamp belongs."""
_KEPT_SECONDS: Final = 10.0
_MAX_PAGES: Final = 100

_pages: "dict[tuple[str, str], _Page]" = {}
_lock = threading.Lock()


class _Page(NamedTuple):
    state: object
    made_at: float
    before: str
    after: str


def fill_page(slug: str, language: str, state: object, stamp: str, render: Callable[[str], str]) -> str:
    """Return the page of the appeal's empty form with this stamp.

    `render` makes it, given what to write as the stamp. That is done again after ten seconds, and at once when `state`,
    on which the page depends, is another one.
    """
    page = _pages.get((slug, language))
    if page is None or page.state != state or time.monotonic() - page.made_at > _KEPT_SECONDS:
        with _lock:  # one thread makes it, the others wait for that
            page = _pages.get((slug, language))
            if page is None or page.state != state or time.monotonic() - page.made_at > _KEPT_SECONDS:
                made_at = time.monotonic()
                before, _, after = render(MARK).partition(MARK)
                page = _Page(state, made_at, before, after)
                if len(_pages) >= _MAX_PAGES:
                    _pages.clear()
                _pages[slug, language] = page
    return f"{page.before}{stamp}{page.after}"


def forget_pages() -> None:
    """Drop all kept pages."""
    _pages.clear()
