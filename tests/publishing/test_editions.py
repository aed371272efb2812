"""Editions, the card and the widget, as a visitor gets them."""

import io
import itertools
import re
from datetime import timedelta

import pytest
from django.test import Client
from docx import Document
from pypdf import PdfReader

from petition.actions.appeals.demonstration import get_or_create_appeal
from petition.actions.listing.editions import freeze
from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import queries
from petition.publishing.documents import card, letter, png
from tests.factories import MODERATOR, NOON, SLUG, approved, statement
from tests.publishing.readers import KINDS, PREFIXES, each_language, read_document
from tests.tooling.test_translations import english_left_in

DATED = NOON.date().isoformat()
ADDRESSEE = "Жогорку Кеңеш"


@pytest.fixture
def delivered(appeal: Appeal) -> Appeal:
    """An edition with two further names, one of them removed since, and one name that joined since."""
    for name in ("Fund One", "Gone Fund"):
        approved(appeal, organisation_name=name, countries=())
    freeze(SLUG, dated=NOON.date(), addressee=ADDRESSEE, by=MODERATOR, at=NOON)
    approved(appeal, organisation_name="Later Fund", countries=(), at=NOON + timedelta(days=9))
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON + timedelta(days=9))
    return appeal


def address(end: str, language: str = "en", slug: str = SLUG) -> str:
    return f"{PREFIXES[language]}/appeals/{slug}/editions/{DATED}{end}"


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.both_databases
def test_the_page_shows_the_edition_and_later_names(client: Client, delivered: Appeal) -> None:
    page = " ".join(client.get(address("/")).content.decode().split())
    held, joined = page.split("Endorsed since")
    assert "Edition of 23 November 2026" in held
    assert f"Addressee: {ADDRESSEE}" in words(held)
    assert re.search(r'id="further-1".*Fund One', held)
    assert re.search(r'id="further-2".*No longer listed', held)
    assert "<strong>2</strong> more have endorsed it since" in held
    assert "As of 2 December 2026" in joined
    assert "Later Fund" in joined
    assert "Gone Fund" not in page
    assert len(re.findall(r'\bid="', page)) == len(set(re.findall(r'\bid="([^"]+)', page)))
    assert all(address(f".{kind}") in page for kind in KINDS)


@each_language
def test_the_page_is_in_the_language_of_its_address(client: Client, delivered: Appeal, language: str) -> None:
    page = client.get(address("/", language)).content.decode()
    assert f'<html lang="{language}"' in page
    if language != "en":
        assert english_left_in(page, "Civic Solidarity Platform", "Fund", "One", "Later") == set()


@pytest.mark.usefixtures("in_process")
def test_each_document_of_an_edition_has_the_same_text_and_no_person(client: Client, delivered: Appeal) -> None:
    for language, kind in itertools.product(PREFIXES, KINDS):
        response = client.get(address(f".{kind}", language))
        assert response.status_code == 200
        suffix = "" if language == "en" else f"-{language}"
        assert f'filename="{SLUG}-edition-{DATED}{suffix}.{kind}"' in response["Content-Disposition"]
        shown, written = read_document(response.content, kind), letter.build_letter(SLUG, language, dated=DATED)
        for text in (written.delivered, written.later_note, written.since, written.headline if kind != "txt" else ""):
            assert " ".join(text.split()) in shown, (language, kind)
        assert ADDRESSEE in written.delivered
        assert f"{written.since} {written.as_of_printed} 3. Later Fund" in shown
        assert "Gone" not in shown
        assert "1. Fund One" in shown
        assert written.address.endswith(address("/", language))
        if language == "en":
            assert "35 organisations signed" in written.headline
            assert "2 more have" in written.headline
        if kind == "docx":
            about = Document(io.BytesIO(response.content)).core_properties
            assert (about.author, about.last_modified_by) == ("Civic Solidarity Platform",) * 2
        elif kind == "pdf":
            metadata = PdfReader(io.BytesIO(response.content)).metadata
            assert metadata
            assert metadata.author == "Civic Solidarity Platform"


@pytest.mark.both_databases
def test_withheld_names_are_counted_as_on_that_day(client: Client, appeal: Appeal) -> None:
    Appeal.objects.update(withheld_total=14)
    freeze(SLUG, dated=NOON.date(), addressee=ADDRESSEE, by=MODERATOR, at=NOON)
    Appeal.objects.update(withheld_total=15)
    assert "A further 14, checked" in words(client.get(address("/")).content.decode())
    assert "A further 14, checked" in letter.build_letter(SLUG, "en", dated=DATED).after_list[-1]
    assert "A further 15, checked" in letter.build_letter(SLUG, "en").after_list[-1]


