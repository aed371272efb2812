"""By keyboard alone: the focus reaches every control, is visible, and leaves the page again.

WCAG 2.1.1, 2.1.2, 2.4.7, 2.4.11.
"""

from typing import Any

import pytest

from tests.browser.screens.states import STATES, Visit

_STOPS = """() => {
  const seen = new Set();
  const stops = [];
  for (const element of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (element.tabIndex < 0 || element.disabled || !element.checkVisibility()) continue;
    const group = element.type === 'radio' ? element.name : null;  // the arrows move inside a group
    if (group && seen.has(group)) continue;
    seen.add(group);
    element.dataset.stop = group ? `radio ${group}` : String(stops.length);
    if (group) document.querySelectorAll(`[name="${group}"]`).forEach(one => { one.dataset.stop = `radio ${group}`; });
    stops.push(element.dataset.stop);
  }
  return stops;
}"""
_HERE = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return {
    stop: element.dataset.stop || '',
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}"""


@pytest.mark.parametrize("state", ["appeal", "list-demonstration", "figures", "form", "check-mail", "accessibility"])
def test_tab_reaches_every_control_shows_the_focus_and_leaves_the_page(tab: Visit, state: str) -> None:
    STATES[state](tab)
    tab.page.emulate_media(reduced_motion="reduce")  # nothing is still scrolling when we look
    for width in (320, 1280):
        tab.show(width)
        stops: list[str] = tab.page.evaluate(_STOPS)
        tab.page.evaluate("document.body.tabIndex = -1; document.body.focus()")  # from the top of the page
        places: list[dict[str, Any]] = []
        for _ in range(len(stops) + 2):
            tab.page.keyboard.press("Tab")
            here = tab.page.evaluate(_HERE)
            if here is None:
                break  # the focus has left the page
            places.append(here)
        assert here is None, "a trap"
        assert sorted(place["stop"] for place in places) == sorted(stops)
        assert [place["stop"] for place in places if not place["ringed"]] == []
        assert [place["stop"] for place in places if not place["inside"]] == []
