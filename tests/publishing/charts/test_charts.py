"""Map and growth: drawings and tables have the numbers of the record."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from html import unescape
from itertools import combinations
from math import hypot

import brotli
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import queries
from petition.publishing.charts import country_map, growth
from petition.reference.countries import COUNTRY_CODES
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.site import ROOT
from tests.web.public.test_appeal_page import list_further, words

PAGE = f"/appeals/{SLUG}/figures/"


def html(client: Client, language: str = "") -> str:
    return client.get(f"{language}{PAGE}").content.decode()


def rows(page: str, table: int) -> list[list[str]]:
    """Return the cells of one table's body."""
    body = re.findall(r"<tbody>(.*?)</tbody>", page, re.S)[table]
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def circles(page: str) -> dict[str, tuple[str, float]]:
    """Return name → label and radius, as drawn."""
    values = re.findall(r'<g><title>(.*?): .*?<circle class="count"[^>]* r="([\d.]+)"/></g>', page, re.S)
    labels = re.findall(r'<text class="(?:inside|above)"[^>]*>(.*?)</text>', page)
    return {unescape(name): (label, float(radius)) for (name, radius), label in zip(values, labels, strict=True)}


@pytest.mark.both_databases
def test_the_originals_are_counted_as_they_print(client: Client, appeal: Appeal) -> None:
    lines = queries.count_by_country(SLUG)
    printed = Counter(code for signatory in queries.list_originals(SLUG) for code in signatory.countries or ())
    assert {country.code: country.total for country in lines.countries} == printed
    assert sum(printed.values()) == 28
    assert (lines.entries, lines.with_several, lines.with_none) == (35, 2, 9)
    page = words(html(client))
    assert "2 entries show several countries and count in each. 9 entries show no country." in page
    assert "35 organisations signed this appeal on 9 October 2020. No organisation has endorsed it since then." in page


def test_table_and_drawing_hold_the_same_numbers(client: Client, appeal: Appeal) -> None:
    for codes in (("KG", "DE"), ("KG",), ("KG",), ()):
        approved(appeal, countries=codes)
    page = html(client)
    table = rows(page, 0)
    assert table[:4] == [
        ["Georgia GE", "4", "0", "4"],
        ["Germany DE", "3", "1", "4"],
        ["Kyrgyzstan KG", "1", "3", "4"],
        ["Russia RU", "4", "0", "4"],
    ]
    drawn = circles(page)
    labels = {f"{name} {label}" for name, (label, _) in drawn.items()}
    assert labels == {f"{name[:-3]} {name[-2:]} {total}" for name, _, _, total in table}
    one = drawn["Armenia"][1] ** 2
    assert {name: round(radius**2 / one, 1) for name, (_, radius) in drawn.items()} == pytest.approx(
        {name: float(label[3:]) for name, (label, _) in drawn.items()}, rel=0.02
    )


def test_equal_counts_are_sorted_in_the_alphabet_of_the_language(client: Client, appeal: Appeal) -> None:
    names = [row[0] for row in rows(html(client, "/ru"), 0)]
    assert names[:4] == ["Грузия GE", "Россия RU", "Швейцария CH", "Германия DE"]
    assert names[-3:] == ["Литва LT", "Молдова MD", "Польша PL"]
    assert [row[0] for row in rows(html(client), 0)][:3] == ["Georgia GE", "Russia RU", "Switzerland CH"]


@pytest.mark.both_databases
def test_a_hidden_entry_is_not_counted(client: Client, appeal: Appeal) -> None:
    approved(appeal, countries=("TJ",))
    approved(appeal, countries=("KG",))
    assert circles(html(client))["Tajikistan"][0] == "TJ 1"
    assert rows(html(client), 1) == [["November 2026", "2", "2"]]
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    page = html(client)
    assert "Tajikistan" not in page
    assert rows(page, 1) == [["November 2026", "1", "1"]]
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON)
    page = html(client)
    assert "<rect" not in page
    assert page.count("<table") == 1


def test_withheld_names_are_not_counted(client: Client, appeal: Appeal) -> None:
    before = html(client)
    Appeal.objects.filter(pk=appeal.pk).update(withheld_total=77)
    assert html(client) == before


@pytest.mark.both_databases
def test_entries_are_counted_in_the_month_they_were_listed(client: Client, appeal: Appeal) -> None:
    for month, count in ((1, 2), (4, 1), (11, 3)):
        for _ in range(count):
            approved(appeal, at=datetime(2026, month, 5, tzinfo=UTC), countries=())
    assert queries.count_by_month(SLUG) == [
        (date(2026, 1, 1), 2),
        (date(2026, 4, 1), 1),
        (date(2026, 11, 1), 3),
    ]
    page = html(client)
    assert rows(page, 1) == [["January 2026", "2", "2"], ["April 2026", "1", "3"], ["November 2026", "3", "6"]]
    assert "Months without a new entry have no row." in page
    assert page.count('class="new"') == 3
    assert page.count('class="before"') == 10  # every month after the first has those before it


