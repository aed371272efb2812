"""`make check-pages`: starts a site with made-up endorsements and runs other people's checkers over all it sends.

python -m tests.checkers form list --language ru     only these states of `make screens`, in Russian
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

import tests.environment  # noqa: F401  (nothing of an operator's settings)
from tests.browser.chromium import launch_arguments
from tests.browser.screens.states import STATES
from tests.checkers import mails
from tests.checkers.checkers import CHECKERS
from tests.checkers.gathering import published
from tests.checkers.gathering.gathered import Document, Gathered, Report
from tests.checkers.gathering.staff_pages import fetch_staff_pages
from tests.checkers.gathering.visited_states import visit_states
from tests.programs import lacking_chromium
from tests.site import Site

LANGUAGES = ("en", "ru", "ky")
_LINE = "!" * 88


def main(arguments: Sequence[str]) -> int:
    """Gather, check and report; return 1 when anything was found, or skipped where nothing may be (REQUIRE_ALL=1)."""
    options = _parse(arguments)
    skipped = [lacking] if (lacking := lacking_chromium()) else []
    rows: list[tuple[str, Report]] = []
    with running_site() as (site, gathered):
        if not lacking:
            _gather(site, gathered, options)
        for checker in CHECKERS if not lacking else ():
            if reason := checker.lacking():
                skipped.append(reason)
                continue
            _print(f"Checking {checker.name}")
            rows.append((checker.name, checker.check(gathered)))
        rows.append(("reaching all pages", Report(len(gathered.states), gathered.problems)))
    return _report(rows, skipped)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make check-pages", description=__doc__)
    parser.add_argument("states", nargs="*", metavar="STATE", help="of `make screens`; all, and all pages of staff")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="may be given again; all by default")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.states) - set(STATES)):
        parser.error(f"there is no state {', '.join(unknown)}; make screens ARGS=--help lists them")
    return options


@contextmanager
def running_site() -> Iterator[tuple[Site, Gathered]]:
    """Run a site with a demonstration appeal inside the block; its mails go through a real SMTP server."""
    with tempfile.TemporaryDirectory(prefix="petition-checkers-") as name:
        folder = Path(name)
        site = Site(folder / "site")
        with mails.run_server(site.folder / "var" / "mail") as (postmaster, port):
            site.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
            gathered = Gathered(site.url, folder, mails=postmaster.taken)
            try:
                site.start()
                site.manage("demo", "40")
                yield site, gathered
            finally:
                site.remove()


def _gather(site: Site, gathered: Gathered, options: argparse.Namespace) -> None:
    """Fetch everything that the checkers look at; what is public last, when there are editions and changes."""
    languages, gathered.is_partial = options.language or LANGUAGES, bool(options.states)
    published.fetch_phases(site, gathered)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        states = options.states or list(STATES)
        for number, name in enumerate(visit_states(browser, site, gathered, languages, states), 1):
            _print(f"{number:>3} of {len(states) * len(languages)}  {name}")
        if not options.states:
            fetch_staff_pages(browser, site, gathered, languages)
        browser.close()
    _print("Fetching all that is public")
    published.fetch_published(site, gathered)
    site.manage("mirror", str(gathered.folder / "mirror"))
    for path in sorted((gathered.folder / "mirror").rglob("*.html")):
        name = f"mirror/{path.relative_to(gathered.folder / 'mirror')}"
        gathered.mirror.append(Document(name, name, 200, {"content-type": "text/html"}, path.read_bytes()))


def _report(rows: Sequence[tuple[str, Report]], skipped: Sequence[str]) -> int:
    for name, report in rows:
        for where, words in sorted(set(report.findings)):
            _print(f"FOUND    {name}: {where}: {words}")
    _print(f"\n{'checker':<28}{'looked at':>10}{'findings':>10}")
    for name, report in rows:
        _print(f"{name:<28}{report.looked_at:>10}{len(report.findings):>10}")
    failed = report_skipped(skipped)
    findings = sum(len(report.findings) for _, report in rows)
    _print(f"{findings or 'No'} finding{'' if findings == 1 else 's'}, {len(skipped) or 'nothing'} skipped.")
    return 1 if findings else failed


def report_skipped(reasons: Sequence[str]) -> int:
    """Say loudly what was not tried; return 1 for it where nothing may be skipped (REQUIRE_ALL=1)."""
    if not reasons:
        return 0
    _print("\n".join([_LINE, *(f"SKIPPED: {reason}" for reason in reasons), _LINE]))
    return 1 if os.environ.get("REQUIRE_ALL") == "1" else 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
