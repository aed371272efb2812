"""Pages that belong to no appeal lead home, and everywhere else, in their own language."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from petition.models import Appeal
from tests.factories import SLUG, an_appeal

PREFIXES = ["", "/ru", "/ky"]
OF_NO_APPEAL = [
    "/accessibility/",
    "/privacy/",
    "/code/",
    "/change/",
    "/nowhere/",
    f"/endorsements/{'A' * 43}/",
    f"/endorsements/{'A' * 43}/confirm/",
]
"""`/change/` is a page where there are several appeals, the last three are errors."""


def links(html: str) -> Iterator[tuple[str, bool]]:
    """Where each link leads, and whether it is said to be in another language."""
    for tag in re.findall(r"<a\b[^>]*>", html):
        if target := re.search(r'href="(/[^"]*)"', tag):
            yield target[1], "hreflang" in tag


def home_of(html: str) -> str:
    found = re.search(r'<p class="home"><a href="([^"]*)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("appeals", [0, 1, 2])
def test_every_link_keeps_the_language(db: None, client: Client, prefix: str, appeals: int) -> None:
    for slug in [SLUG, "second-2026"][:appeals]:
        an_appeal(slug)
    for path in OF_NO_APPEAL:
        html = client.get(prefix + path, follow=True).content.decode()
        for target, elsewhere in links(html):
            assert elsewhere or target.startswith(f"{prefix}/"), (path, target)
            assert elsewhere or prefix or not target.startswith(("/ru/", "/ky/")), (path, target)


@pytest.mark.parametrize("prefix", PREFIXES[1:])
def test_the_way_home_ends_in_the_same_language_whatever_the_browser_asks_for(
    appeal: Appeal, client: Client, prefix: str
) -> None:
    for path in OF_NO_APPEAL:
        home = home_of(client.get(prefix + path, follow=True).content.decode())
        answer = client.get(home, headers={"accept-language": "en"}, follow=True)
        assert answer.status_code == 200
        assert answer.request["PATH_INFO"] == f"{prefix}/appeals/{SLUG}/", path
