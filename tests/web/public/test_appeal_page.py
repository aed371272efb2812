"""The public page: every word of the statement, the headline, and what it costs."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import brotli
import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.appeals.publication import publish_statement
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.audit import OPERATOR, record
from petition.models import Appeal, AppealText, Kind, Signatory
from petition.models.appeals import TextBlockKind, TextStatus
from tests import factories
from tests.factories import SLUG, STATEMENT, approved

PAGE = f"/appeals/{SLUG}/"
SITE = "http://127.0.0.1:8000"
PREFIXES = {"en": "", "ru": "/ru", "ky": "/ky"}


def words(html: str) -> str:
    """Return the visible text, one space between words."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def source_words() -> Iterator[str]:
    """Yield the words of the statement, with its one hyphenated word joined and without bullet signs."""
    text = re.sub(r"op-\s+position", "opposition", STATEMENT.read_text(encoding="utf-8"))
    return (word for word in text.split() if word != "•")


def test_every_word_of_the_statement_is_on_the_page_in_its_order(client: Client, appeal: Appeal) -> None:
    page = iter(words(client.get(PAGE).content.decode()).split())
    missing = [word for word in source_words() if word not in page]  # `in` goes on from where the last word stood
    assert missing == []


def test_every_word_of_the_statement_is_in_the_database(appeal: Appeal) -> None:
    text = AppealText.objects.get(appeal=appeal)
    originals = Signatory.objects.filter(appeal=appeal, kind=Kind.ORIGINAL).order_by("number")
    lines = [f"{signatory.number}. {signatory.label}" for signatory in originals]
    words = [text.title, text.dated_as_printed]
    for kind, block in text.list_blocks():
        words += ["Signed by:", *lines] if kind == TextBlockKind.SIGNATORIES else [block]
    stored = words
    assert " ".join(stored).split() == list(source_words())


def test_text_blocks_are_shown_verbatim(client: Client, appeal: Appeal) -> None:
    page = words(client.get(PAGE).content.decode())
    text = factories.statement()
    for block in (text.title, *(block.text for block in text.body)):
        assert block in page
    for signatory in text.signatories:
        assert f"{signatory.number}. {signatory.label}" in page
    assert "as well at the right to life" in page  # typos are signed too


def test_demands_are_an_ordered_list_of_eight(client: Client, appeal: Appeal) -> None:
    page = client.get(PAGE).content.decode()
    (demands,) = re.findall(r'<ol class="demands">(.*?)</ol>', page, re.S)
    assert demands.count("<li ") == 8


@pytest.mark.parametrize(
    ("further", "withheld", "headline"),
    [
        (0, 0, "35 organisations signed this appeal on 9 October 2020."),
        (1, 0, "35 organisations signed this appeal on 9 October 2020. 1 more has endorsed it since."),
        (
            2,
            14,
            "35 organisations signed this appeal on 9 October 2020. 2 more have endorsed it since. "
            "A further 14, checked by the secretariat, are not named for their safety.",
        ),
    ],
)
def test_the_headline_counts_signatories(
    client: Client, appeal: Appeal, further: int, withheld: int, headline: str
) -> None:
    for _ in range(further):
        approved(appeal)
    Appeal.objects.update(withheld_total=withheld)
    (response,) = re.findall(r'<p class="headline">(.*?)</p>', client.get(PAGE).content.decode(), re.S)
    assert words(response) == headline


def test_the_newest_twenty_come_first_and_the_whole_list_is_a_link_away(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 25)
    page = client.get(PAGE).content.decode()
    shown = [int(number) for number in re.findall(r'id="further-(\d+)"', page)]
    assert shown == list(range(25, 5, -1))
    assert f'href="/appeals/{SLUG}/signatories/"' in page
    assert "as of 23 November 2026" in words(page)


def test_an_unpublished_appeal_is_404(client: Client, appeal: Appeal) -> None:
    Appeal.objects.update(published_at=None)
    for path in ("", "signatories/", "signatories.json", "signatories.csv", "text.en.txt", "endorse/"):
        assert client.get(PAGE + path).status_code == 404


