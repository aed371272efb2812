"""The appeal's page prints the whole list by number, or the address of the list."""

import re
from random import Random

import brotli
import pytest
from django.test import Client

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.pages import MAX_PRINTED
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.publishing.readers import PREFIXES
from tests.web.public.test_appeal_page import SITE, list_further, words

PAGE = f"/appeals/{SLUG}/"
_WORDS = (
    "Foundation Centre Human Rights Public Association Union Society Institute Democracy Journalists Legal Aid Women "
    "Youth Civic Initiative Movement Committee Helsinki International Independent Network Protection Support Freedom "
    "Justice Memory Migrants Bureau Academy Общественный фонд центр правозащитный объединение союз инициатива женщины"
)
WORDS = _WORDS.split()


def lists(page: str) -> dict[str, list[str]]:
    """Return the entries of the lists under “Endorsed later”, for `screen` and `paper`."""
    section = page.partition('id="later"')[2].partition("</section>")[0]
    rolls = re.findall(r'<ol class="roll ?(\w*)".*?>(.*?)</ol>', section, re.S)
    return {name: [words(line) for line in re.findall(r"<li\b.*?</li>", lines, re.S)] for name, lines in rolls}


@pytest.mark.parametrize("prefix", PREFIXES.values())
def test_paper_has_all_numbers_in_order_and_the_screen_the_newest(client: Client, appeal: Appeal, prefix: str) -> None:
    approved(appeal, organisation_name="Hidden Fund")
    list_further(appeal, 78, first=2)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    page = client.get(prefix + PAGE).content.decode()
    printed = lists(page)
    assert [int(line.split(".")[0]) for line in printed["screen"]] == list(range(78, 58, -1))
    assert [int(line.split(".")[0]) for line in printed["paper"]] == list(range(1, 79))
    assert "Hidden" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_list_too_long_to_print_is_replaced_by_its_address(client: Client, appeal: Appeal) -> None:
    list_further(appeal, MAX_PRINTED)
    assert len(lists(client.get(PAGE).content.decode())["paper"]) == MAX_PRINTED
    list_further(appeal, MAX_PRINTED + 1, first=MAX_PRINTED + 1)
    page = client.get(PAGE).content.decode()
    assert {name: len(lines) for name, lines in lists(page).items()} == {"": 20}
    (notice,) = re.findall(r'<p class="paper">(.*?)</p>', page)
    assert words(notice) == (
        f"This print shows only the newest 20 of 301 entries. Print the whole list from: {SITE}/appeals/{SLUG}.pdf"
    )


def test_an_empty_list_prints_no_notice(client: Client, appeal: Appeal) -> None:
    page = client.get(PAGE).content.decode()
    assert lists(page) == {}
    assert 'class="paper"' not in page


def test_the_whole_list_keeps_the_page_small(client: Client, db: None) -> None:
    """Names of words by chance, which compress worse than real ones; style and script are 4 KB more."""
    appeal, chance = an_appeal(), Random(1)
    list_further(appeal, MAX_PRINTED)
    page = client.get(PAGE).content.decode()
    for number in range(1, MAX_PRINTED + 1):
        name = " ".join(chance.choice(WORDS) for _ in range(chance.randint(3, 6)))
        page = page.replace(f"Made-up Fund {number} (", f"{name} {chance.randint(1, 99)} (")
    assert len(brotli.compress(page.encode(), quality=5)) <= 14 * 1024
