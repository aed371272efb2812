"""The two sentences on top of each staff page."""

import re

import pytest
from django.test import Client
from django.utils import translation

from petition.admin.page_help import PAGE_HELP
from petition.admin.pages import PAGES, RIGHTS
from petition.models import Appeal
from tests.factories import confirmed

MOST_WORDS = 25
NO_STAFF_PAGES = {"admin:upload_template", "admin:draft_preview"}
"""A file, and the page that visitors will see."""


def test_each_page_has_its_sentences_and_each_sentence_a_page() -> None:
    shown = {f"admin:{page.name}" for page in PAGES if page.get and not page.polled} - NO_STAFF_PAGES
    assert shown - set(PAGE_HELP) == set()
    assert set(PAGE_HELP) - set(RIGHTS) == set()


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_they_are_two_short_sentences(language: str) -> None:
    with translation.override(language):
        for page, words in PAGE_HELP.items():
            sentences = re.findall(r"[^.!?]+[.!?](?=\s|$)", str(words))
            assert len(sentences) == 2, (page, str(words))
            assert "".join(sentences) == str(words), page
            assert max(len(sentence.split()) for sentence in sentences) <= MOST_WORDS, (page, str(words))
            assert language == "en" or not re.search("[A-Za-z]{2,}", str(words)), (page, str(words))


def test_they_stand_below_the_title(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    for name, path in (("index", ""), ("endorsement", f"endorsements/{row.pk}/"), ("search", "search/?q=x")):
        page = staff.get(f"/admin/{path}").content.decode()
        assert f'<p class="staff-help">{PAGE_HELP[f"admin:{name}"]}</p>' in page
        assert page.count('class="staff-help"') == 1
    russian = staff.get("/admin/", headers={"accept-language": "ru"}).content.decode()
    with translation.override("ru"):
        assert f'<p class="staff-help">{PAGE_HELP["admin:index"]}</p>' in russian
