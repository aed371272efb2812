"""`make screens`: brings a browser into every state, in each language once, and takes the pictures there."""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Error, sync_playwright

import tests.environment  # noqa: F401  (nothing of an operator's settings)
from tests.browser.chromium import launch_arguments
from tests.browser.screens import contact_sheet
from tests.browser.screens.camera import HEIGHT, LANGUAGES, WIDTHS, Shot, View, shoot
from tests.browser.screens.states import STATES, Visit
from tests.programs import lacking_chromium
from tests.site import ROOT, Site

FOLDER = ROOT / "var" / "screens"


class Wanted(NamedTuple):
    """What to take pictures of: states, languages, widths in pixels."""

    states: Mapping[str, Callable[[Visit], None]]
    languages: Sequence[str] = LANGUAGES
    widths: Sequence[int] = WIDTHS


def main(arguments: Sequence[str]) -> int:
    """Start and fill a site and take its pictures; return 1 when there was any problem."""
    wanted = read(arguments)
    if lacking := lacking_chromium():
        sys.exit(lacking)
    with tempfile.TemporaryDirectory(prefix="petition-screens-") as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        try:
            site.start()
            site.manage("demo", "40")
            browser = playwright.chromium.launch(**launch_arguments())
            return render(wanted, browser, site, FOLDER, _print)
        finally:
            site.remove()


def read(arguments: Sequence[str]) -> Wanted:
    """Parse the command line; an unknown state ends the program with a list of all states."""
    parser = argparse.ArgumentParser(prog="make screens", description=__doc__)
    parser.add_argument("states", nargs="*", metavar="STATE", help=f"all, or some of: {', '.join(STATES)}")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="may be given again; all by default")
    parser.add_argument("--width", action="append", type=int, choices=(320, *WIDTHS), help="the same, in pixels")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.states) - set(STATES)):
        parser.error(f"there is no state {', '.join(unknown)}; there are: {', '.join(STATES)}")
    states = {name: go for name, go in STATES.items() if name in options.states or not options.states}
    return Wanted(states, options.language or LANGUAGES, options.width or WIDTHS)


def render(wanted: Wanted, browser: Browser, site: Site, folder: Path, report: Callable[[str], None]) -> int:
    """Write pictures and index into `folder`, without those of an earlier run; return 1 when there was any problem."""
    _clear(folder)
    shots: list[Shot] = []
    unreached: list[tuple[View, str]] = []
    ways = [(state, language) for state in wanted.states for language in wanted.languages]
    for number, (state, language) in enumerate(ways, start=1):
        report(f"{number:>3} of {len(ways)}  {state}, {language}")
        try:
            for shot in _visit(wanted, state, language, browser, site, folder):
                shots.append(shot)
                for text in shot.problems:
                    report(f"     PROBLEM  {contact_sheet.sentence(shot.view, text)}")
        except (Error, AssertionError, LookupError, OSError) as error:
            text = f"was not reached: {str(error).strip().partition(chr(10))[0]}"
            unreached.append((View(state, language, "all"), text))
            report(f"     PROBLEM  {contact_sheet.sentence(*unreached[-1])}")
    index = contact_sheet.write(folder, shots, unreached, datetime.now())
    problems = len(unreached) + sum(len(shot.problems) for shot in shots)
    report(f"{len(shots)} pictures, {problems or 'no'} problem{'' if problems == 1 else 's'}: {index}")
    return 1 if problems else 0


def _visit(wanted: Wanted, state: str, language: str, browser: Browser, site: Site, folder: Path) -> Iterator[Shot]:
    """Open the state once in its own window; width, scheme, paper and direction then change in place."""
    context = browser.new_context(
        viewport={"width": min(wanted.widths), "height": HEIGHT}, locale="en-GB" if language == "en" else language
    )
    try:
        visit = Visit(context, site, language)
        wanted.states[state](visit)
        yield from shoot(visit, state, language, wanted.widths, folder)
    finally:
        context.close()


def _clear(folder: Path) -> None:
    """Delete only what this command writes."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if re.fullmatch(r"[a-z-]+\.(en|ru|ky)\.(\d+\.(light|dark)|print|rtl)\.(png|pdf)", path.name):
            path.unlink()


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
