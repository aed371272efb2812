"""The key of a search: what people type for each other is equal."""

import pytest
from hypothesis import given, strategies as st

from petition.text.search_keys import latin


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("Adilet", "Адилет"),
        ("Zhany Omur", "Жаңы Өмүр"),
        ("jany omur", "Жаңы Өмүр"),
        ("Hartia", "Хартия"),
        ("khartiya", "Хартия"),
        ("centr", "центр"),
        ("Tsentr", "Центр"),
        ("Shchelkovo", "Щёлково"),
        ("Jalal-Abad", "Жалал-Абад"),
        ("Dzhalal", "Джалал"),
        ("obedinenie", "объединение"),
        ("Sdruzeni", "Sdružení"),
        ("Kvylym", "Къылым".replace("К", "Кв")),
    ],
)
def test_latin_letters_find_cyrillic_ones(typed: str, stands: str) -> None:
    assert latin(typed) == latin(stands)


def test_a_letter_from_the_other_alphabet_makes_no_difference() -> None:
    assert latin("Vi\u0430sn\u0430") == latin("Viasna")


@given(st.text())
def test_any_text_has_a_key_of_ascii_letters_digits_and_single_spaces(text: str) -> None:
    key = latin(text)
    assert key.isascii()
    assert key == " ".join(key.split())
    assert all(character.isalnum() or character == " " for character in key)
    assert key == key.lower()
