"""The search key is equal for names that people type for each other."""

import pytest
from hypothesis import given, strategies as st

from petition.text.names import fold_to_latin


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
    assert fold_to_latin(typed) == fold_to_latin(stands)


def test_a_letter_from_the_other_alphabet_makes_no_difference() -> None:
    assert fold_to_latin("Vi\u0430sn\u0430") == fold_to_latin("Viasna")


@given(st.text())
def test_any_text_has_a_key_of_ascii_letters_digits_and_single_spaces(text: str) -> None:
    key = fold_to_latin(text)
    assert key.isascii()
    assert key == " ".join(key.split())
    assert all(character.isalnum() or character == " " for character in key)
    assert key == key.lower()