def test_an_unofficial_translation_is_marked_and_missing_languages_are_explained(
    client: Client, appeal: Appeal
) -> None:
    page = client.get(f"/ru{PAGE}").content.decode()
    assert '<section class="text" lang="en"' in page
    assert '<html lang="ru"' in page
    assert '<title lang="en">KYRGYZSTAN: ' in page
    assert "Обращение опубликовано на английском языке. Это английский текст." in words(page)
    translate(appeal, "ru")
    page = client.get(f"/ru{PAGE}").content.decode()
    assert '<section class="text" lang="ru"' in page
    assert "неофициальный перевод от 23 ноября 2026 г." in words(page)
    assert re.search(rf'<a href="{PAGE}" lang="en" hreflang="en">English</a>\s+\(официальный\)', page)
    page = " ".join(client.get(f"/ky{PAGE}").content.decode().split())
    assert '<section class="text" lang="en"' in page  # the official text stands in for one that is not there
    assert "Русский</a> (2026-ж., 23-ноябрь күнкү расмий эмес котормо)" in page


def translate(appeal: Appeal, language: str) -> None:
    """Publish the official text as an unofficial translation, like `import_statement --language`."""
    edition = StatementDetails(
        slug=appeal.slug,
        issuer=appeal.issuer,
        language=language,
        status=TextStatus.UNOFFICIAL,
        dated=date(2026, 11, 23),
    )
    publish_statement(factories.statement(), edition, by=OPERATOR, at=factories.NOON)


def test_the_demands_at_a_glance_are_quoted_from_their_beginning(client: Client, appeal: Appeal) -> None:
    page = client.get(PAGE).content.decode()
    (glance,) = re.findall(r'<nav class="asks".*?</nav>', page, re.S)
    links = re.findall(r'<a href="#demand-(\d)">(.*?)</a>', glance)
    assert [number for number, _ in links] == list("12345678")
    for (_, shown), demand in zip(links, factories.statement().demands, strict=True):
        clause = unescape(shown).removesuffix("…")
        assert demand.startswith(clause)
        assert demand == clause or re.match(r"[,;:]| [–—] ", demand.removeprefix(clause))  # no phrase is cut


def test_each_language_of_a_page_links_to_the_others(client: Client, appeal: Appeal) -> None:
    """hreflang names every language, itself included, by absolute address, and English for all others; the canonical
    address is the page's own."""
    list_further(appeal, 101)
    for path, query in ((PAGE, ""), (f"{PAGE}signatories/", ""), (f"{PAGE}signatories/", "?page=2")):
        for prefix in ("", "/ru", "/ky"):
            head = client.get(prefix + path + query).content.decode().partition("</head>")[0]
            alternates = dict(re.findall(r'rel="alternate" hreflang="(.*?)" href="(.*?)"', head))
            expected = {code: SITE + place + path + query for code, place in PREFIXES.items()}
            assert alternates == expected | {"x-default": SITE + path + query}
            assert f'<link rel="canonical" href="{SITE}{prefix}{path}{query}">' in head


def list_further(appeal: Appeal, last: int, *, first: int = 1) -> None:
    """List many names with two statements, with the same result as many approvals."""
    event = record("approve", subject=appeal, by=OPERATOR, at=factories.NOON)
    Signatory.objects.bulk_create(
        Signatory(
            appeal=appeal,
            kind=Kind.FURTHER,
            number=number,
            label=f"Made-up Fund {number} (Kyrgyzstan)",
            name=f"Made-up Fund {number}",
            countries="KG",
            countries_as_printed="Kyrgyzstan",
            folded=f"made up fund {number} kyrgyzstan",
            listed_on=event.at.date(),
            explained_by=event.pk,
        )
        for number in range(first, last + 1)
    )
    Appeal.objects.filter(pk=appeal.pk).update(last_number=last, revision=F("revision") + last)


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len(context)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}signatories/", f"{PAGE}signatories.json", f"{PAGE}signatories.csv"])
def test_queries_do_not_grow_with_the_list(client: Client, appeal: Appeal, path: str) -> None:
    list_further(appeal, 1)
    few = count_queries(client, path)
    second = factories.an_appeal("another-2020")
    list_further(second, 300)
    assert count_queries(client, path.replace(SLUG, "another-2020")) == few


def test_the_page_is_small(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 300)
    page = client.get(PAGE).content
    assert len(brotli.compress(page, quality=5)) <= 10 * 1024
    loaded = re.findall(rb'<(?:link rel="stylesheet"|script)[^>]+(?:href|src)="([^"]+)"', page)
    assert 1 <= len(loaded) <= 2
    for address in loaded:
        content = b"".join(client.get(address.decode()))
        assert len(brotli.compress(content, quality=5)) <= 8 * 1024
    assert b"<img" not in page