def test_columns_are_as_high_as_their_numbers() -> None:
    grown = growth.draw_growth([(date(2025, 12, 1), 3), (date(2026, 2, 1), 4)], date(2026, 3, 9))
    assert [(month.first.month, month.listed, month.total) for month in grown.months] == [
        (12, 3, 3),
        (1, 0, 3),
        (2, 4, 7),
        (3, 0, 7),
    ]
    per_line = (grown.base - grown.columns[-1].top) / 7
    for month, column in zip(grown.months, grown.columns, strict=True):
        assert column.new == pytest.approx(month.listed * per_line, abs=0.02)
        assert column.before == pytest.approx((month.total - month.listed) * per_line, abs=0.02)
    assert [line.value for line in grown.lines] == [0, 2, 4, 6, 8]
    assert len(grown.years) == 1


@pytest.mark.parametrize("total", [1, 2, 3, 4, 5, 9, 41, 100, 12_345, 100_000])
def test_round_values_hold_every_total(total: int) -> None:
    values = [line.value for line in growth.draw_growth([(date(2026, 1, 1), total)], date(2026, 1, 31)).lines]
    assert values[0] == 0
    assert values[-2] < total <= values[-1]
    assert len(values) <= 5


def test_an_empty_list_is_explained(client: Client, appeal: Appeal) -> None:
    for number in range(1, 36):
        decisions.hide(SLUG, Kind.ORIGINAL, number, by=MODERATOR, at=NOON)
    page = html(client)
    assert "<svg" not in page
    assert "<table" not in page
    assert "9 October 2020" in page


def test_the_number_of_queries_is_constant(client: Client, appeal: Appeal) -> None:
    spent = []
    for slug, count in ((SLUG, 1), ("another-2020", 300)):
        list_further(appeal if slug == SLUG else an_appeal(slug), count)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/appeals/{slug}/figures/").content.decode()
        spent.append(len(captured))
    assert spent[0] == spent[1]
    assert len(brotli.compress(page.encode(), quality=5)) < 20_000


def test_svg_numbers_are_not_localised(client: Client, appeal: Appeal) -> None:
    """In Russian a decimal comma would break the drawing."""
    approved(appeal)
    drawings = [re.findall(r"<(?:circle|path|rect)\b[^>]*>", html(client, prefix)) for prefix in ("", "/ru", "/ky")]
    assert drawings[0]
    assert {tuple(sorted(drawing)) for drawing in drawings} == {tuple(sorted(drawings[0]))}


def test_circles_keep_apart_and_inside() -> None:
    for counts in (
        dict.fromkeys(COUNTRY_CODES, 1),
        {"KG": 90, "TJ": 30, "US": 4, "AM": 1, "GE": 8, "BE": 2, "NL": 1, "LU": 1},
    ):
        drawn = country_map.draw_map(counts)
        assert len(drawn.circles) == len(counts)
        for one in drawn.circles:
            assert one.radius <= one.x <= drawn.width - one.radius
            assert one.radius <= one.y <= drawn.height - one.radius
    for one, other in combinations(drawn.circles, 2):
        assert hypot(one.x - other.x, one.y - other.y) > one.radius + other.radius - 0.5, (one.code, other.code)


def test_a_distant_country_is_drawn_at_the_nearest_edge() -> None:
    counts = {"KG": 5, "DE": 4, "PL": 4, "US": 1, "AU": 1}
    beyond = {circle.code: circle for circle in country_map.draw_map(counts).circles if circle.direction is not None}
    assert set(beyond) == {"US", "AU"}
    assert beyond["US"].x < 60
    assert abs(beyond["US"].direction or 0) > 135
    assert beyond["AU"].x > 320
    world = country_map.draw_map(counts | {"US": 9, "AU": 9})
    assert all(circle.direction is None for circle in world.circles)


def test_small_circles_are_labelled_above_unless_there_are_too_many() -> None:
    few = country_map.draw_map({"KG": 60, "DE": 4, "PL": 1})
    assert [circle.label for circle in few.circles] == ["inside", "above", "above"]
    many = country_map.draw_map(dict.fromkeys(COUNTRY_CODES, 1) | {"KG": 60})
    assert {circle.label for circle in many.circles} == {"inside", "none"}


def test_one_country_alone_is_drawn_in_its_region() -> None:
    (circle,) = country_map.draw_map({"FJ": 3}).circles
    assert (circle.x, circle.y) == (320, 180)


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2, definition)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_that_touch_differ_enough(scheme: int) -> None:
    css = "".join((ROOT / "static" / "css" / name).read_text() for name in ("site.css", "figures.css"))
    paper, accent, land_colour, before = (
        re.findall(rf"--{name}: (#[0-9a-f]{{6}});", css)[scheme] for name in ("paper", "accent", "land", "before")
    )
    for one, other in ((paper, accent), (accent, land_colour), (paper, before), (accent, before)):
        low, high = sorted((luminance(one), luminance(other)))
        assert (high + 0.05) / (low + 0.05) >= 3, (one, other)
