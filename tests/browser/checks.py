"""Checks of an open page; each returns its problems in words, or an empty list."""

import re
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.screens.states import Visit

# axe describes each element that passes, which takes half of its time, unless an option turns that off.
_BRIEF = {"resultTypes": ["violations"]}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **_BRIEF}
AS_DRAWN = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]},
    **_BRIEF,
}
"""The rules whose result depends on colours or width; all others read the markup."""
MOST_REQUESTS = 4
MOST_BYTES = 25_000
"""The budget of a public page: HTML, style and script as the server sends them, headers not counted."""
_CUT_OR_COVERED = """() => {
  const found = [];
  const before = [scrollX, scrollY];
  const dialog = document.querySelector('dialog:modal');  // what is behind it cannot be reached, and is meant to be
  for (const element of (dialog || document).querySelectorAll('a, button, input[type=submit]')) {
    if (!element.checkVisibility()) continue;  // in a closed section
    const words = (element.textContent || element.value || '').trim().slice(0, 60);
    if (element.matches('button, input') && element.scrollWidth > element.clientWidth) found.push(`cut: ${words}`);
    element.scrollIntoView({block: 'center', behavior: 'instant'});
    for (const box of element.getClientRects()) {
      const [across, down] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const tops = [box.left + 3, across, box.right - 3].map(x => document.elementFromPoint(x, down));
      if (box.width > 6 && tops.some(top => top && !element.contains(top) && !top.contains(element))) {
        found.push(`covered: ${words}`);
      }
    }
  }
  scrollTo(...before);
  return [...new Set(found)];
}"""
_EXPECTED = re.compile(r"status of 4\d\d")
"""Console messages about error pages are allowed; no others are."""


def list_problems(visit: Visit) -> list[str]:
    """Return all problems of a window: layout, requests to other sites, accessibility, console."""
    return (
        check_width(visit) + list_foreign_requests(visit) + list_violations(visit.page) + list_console_messages(visit)
    )


def check_width(visit: Visit) -> list[str]:
    """Return the problems that depend on the width."""
    return check_overflow(visit) + list_hidden_controls(visit.page)


def check_overflow(visit: Visit) -> list[str]:
    """Return by how much the page is wider than its window (WCAG 2.2, 1.4.10 Reflow)."""
    too_wide = visit.overflow()
    return [f"{too_wide} px wider than its window"] if too_wide > 0 else []


def list_hidden_controls(page: Page) -> list[str]:
    """Return the controls whose text is cut or covered."""
    return [str(words) for words in page.evaluate(_CUT_OR_COVERED)]


def list_foreign_requests(visit: Visit) -> list[str]:
    """Return the requests to other sites."""
    strangers = [url for url in visit.requests if not url.startswith(f"{visit.site.url}/")]
    return [f"asked another host: {url}" for url in strangers]


def list_violations(page: Page, options: dict[str, Any] = WCAG) -> list[str]:
    """Return the violations of axe's rules for WCAG 2.2 AA, in the current colours and width."""
    if not page.evaluate("'axe' in window"):  # half a megabyte
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [f"{rule['id']}: {rule['help']} ({_where(rule['nodes'])})" for rule in violations]


def _where(nodes: list[dict[str, list[str]]]) -> str:
    return "; ".join(" ".join(node["target"]) for node in nodes)


def list_console_messages(visit: Visit) -> list[str]:
    """Return the messages of the console."""
    return [f"console: {words}" for words in visit.complaints if not _EXPECTED.search(words)]


def check_weight(visit: Visit, most: int = MOST_BYTES) -> list[str]:
    """Return where the page exceeds its budget of requests and bytes."""
    requests, size = visit.weight()
    over = [f"{requests} requests, {MOST_REQUESTS} are allowed"] if requests > MOST_REQUESTS else []
    return over + ([f"{size} bytes, {most} are allowed"] if size > most else [])
