"""Pictures of one page in one state, in every width and scheme, on paper and right to left, with checks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.browser import checks
from tests.browser.screens.states import STAFF, Visit

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "ru", "ky")
HEIGHT = 800
PAPER = "print"
RIGHT_TO_LEFT = "rtl"


class View(NamedTuple):
    """One state in one language and one variant: `360.dark`, `print` or `rtl`."""

    state: str
    language: str
    variant: str

    @property
    def picture(self) -> str:
        return f"{self.state}.{self.language}.{self.variant}.png"

    @property
    def document(self) -> str:
        """Return the file name of the printed page; only views on paper have one."""
        return f"{self.state}.{self.language}.{self.variant}.pdf"


class Shot(NamedTuple):
    """A picture that was taken, and what is wrong in it."""

    view: View
    problems: list[str]


def shoot(visit: Visit, state: str, language: str, widths: Sequence[int], folder: Path) -> Iterator[Shot]:
    """Take pictures of the open page in all variants into `folder`; the window stays right to left.

    Accessibility is judged once for each scheme, in the narrowest width, and from right to left, and on paper, only
    the layout.
    """
    for scheme in SCHEMES:
        visit.page.emulate_media(media="screen", color_scheme="dark" if scheme == "dark" else "light")
        for width in sorted(widths):
            _resize(visit, width)
            problems = checks.list_violations(visit.page) if width == min(widths) else []
            yield _shot(visit, View(state, language, f"{width}.{scheme}"), problems, folder)
    if state not in STAFF:
        yield _on_paper(visit, View(state, language, PAPER), folder)
    visit.page.emulate_media(media="screen", color_scheme="light")
    _resize(visit, min(widths))
    visit.page.evaluate("document.documentElement.dir = 'rtl'")
    yield _shot(visit, View(state, language, RIGHT_TO_LEFT), [], folder)


def _resize(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": HEIGHT})
    visit.page.evaluate("document.getAnimations().forEach(animation => animation.finish())")  # colours change slowly


def _on_paper(visit: Visit, view: View, folder: Path) -> Shot:
    """As on A4, 794 px at 96 dpi, less the margins that Chromium gives by itself (about 1 cm on each side)."""
    visit.page.emulate_media(media="print", color_scheme="light")
    _resize(visit, 718)
    visit.page.pdf(path=folder / view.document, format="A4", prefer_css_page_size=True)
    return _shot(visit, view, [], folder)


def _shot(visit: Visit, view: View, problems: list[str], folder: Path) -> Shot:
    """Take the picture and list the problems, those found before and new ones, each once."""
    visit.page.screenshot(path=folder / view.picture, full_page=True)
    problems = [*problems, *checks.check_overflow(visit), *checks.list_hidden_controls(visit.page)]
    shot = Shot(view, [*problems, *checks.list_foreign_requests(visit), *checks.list_console_messages(visit)])
    visit.requests.clear()
    visit.complaints.clear()
    return shot
