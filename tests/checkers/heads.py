"""What search engines and networks read in a page: description, canonical address, languages, Open Graph."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from tests.checkers.gathering.gathered import Document, Finding, Gathered, Report

LOCALES: Final = {"en": "en_GB", "ru": "ru_RU", "ky": "ky_KG"}
_ANSWERS: Final = ("/sent/", "/check-mail/")
"""Ends of addresses that answer a form; nobody looks for them."""
_LONGEST: Final = 300  # characters of a description
_NEEDED: Final = (
    "title",
    "type",
    "url",
    "image",
    "image:width",
    "image:height",
    "image:alt",
    "description",
    "site_name",
)
"""Properties of Open Graph; the first four are those that its protocol requires."""


class Head(HTMLParser):
    """The elements of a page's head."""

    def __init__(self, page: Document) -> None:
        super().__init__()
        self.page = page
        self.language = ""
        self.metas: dict[str, list[str]] = defaultdict(list)
        self.links: list[dict[str, str]] = []
        self.feed(page.text.partition("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element says."""
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "meta":
            self.metas[values.get("name") or values.get("property", "")].append(values.get("content", ""))
        elif tag == "link":
            self.links.append(values)

    @property
    def is_indexed(self) -> bool:
        """Return whether search engines may list the page."""
        return "noindex" not in (*self.metas["robots"], self.page.headers.get("x-robots-tag", ""))

    @property
    def canonical(self) -> list[str]:
        """Return the canonical addresses that it names."""
        return [link["href"] for link in self.links if link.get("rel") == "canonical"]

    @property
    def alternates(self) -> dict[str, str]:
        """Return the address of the page in each language, and of the one for all others."""
        return {link["hreflang"]: link["href"] for link in self.links if "hreflang" in link}


def check(gathered: Gathered) -> Report:
    """Check the head of each published page that is no error page."""
    pages = [page for page in gathered.published if page.is_page and page.status == 200]
    heads = [Head(page) for page in pages if not page.path.partition("?")[0].endswith(_ANSWERS)]
    by_address = {head.page.url: head for head in heads}
    findings = [
        Finding(head.page.path, words)
        for head in heads
        for words in (*_basics(head), *(() if head.page.path.endswith("/embed/") else _languages(head, by_address)))
    ]
    findings += [Finding(head.page.path, words) for head in heads if head.metas["og:title"] for words in _graph(head)]
    findings += _repeated(heads)
    cards = [card for card in gathered.published if card.kind == "image/png"]
    findings += [Finding(card.path, "is not 1200 × 630") for card in cards if _size(card.body) != (1200, 630)]
    return Report(len(heads), findings)


def _basics(head: Head) -> Iterator[str]:
    descriptions, canonical = head.metas["description"], head.canonical
    if len(descriptions) != 1 or not 20 <= len(descriptions[0]) <= _LONGEST:
        yield f"has no description, or not one: {descriptions}"
    if len(canonical) != 1:
        yield f"has {len(canonical)} canonical addresses"
    elif head.is_indexed and canonical[0] not in {head.page.url, head.page.url.partition("?")[0]}:
        yield f"is canonical elsewhere: {canonical[0]}"
    if head.is_indexed and not head.metas["og:title"]:
        yield "says nothing in Open Graph"


def _languages(head: Head, by_address: dict[str, Head]) -> Iterator[str]:
    alternates = head.alternates
    if set(alternates) != {*LOCALES, "x-default"}:
        yield f"links to these languages: {sorted(alternates)}"
    if [alternates.get(head.language)] != head.canonical:
        yield "does not name itself among its languages"
    for language, address in alternates.items():
        other = by_address.get(address)
        if other is None:
            yield f"{language} leads to {address}, which is no page"
        elif other.alternates != alternates:
            yield f"{language} names other languages than this page"


def _graph(head: Head) -> Iterator[str]:
    """Yield what is wrong with Open Graph's properties, by the rules of its protocol."""
    said = {name.removeprefix("og:"): values for name, values in head.metas.items() if name.startswith("og:")}
    for name in _NEEDED:
        if len(said.get(name, [])) != 1 or not said[name][0]:
            yield f"og:{name} is said {len(said.get(name, []))} times"
    if said.get("locale") != [LOCALES.get(head.language)]:
        yield f"og:locale is {said.get('locale')}"
    if said.get("locale:alternate") != [code for key, code in LOCALES.items() if key != head.language]:
        yield f"og:locale:alternate is {said.get('locale:alternate')}"
    if said.get("url") != head.canonical:
        yield f"og:url is {said.get('url')}, and not the canonical address"
    if said.get("description") != head.metas["description"]:
        yield "og:description is another one than the description"


def _repeated(heads: list[Head]) -> Iterator[Finding]:
    """Yield descriptions that several pages in one language have, of those that search engines list."""
    pages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for head in heads:
        if head.is_indexed and head.canonical:
            pages[head.language, "".join(head.metas["description"])].add(head.canonical[0])
    for (_, words), addresses in pages.items():
        if len(addresses) > 1:
            yield Finding(", ".join(sorted(addresses)), f"have one description: {words}")


def _size(png: bytes) -> tuple[int, ...]:
    """Return width and height from the header of the file (PNG, 11.2.2)."""
    return struct.unpack(">II", png[16:24])
