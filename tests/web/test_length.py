"""The pages of an organisation's way are short: a limit of words for each, in English."""

import re
from html import unescape

import pytest
from django.test import Client

from petition.models import Appeal
from tests.factories import SLUG
from tests.web.endorse.test_check_mail import submit_form
from tests.web.endorse.test_endorse import confirm_url
from tests.web.own_page.test_own_page import create_own_page

FORM = f"/appeals/{SLUG}/endorse/"


def count_words(page: str, *, after: str = "<main") -> int:
    """Return the number of words from `after` to the end of <main>, without hidden ones and the options of lists."""
    _, _, main = page.partition("</main>")[0].partition(after)
    if not after.endswith(">"):
        main = main.partition(">")[2]
    shown = re.sub(r"<(\w+)[^>]* hidden\b.*?</\1>|<(option|script)\b.*?</\2>|<[^>]*>", " ", main, flags=re.DOTALL)
    return len(re.findall(r"[^\W_][\w’'.@/:-]*", unescape(shown)))


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_form(client: Client, appeal: Appeal) -> None:
    # The title of the appeal is the issuer's and not ours.
    assert 100 < count_words(read(client, FORM)) - len(appeal.texts.get().title.split()) <= 220


def test_the_page_after_sending(client: Client, appeal: Appeal) -> None:
    assert 20 < count_words(read(client, submit_form(appeal))) <= 80


def test_the_page_that_asks_to_confirm(client: Client, appeal: Appeal) -> None:
    assert (
        10 < count_words(read(client, confirm_url(client)), after="<h1") - len(appeal.texts.get().title.split()) <= 80
    )


@pytest.mark.parametrize("decided", [False, True])
def test_the_own_page(client: Client, appeal: Appeal, decided: bool) -> None:
    _, address = create_own_page(appeal, decided=decided)
    assert 20 < count_words(read(client, address)) <= 110


def test_the_privacy_page_after_its_summary_of_five_lines(client: Client, appeal: Appeal) -> None:
    page = read(client, "/privacy/")
    summary = re.search(r"<h1.*?</ul>", page, re.DOTALL)
    assert summary is not None
    assert summary[0].count("<li>") == 5
    assert 300 < count_words(page, after=summary[0]) <= 700


def test_options_and_markup_are_no_words() -> None:
    page = (
        "<main id=a><h1>Two words</h1><select><option>Not this</option></select>"
        "<p>e-mail 7</p><p hidden>nor this</p></main><p>No</p>"
    )
    assert count_words(page) == 4
