"""Every page of staff, from link to link, as the first administrator, who has all rights."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

import django
from playwright.sync_api import APIRequestContext, Browser

from tests.browser.visit import Visit
from tests.checkers.gathering.gathered import Document, Finding, Gathered
from tests.site import Site

_EACH: Final = 4
"""Pages of one kind, such as one endorsement's, that are fetched at most."""
_UNLINKED: Final = (
    *("/admin/", "/admin/login/", "/admin/logout/", "/admin/reauthenticate/", "/admin/search/?q=fund"),
    *("/admin/jsi18n/", "/admin/held-list/", "/admin/mails/", "/admin/floods/"),
)
"""Where a crawl begins; what only a form or a decision leads to."""
_ELSEWHERE: Final = {
    "account_inactive": "only for accounts that are switched off",
    "invitation": "a state of `make screens`",
    "mfa_authenticate": "the account has no second factor",
    "mfa_reauthenticate": "the account has no second factor",
    "mfa_reauthenticate_webauthn": "the account has no passkey",
    "mfa_deactivate_totp": "the account has no second factor",
    "mfa_list_webauthn": "the account has no passkey",
    "mfa_edit_webauthn": "the account has no passkey",
    "mfa_remove_webauthn": "the account has no passkey",
    "mfa_view_recovery_codes": "the account has no second factor",
    "mfa_generate_recovery_codes": "the account has no second factor",
    "mfa_download_recovery_codes": "the account has no second factor",
    "admin:batch": "a state of `make screens`",
    "admin:text_proposal": "needs two editors",
    "admin:arrivals": "no page: JSON",
}
"""Addresses that the crawl may leave out, and why."""


def fetch_staff_pages(browser: Browser, site: Site, gathered: Gathered, languages: Sequence[str]) -> None:
    """Add every page that a link leads to; an address of petition/admin/pages.py that none leads to is a problem."""
    names_of, wanted = _read_tables()
    for language in languages:
        context = browser.new_context(locale="en-GB" if language == "en" else language)
        try:
            Visit(context, site).sign_in()
            seen: Counter[str] = Counter()
            for document in _crawl(context.request, site, language, names_of, seen):
                gathered.states.append(document)
                if document.status >= 400:
                    gathered.problems.append(Finding(document.path, f"a staff page leads here: {document.status}"))
        finally:
            context.close()
        missing = sorted(wanted - set(seen) - set(_ELSEWHERE))
        gathered.problems += [Finding(f"{name}, {language}", "no staff page leads here") for name in missing]


def _read_tables() -> tuple[Callable[[str], str], set[str]]:
    """Return how a path gets the name of its row in petition/admin/pages.py, and the names of all that take GET."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
    django.setup()
    from django.urls import Resolver404, resolve

    from petition.admin.pages import NOBODY, RIGHTS

    def name_of(path: str) -> str:
        try:
            match = resolve(path)
        except Resolver404:
            return ""
        return match.view_name if match.url_name else match.route

    return name_of, {name for name, row in RIGHTS.items() if row.get not in (None, NOBODY) and "/" not in name}


def _crawl(
    requests: APIRequestContext, site: Site, language: str, name_of: Callable[[str], str], seen: Counter[str]
) -> Iterator[Document]:
    """Yield the pages below /admin/, each once, at most _EACH with one name; count the names in `seen`."""
    waiting, known = list(_UNLINKED), set(_UNLINKED)
    while waiting:
        path = waiting.pop(0)
        if seen[name := name_of(urlsplit(path).path)] >= _EACH:
            continue
        seen[name] += 1
        answer = requests.get(site.url + path, headers={"Accept-Language": language})
        document = Document(f"staff, {language}", answer.url, answer.status, answer.headers, answer.body())
        yield document
        if not document.is_page:
            continue
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', document.text):
            parts = urlsplit(urldefrag(urljoin(answer.url, unescape(link))).url)
            place = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if parts.path.startswith("/admin/") and place not in known:
                known.add(place)
                waiting.append(place)
