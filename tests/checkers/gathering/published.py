"""Everything that the site shows to everybody, from link to link: pages, documents and data in all languages."""

import re
import time
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.checkers.gathering.gathered import Document, Finding, Gathered
from tests.site import SLUG, Site

DATA = (".json", ".atom", "/signatories.json", "/signatories.csv", "/signatories.csv-metadata.json")
"""The files of an appeal that programs read, by what follows its address."""
PHASES = ("upcoming", "closed", "open")
FORMS = (
    *(f"/appeals/{SLUG}/{end}" for end in ("endorse/", "endorse/check-mail/", "endorse/code/", "change/")),
    *("/", "/code/", "/change/", f"/appeals/{SLUG}/change/sent/", f"/appeals/{SLUG}/change/message/sent/"),
    *("/nothing/", f"/endorsements/{'A' * 43}/", "/appeals/demo/", "/appeals/demo/embed/"),
)
"""What else everybody can open: forms, answers, error pages, the demonstration."""
_LIST_PAGES = """
import django
django.setup()
from petition.publishing.public_paths import list_public_pages
print(*(page.path for page in list_public_pages()))
"""
_LINK = re.compile(r'(?:href|src)="([^"]+)"|content="(http[^"]+)"|<loc>([^<]+)')


def fetch(address: str) -> Document:
    """Return what is at the address; a redirect is not followed."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path, headers={"Accept-Language": "en"})
    with connection.getresponse() as answer:
        document = Document(path, address, answer.status, _headers_of(answer), answer.read())
    connection.close()
    return document


def _headers_of(answer: HTTPResponse) -> dict[str, str]:
    """Return the headers, several with one name as one list (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for name, value in answer.getheaders():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def fetch_published(site: Site, gathered: Gathered) -> None:
    """Fetch every public address and what it links to, each once; what is broken is a problem."""
    paths = site.output_of("-c", _LIST_PAGES).split()
    paths += [prefix + path for path in FORMS for prefix in ("", "/ru", "/ky")]
    waiting = [(site.url + path, "") for path in paths]
    visited = {address for address, _ in waiting}
    while waiting:
        address, linked_from = waiting.pop()
        document = fetch(address)
        found = _links_of(document) if document.kind in {"text/html", "application/xml"} else []
        if 300 <= document.status < 400:
            found = [urljoin(address, document.headers["location"])]
        elif document.status == 200 or document.is_page:
            gathered.published.append(document)
        if linked_from and document.status >= 400:
            gathered.problems.append(Finding(linked_from, f"links to {document.path}: {document.status}"))
        for link in {urldefrag(one).url for one in found} - visited:
            if link.startswith(f"{site.url}/") and "/admin/" not in link:
                visited.add(link)
                waiting.append((link, document.path))


def _links_of(document: Document) -> list[str]:
    found = [unescape(next(filter(None, groups))) for groups in _LINK.findall(document.text)]
    return [urljoin(document.url, link) for link in found]


def fetch_phases(site: Site, gathered: Gathered) -> None:
    """Fetch the data of both appeals, one with further endorsements and one without, in each phase of the first."""
    for phase in PHASES:
        site.output_of("-m", "tests.browser.closing", SLUG, phase)
        _wait_for(site, phase, gathered)
        paths = [f"/appeals/{slug}{end}" for slug in (SLUG, "demo") for end in DATA]
        gathered.phases[phase] = [fetch(site.url + path) for path in [*paths, f"/appeals/{SLUG}/endorse/"]]


def _wait_for(site: Site, phase: str, gathered: Gathered) -> None:
    """Wait until the open data says the phase, which pages from memory do a moment later."""
    for _ in range(100):
        if f'"phase": "{phase}"' in fetch(f"{site.url}/appeals/{SLUG}.json").text:
            return
        time.sleep(0.1)
    gathered.problems.append(Finding(f"phase {phase}", "the open data never said so"))
