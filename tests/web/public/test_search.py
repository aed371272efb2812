"""Search and paging of a long list: results, queries needed, hostile input."""

import itertools
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import ranges
from petition.publishing.search import MAX_RESULTS, SearchQuery, search
from petition.text.names import fold
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.web.public.test_appeal_page import list_further, words

LIST = f"/appeals/{SLUG}/signatories/"
pytestmark = pytest.mark.both_databases

NAMES = ("Жаңы Өмүр «Үкүк»", "Щит и Ёлка", "Réseau d’Été", "Plain 100% Fund", "Under_score")


def find_shown(client: Client, query: str, prefix: str = "") -> list[str]:
    """Return the references of the entries on the page."""
    response = client.get(f"{prefix}{LIST}?{query}")
    assert response.status_code == 200
    return re.findall(r'<li id="([a-z]+-\d+)"', response.content.decode())


@pytest.fixture
def listed(appeal: Appeal) -> Appeal:
    for name, countries in zip(NAMES, (("KG",), ("KZ",), ("FR", "BE"), (), ("KG",)), strict=True):
        approved(appeal, organisation_name=name, countries=countries)
    return appeal


FOUND: tuple[tuple[str, list[str]], ...] = (
    ("жаңы", ["further-1"]),
    ("жаны омур", ["further-1"]),
    ("ОМУР жаны", ["further-1"]),
    ("ukuk", ["further-1"]),
    ("jany", ["further-1"]),
    ("елка", ["further-2"]),
    ("Shchit", ["further-2"]),
    ("reseau ete", ["further-3"]),
    ("Франция", ["further-3"]),
    ("%", []),
    ("_", []),
    ("100%", ["further-4"]),
    ("100_", ["further-4"]),  # punctuation parts words, so this asks for 100
    ("under_score", ["further-5"]),
    ("underXscore", []),
    ("\\", []),
    ("«»", []),
    ("helsinki norwegian", ["original-2"]),
    ("no such organisation", []),
)


def test_words_are_found_as_typed(client: Client, listed: Appeal) -> None:
    for typed, references in FOUND:
        assert find_shown(client, f"q={quote(typed)}") == references, typed


def test_results_are_filtered_by_country_and_kind(client: Client, listed: Appeal) -> None:
    assert [line for line in find_shown(client, "country=KG") if line.startswith("further")] == [
        "further-1",
        "further-5",
    ]
    assert find_shown(client, "country=BE&kind=further") == ["further-3"]
    assert find_shown(client, "country=KG&q=score") == ["further-5"]
    assert find_shown(client, "country=AQ") == []
    assert find_shown(client, "kind=original") == [f"original-{number}" for number in range(1, 36)]
    assert find_shown(client, "kind=original&country=KG&q=bir") == ["original-3"]


def test_what_is_no_longer_listed_is_never_found(client: Client, listed: Appeal) -> None:
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.ORIGINAL, 2, by=MODERATOR, at=NOON)
    for query in ("q=omur", "q=helsinki%20norwegian"):
        assert find_shown(client, query) == []
    for query in ("kind=further", "country=KG", "country=NO"):
        assert {"further-1", "original-2"}.isdisjoint(find_shown(client, query))


def test_the_first_hundred_results_are_shown_with_a_notice(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 120)
    assert len(find_shown(client, "kind=further")) == MAX_RESULTS
    assert "More than 100 entries found" in words(client.get(f"{LIST}?kind=further").content.decode())
    lines = search(SLUG, SearchQuery(q="Fund"))
    assert (len(lines), lines.has_more) == (MAX_RESULTS, True)


def test_one_result_is_counted_in_the_singular(client: Client, listed: Appeal) -> None:
    assert "1 entry found." in words(client.get(f"{LIST}?q=ukuk").content.decode())
    assert "Найдена 1 запись." in words(client.get(f"/ru{LIST}?q=ukuk").content.decode())
    assert "Nothing found." in words(client.get(f"{LIST}?q=zzz").content.decode())


def test_the_results_keep_the_search_in_every_language(client: Client, listed: Appeal) -> None:
    page = unescape(client.get(f'{LIST}?q="><script>&country=KG&kind=further').content.decode())
    assert "<script>" not in client.get(f'{LIST}?q="><script>').content.decode().partition("<body")[2]
    assert f'href="/ru{LIST}?q=%22%3E%3Cscript%3E&country=KG&kind=further"' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "Kyrgyzstan" in words(page)


HOSTILE = (
    ("country=XX", 404),
    ("country=kg", 404),
    ("country=KG%00", 400),
    ("kind=late", 404),
    ("q=a&page=1", 404),
    ("page=1e1", 404),
    ("number=0x1", 404),
    ("number=-1", 404),
    (f"q={'a' * 201}", 400),
    (f"q={'%D1%91' * 200}", 200),
    ("q=%00", 400),
    ("q=%FF%FE", 200),
    ("q=%ED%A0%80", 200),
    ("q=" + quote("' OR 1=1 --"), 200),
    (f"q={'a+' * 100}", 200),
    ("q=%F0%9F%8F%B3", 200),
    ("q=&country=&kind=", 200),
    ("q=a&q=b&country=KG&country=", 200),
    ("unknown=1", 200),
)


def test_hostile_searches_get_a_normal_page(client: Client, listed: Appeal) -> None:
    for (query, status), prefix in itertools.product(HOSTILE, ("", "/ky")):
        response = client.get(f"{prefix}{LIST}?{query}")
        assert response.status_code == status, query
        assert '<main id="main">' in response.content.decode(), query


def test_a_number_opens_its_page_and_a_high_one_the_last(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 250)
    for number, place in (
        ("1", f"{LIST}#further-1"),
        ("101", f"{LIST}?page=2#further-101"),
        ("9999999", f"{LIST}?page=3#further-9999999"),
        ("0", f"{LIST}#further-0"),
    ):
        assert client.get(f"{LIST}?number={number}")["Location"] == place


def test_a_thousand_pages_need_few_links() -> None:
    assert [link.page for link in ranges.build_page_links(500, 1000)] == [1, 498, 499, 500, 501, 502, 1000]
    assert [link.page for link in ranges.build_page_links(500, 1000) if link.is_apart] == [498, 1000]
    for page in range(1, 12):
        links = ranges.build_page_links(page, 11)
        assert [link.page for link in links] == sorted({1, *range(max(1, page - 2), min(11, page + 2) + 1), 11})
    assert [(link.first, link.last) for link in ranges.build_page_links(1, 2)] == [(1, 100), (101, 200)]


def test_the_first_and_last_page_need_the_same_queries(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 350)
    statements = {}
    for page in (2, 4):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}?page={page}")
        statements[page] = [re.sub(r"\d+", "N", query["sql"]) for query in queries.captured_queries]
    assert statements[2] == statements[4]


def test_a_search_reads_the_keys_of_each_kind_and_the_rows_that_it_shows(listed: Appeal) -> None:
    with CaptureQueriesContext(connection) as queries:
        search(SLUG, SearchQuery(q="fund"))
    assert len([query for query in queries.captured_queries if "petition_signatory" in query["sql"]]) == 3


def test_every_original_is_found_by_its_name(appeal: Appeal) -> None:
    for line in appeal.signatories.of_kind(Kind.ORIGINAL):
        assert line.number in [other.number for other in search(SLUG, SearchQuery(q=fold(line.name))).originals]
