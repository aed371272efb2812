"""A text in a language that the interface does not have: its direction and language on the page and in the PDF."""

import io
from datetime import date
from typing import Any

import pypdf
import pytest
from django.test import Client

from petition.actions.appeals.publication import publish_statement
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.audit import OPERATOR
from petition.models import TextStatus
from petition.publishing.documents.letter import build_letter
from petition.publishing.documents.pdf import render_pdf
from petition.statements.blocks import parse_blocks
from tests.factories import NOON

UKRAINIAN = "# Про свободу зібрань\n@ 9 жовтня 2020\nМи стурбовані.\n* Звільніть затриманих.\n+ Made-up Fund (Ukraine)"
ARABIC = "# نداء من أجل حرية التجمع\n@ 9 أكتوبر 2020\nنحن قلقون.\n* أطلقوا سراح المحتجزين.\n+ Made-up Fund (Tunisia)"
# Of the fonts that come with typst: the one for text has Cyrillic and no Arabic letters.
FONTS = {"uk": "LibertinusSerif", "ar": "DejaVuSans"}


def languages_in(tag: object) -> set[str]:
    """Return every language in the structure tree of a tagged PDF (ISO 32000-1, 14.9.2)."""
    tag = tag.get_object() if isinstance(tag, pypdf.generic.IndirectObject) else tag
    if isinstance(tag, list):
        return set().union(*map(languages_in, tag))
    if not isinstance(tag, dict):
        return set()
    return ({str(tag["/Lang"])} if "/Lang" in tag else set()) | languages_in(tag.get("/K", []))


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "marked", "is_rtl"), [("uk", UKRAINIAN, False), ("ar", ARABIC, True)])
def test_its_language_and_direction_are_on_the_page_and_in_the_pdf(
    client: Client, language: str, marked: str, is_rtl: bool
) -> None:
    statement = parse_blocks(marked)
    details = StatementDetails("assembly", "", language, TextStatus.OFFICIAL, date(2020, 10, 9))
    publish_statement(statement, details, by=OPERATOR, at=NOON)
    page = client.get("/appeals/assembly/").content.decode()
    direction = ' dir="rtl"' if is_rtl else ""
    assert f'<h1 lang="{language}"{direction}>{statement.title}</h1>' in page
    assert statement.demands[0] in page
    assert '<html lang="en" dir="ltr">' in page
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(build_letter("assembly", "en").for_renderer())))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"  # type: ignore[index]
    assert language in languages_in(root["/StructTreeRoot"])  # type: ignore[index]
    resources: list[Any] = [one["/Resources"] for one in reader.pages]
    fonts = {str(font.get_object()["/BaseFont"]) for one in resources for font in one["/Font"].values()}
    assert [font for font in fonts if FONTS[language] in font.replace("-", "")] != [], fonts
