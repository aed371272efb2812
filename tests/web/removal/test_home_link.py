"""All links of pages that belong to no appeal keep the language of the page."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from petition.models import Appeal
from tests.factories import SLUG, an_appeal

PREFIXES = ["", "/ru", "/ky"]
PATHS_WITHOUT_APPEAL = [
    "/accessibility/",
    "/privacy/",
    "/code/",
    "/change/",
    "/nowhere/",
    f"/endorsements/{'A' * 43}/",
    f"/endorsements/{'A' * 43}/confirm/",
]
"""`/change/` is a page only if there are several appeals; the last three are error pages."""


def find_links(html: str) -> Iterator[tuple[str, bool]]:
    """Yield the target of each link, and whether it is marked as another language."""
    for tag in re.findall(r"<a\b[^>]*>", html):
        if target := re.search(r'href="(/[^"]*)"', tag):
            yield target[1], "hreflang" in tag


def find_home_link(html: str) -> str:
    match = re.search(r'<p class="home">\s*<a href="([^"]*)"', html)
    assert match
    return match[1]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("appeals", [0, 1, 2])
def test_every_link_keeps_the_language(db: None, client: Client, prefix: str, appeals: int) -> None:
    for slug in [SLUG, "second-2026"][:appeals]:
        an_appeal(slug)
    for path in PATHS_WITHOUT_APPEAL:
        html = client.get(prefix + path, follow=True).content.decode()
        for target, is_other_language in find_links(html):
            assert is_other_language or target.startswith(f"{prefix}/"), (path, target)
            assert is_other_language or prefix or not target.startswith(("/ru/", "/ky/")), (path, target)


@pytest.mark.parametrize("prefix", PREFIXES[1:])
def test_the_home_link_keeps_the_language_whatever_the_browser_prefers(
    appeal: Appeal, client: Client, prefix: str
) -> None:
    for path in PATHS_WITHOUT_APPEAL:
        home = find_home_link(client.get(prefix + path, follow=True).content.decode())
        response = client.get(home, headers={"accept-language": "en"}, follow=True)
        assert response.status_code == 200
        assert response.request["PATH_INFO"] == f"{prefix}/appeals/{SLUG}/", path
