"""A correction is shown as what was removed and what was added."""

import pytest

from petition.admin.review.word_difference import Passage, compare_words


@pytest.mark.parametrize(
    ("old", "new", "passages"),
    [
        ("Fund", "Fund", [("span", "Fund")]),
        ("Ukuk Fund", "Ukuk Foundation", [("span", "Ukuk "), ("del", "Fund"), ("ins", "Foundation")]),
        ("Fund (KG)", "Fund (KG, KZ)", [("span", "Fund (KG"), ("ins", ", KZ"), ("span", ")")]),
        ("", "Үкүк", [("ins", "Үкүк")]),
    ],
)
def test_words_are_compared(old: str, new: str, passages: list[tuple[str, str]]) -> None:
    assert compare_words(old, new) == [Passage(tag, words) for tag, words in passages]


def test_both_entries_can_be_read_from_it() -> None:
    old, new = "Адилет «Үкүк» (Кыргызстан)", "«Үкүк» Адилет фонду (Кыргызстан, Казакстан)"
    difference = compare_words(old, new)
    assert "".join(part.words for part in difference if part.tag != "ins") == old
    assert "".join(part.words for part in difference if part.tag != "del") == new