def test_the_appeal_lists_its_editions_if_it_has_any(client: Client, appeal: Appeal) -> None:
    path = f"/appeals/{SLUG}/"
    assert "Delivered editions" not in client.get(path).content.decode()
    freeze(SLUG, dated=NOON.date(), addressee="<b>Parliament</b>", by=MODERATOR, at=NOON)
    page = " ".join(client.get(path).content.decode().split())
    assert f'<a href="{address("/")}">23 November 2026</a> (<bdi>&lt;b&gt;Parliament&lt;/b&gt;</bdi>)' in page


def test_other_dates_are_not_found(client: Client, delivered: Appeal) -> None:
    for dated in ("2026-11-24", "2026-99-99", "0000-00-00", "２０２６-11-23"):
        for end in ("/", ".pdf"):
            assert client.get(f"/appeals/{SLUG}/editions/{dated}{end}").status_code == 404
    assert client.get(address("/", slug="none")).status_code == 404


def test_a_very_long_edition_ends_with_the_address_of_the_data(
    client: Client, delivered: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_NAMES", 36)
    page = client.get(address("/")).content.decode()
    assert "Fund One" in page
    assert "Later Fund" not in page
    assert f'The rest of the list: <a href="/appeals/{SLUG}/signatories.csv">' in page


# --- the card ---


@pytest.mark.usefixtures("in_process")
@each_language
def test_the_card_shows_title_and_numbers(client: Client, delivered: Appeal, language: str) -> None:
    Appeal.objects.update(withheld_total=1400)
    response = client.get(f"{PREFIXES[language]}/appeals/{SLUG}/card.png")
    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert [int.from_bytes(response.content[at : at + 4]) for at in (16, 20)] == [1200, 630]  # IHDR
    shown = card.build_card(SLUG, language)
    assert shown.title == statement().title
    assert [number.replace("\xa0", " ").replace(",", " ") for number, _ in shown.counts] == ["35", "2", "1 400"]
    if language != "en":
        assert english_left_in(" ".join(label for _, label in shown.counts)) == set()
    assert "Fund" not in str(shown)


def test_a_card_is_reproducible_and_marks_a_demonstration(db: None) -> None:
    get_or_create_appeal("demo", statement(), at=NOON)
    shown = card.build_card("demo", "en")
    assert shown.demonstration == "Demonstration: everything here is made up."
    assert png.render_png(shown.for_renderer()) == png.render_png(shown.for_renderer())
    plain = shown.for_renderer() | {"demonstration": ""}
    assert png.render_png(plain) != png.render_png(shown.for_renderer())


def test_any_title_fits_the_card(appeal: Appeal) -> None:
    shown = card.build_card(SLUG, "en").for_renderer()
    for title in ("W" * 400, "word " * 120, '#eval(1) *x* $y$ <b>"', "منظمة حقوق الإنسان", ""):
        assert png.render_png(shown | {"title": title}).startswith(b"\x89PNG"), title


@each_language
def test_pages_have_metadata_for_sharing(client: Client, delivered: Appeal, language: str) -> None:
    site = "http://127.0.0.1:8000"
    for end in ("/", "/signatories/", f"/editions/{DATED}/"):
        path = f"{PREFIXES[language]}/appeals/{SLUG}{end}"
        page = client.get(path).content.decode()
        meta = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', page))
        assert meta["og:url"] == site + path
        assert meta["og:image"] == f"{site}{PREFIXES[language]}/appeals/{SLUG}/card.png"
        assert meta["og:locale"] == {"en": "en_GB", "ru": "ru_RU", "ky": "ky_KG"}[language]
        assert meta["twitter:card"] == "summary_large_image"
        (described,) = re.findall(r'<meta name="description" content="([^"]*)"', page)
        assert meta["og:description"] == described != ""


# --- the widget ---


@each_language
def test_the_widget_is_small_and_links_to_the_site(client: Client, delivered: Appeal, language: str) -> None:
    path = f"{PREFIXES[language]}/appeals/{SLUG}"
    page = client.get(f"{path}/embed/").content.decode()
    assert len(page) < 3000
    assert "<script" not in page
    assert '<base target="_blank">' in page
    assert f'href="{path}/endorse/"' in page
    assert statement().title in page
    assert "Fund" not in page
    if language != "en":
        assert english_left_in(page, "Civic Solidarity Platform") == set()


def test_the_appeal_has_a_snippet_for_other_sites(client: Client, appeal: Appeal) -> None:
    page = client.get(f"/ru/appeals/{SLUG}/").content.decode()
    (shown,) = re.findall(r'<code class="address">(&lt;iframe.*?)</code>', page)
    src = f"http://127.0.0.1:8000/ru/appeals/{SLUG}/embed/"
    assert shown.startswith(f'&lt;iframe src="{src}" title="Civic Solidarity Platform"')
    Appeal.objects.update(issuer='A "B" <C>')
    page = client.get(f"/ru/appeals/{SLUG}/").content.decode()
    assert 'title="A &amp;quot;B&amp;quot; &amp;lt;C&amp;gt;"' in page
