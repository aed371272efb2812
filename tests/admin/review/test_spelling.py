"""The spelling of a name and its language."""

from typing import Any

import pytest
from django.test import Client

from petition.models import Appeal
from tests.admin.review.review_pages import page, press, seen_on
from tests.factories import approved, confirmed


def test_a_spelling_is_corrected_and_the_old_one_is_shown(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Oydon Fund")
    typed: dict[str, Any] = {"organisation_name": "Ойдон фонду", "acronym": "ОФ", "countries": "kg, kz"}
    html = press(staff, row, "spelling", seen=seen_on(page(staff, row), "spelling"), **typed)
    assert "Ойдон фонду (ОФ, Kyrgyzstan, Kazakhstan)" in html
    assert "Oydon Fund" in html


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation_name": "=Fund"},
        {"organisation_name": "Fu\u202end"},
        {"countries": "XX"},
        {"countries": "KG KZ DE FR"},
    ],
)
def test_an_invalid_spelling_is_refused(staff: Client, appeal: Appeal, wrong: dict[str, str]) -> None:
    row = confirmed(appeal)
    typed: dict[str, Any] = {"organisation_name": "Fund", "acronym": "", "countries": "KG"} | wrong
    press(staff, row, "spelling", status=422, seen=seen_on(page(staff, row), "spelling"), **typed)
    assert not row.spellings.exists()


def test_a_second_correction_at_once_shows_both_versions(staff: Client, second: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Fund")
    seen = seen_on(page(staff, row), "spelling")
    press(second, row, "spelling", seen=seen, organisation_name="Fund of the South", acronym="", countries="KG")
    typed: dict[str, Any] = {"organisation_name": "Fund of the North", "acronym": "", "countries": "KG"}
    both = press(staff, row, "spelling", status=409, seen=seen, **typed)
    assert "Saved now" in both
    assert both.count("Fund of the South") >= 2
    assert "Fund of the North" in both
    press(staff, row, "spelling", seen=seen_on(both, "spelling"), **typed)
    row.refresh_from_db()
    assert row.organisation_name == "Fund of the North"


def test_the_language_of_a_name_is_set(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal)
    seen = seen_on(page(staff, row), "language")
    assert "The language of the name is saved." in press(staff, row, "language", seen=seen, language="ky")
    row.refresh_from_db()
    assert row.signatory
    assert row.signatory.language == "ky"
    assert "Look again" in press(staff, row, "language", seen=seen, language="ru")
    press(staff, row, "language", status=422, seen=seen, language="tlh")
