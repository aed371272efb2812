"""What search engines and networks read about a page."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from petition.actions.listing.editions import freeze
from petition.models import Appeal
from tests.checkers.gathering.gathered import Document, Gathered
from tests.checkers.heads import LOCALES, Head, check
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved

SITE = "http://127.0.0.1:8000"
PAGE = f"/appeals/{SLUG}/"
PREFIXES = {"en": "", "ru": "/ru", "ky": "/ky"}
PAGES = (
    *(f"{PAGE}{end}" for end in ("", "signatories/", "changes/", "figures/", "endorse/", "change/")),
    f"{PAGE}editions/2026-11-23/",
    "/accessibility/",
    "/privacy/",
)
Fetch = Callable[[str], Document]


@pytest.fixture
def fetch(client: Client, appeal: Appeal) -> Fetch:
    """Fetch a page of an appeal that has a further signatory and an edition."""
    approved(appeal)
    freeze(SLUG, dated=date(2026, 11, 23), addressee="The President", by=MODERATOR, at=NOON)

    def get(path: str) -> Document:
        response = client.get(path)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Document(path, SITE + path, response.status_code, headers, response.content)

    return get


@pytest.mark.parametrize("path", PAGES)
def test_each_page_describes_itself_in_each_language(fetch: Fetch, path: str) -> None:
    """The card is drawn by another process, so it is not fetched here."""
    pages = [fetch(prefix + path) for prefix in PREFIXES.values()]
    assert [page.status for page in pages] == [200, 200, 200]
    assert check(Gathered(SITE, published=pages)).findings == []
    for language, head in zip(PREFIXES, map(Head, pages), strict=True):
        address = f"{SITE}{PREFIXES[language]}{path}"
        assert head.is_indexed
        assert head.canonical == head.metas["og:url"] == [address]
        assert head.alternates["x-default"] == SITE + path
        assert head.metas["og:locale"] == [LOCALES[language]]
    assert len({Head(page).metas["description"][0] for page in pages}) == 3, "one is not translated"


def test_no_two_pages_have_one_description(fetch: Fetch) -> None:
    descriptions = [Head(fetch(path)).metas["description"][0] for path in PAGES]
    assert len(set(descriptions)) == len(PAGES)


def test_the_list_of_appeals_describes_itself(fetch: Fetch) -> None:
    an_appeal("second-2026")
    pages = [fetch(prefix + path) for prefix in PREFIXES.values() for path in ("/", "/change/")]
    assert check(Gathered(SITE, published=pages)).findings == []


def test_the_sitemap_lists_editions(fetch: Fetch) -> None:
    sitemap = fetch("/sitemap.xml").text
    for prefix in PREFIXES.values():
        assert f"<loc>{SITE}{prefix}{PAGE}editions/2026-11-23/</loc>" in sitemap


def test_answers_to_a_form_are_not_indexed(fetch: Fetch) -> None:
    for end in ("change/sent/", "change/message/sent/", "endorse/check-mail/", "endorse/code/"):
        assert not Head(fetch(PAGE + end)).is_indexed, end


@pytest.mark.parametrize(
    ("spoil", "by", "finding"),
    [
        ('hreflang="x-default"', 'hreflang="de"', "links to these languages"),
        ('content="en_GB"', 'content="en"', "og:locale is ['en']"),
        (f'canonical" href="{SITE}{PAGE}"', f'canonical" href="{SITE}/"', "is canonical elsewhere"),
        ('<meta name="description"', '<meta name="about"', "has no description"),
        ('<meta property="og:image" ', '<meta property="og:picture" ', "og:image is said 0 times"),
    ],
)
def test_what_is_wrong_is_found(fetch: Fetch, spoil: str, by: str, finding: str) -> None:
    page = fetch(PAGE)
    assert spoil in page.text
    spoilt = Document(page.name, page.url, 200, page.headers, page.text.replace(spoil, by).encode())
    words = [
        found.words
        for found in check(Gathered(SITE, published=[spoilt, *map(fetch, ("/ru" + PAGE, "/ky" + PAGE))])).findings
    ]
    assert any(finding in one for one in words), words
