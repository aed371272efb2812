"""The input policy: every script of the world passes, what hides or reorders does not."""

import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st

from petition.text.names import Trouble, clean, name_troubles, troubles

NAMES = [
    "Кыргызстан",
    "“Dignity”",
    "Bir Duino",
    "Адилет «Үкүк»",
    "الحق مركز",
    "मानव अधिकार",
    "人権",
    "Ελλάδα",
    "Հայաստան",
    "საქართველო",
    "ישראל",
    "קָמָץ",
    "ประชาธิปไตย",
    "བོད་",
    "རྒྱལ་རྩེ",
    "한국 인권",
    "にほんの がん",
    "ᠮᠣᠩᠭᠣᠯ",
    "አማርኛ",
    "தமிழ்",
    "ᏣᎳᎩ",
    "Việt Nam Nhân Quyền",
    "Ẹ̀kọ́ Yorùbá",
    "Rights & Law / Fund, Inc. 'A' ’B – No. 1 + 2 = 3 @home",
    "Школа № 5",
    "Humanrights.ch",
    "112",
    "C++",
    "I ❤\ufe0f Bishkek",
    "می\u200cخواهم",  # Persian needs the non-joiner
    "क्\u200dष",  # Devanagari half forms
    "ක්\u200dෂ",  # Sinhala
    "അവന്\u200d",  # Malayalam: a joiner after the virama ends the word
    "ᠠ\u180b",  # a Mongolian letter and the variant it needs
    "葛\U000e0100城",  # the way this Japanese town writes itself
    "\u06dd1",  # format characters that are drawn
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_world_pass(name: str) -> None:
    assert name_troubles(clean(name)) == ()


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("a\x00b", Trouble.CONTROL),
        ("a\x1bb", Trouble.CONTROL),
        ("a\x1cb", Trouble.CONTROL),
        ("a\x9fb", Trouble.CONTROL),
        ("a\nb", Trouble.CONTROL),
        ("a\u2028b", Trouble.CONTROL),
        ("a\u2029b", Trouble.CONTROL),
        *(
            (f"a{mark}b", Trouble.BIDI)
            for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ),
        ("a\U000e0000", Trouble.TAG),
        ("a\U000e0001", Trouble.TAG),
        ("a\U000e0041", Trouble.TAG),
        ("a\U000e007f", Trouble.TAG),
        ("a\u200bb", Trouble.ZERO_WIDTH),
        ("\ufeffab", Trouble.ZERO_WIDTH),
        ("a\u2060b", Trouble.ZERO_WIDTH),
        ("a\u00adb", Trouble.ZERO_WIDTH),
        ("a\u034fb", Trouble.ZERO_WIDTH),
        ("a\u3164b", Trouble.ZERO_WIDTH),
        ("a\uffa0b", Trouble.ZERO_WIDTH),
        ("a\u115fb", Trouble.ZERO_WIDTH),
        ("a\u2062b", Trouble.ZERO_WIDTH),
        ("a\ufff9b", Trouble.ZERO_WIDTH),
        ("a\u200db", Trouble.ZERO_WIDTH),
        ("а\u200cб", Trouble.ZERO_WIDTH),
        ("\u200dक", Trouble.ZERO_WIDTH),
        ("م\u200c", Trouble.ZERO_WIDTH),
        ("م\u200c م", Trouble.ZERO_WIDTH),
        ("م\u200cक", Trouble.ZERO_WIDTH),
        ("م\u200c\u200cم", Trouble.ZERO_WIDTH),
        ("٣\u200c٣", Trouble.ZERO_WIDTH),
        ("a\ufe0f", Trouble.ZERO_WIDTH),
        ("a\U000e0100", Trouble.ZERO_WIDTH),
        ("a\u180b", Trouble.ZERO_WIDTH),
        ("ᠠ\u180b\u180b", Trouble.ZERO_WIDTH),
        ("a\u0378", Trouble.UNASSIGNED),
        ("a\uffff", Trouble.UNASSIGNED),
        ("a\ufdd0", Trouble.UNASSIGNED),
        ("a\U0010ffff", Trouble.UNASSIGNED),
        ("a\ue000", Trouble.PRIVATE_USE),
        ("a\uf8ff", Trouble.PRIVATE_USE),
        ("a\U000f0000", Trouble.PRIVATE_USE),
        ("a\ud800", Trouble.SURROGATE),
        ("a\udfff", Trouble.SURROGATE),
        ("a" + "\u0323" * 5, Trouble.MARKS),
        ("а\u0300\u0301\u0302\u0303\u20dd", Trouble.MARKS),
        ("\u0338a", Trouble.MARKS),
        (" \u0338a", Trouble.MARKS),
    ],
)
def test_what_hides_or_reorders_is_refused(text: str, trouble: Trouble) -> None:
    assert troubles(text) == (trouble,)


def test_four_marks_are_borne() -> None:
    assert troubles("q" + "\u0323" * 4) == ()


def test_all_troubles_are_named_once_and_in_order() -> None:
    assert name_troubles("\u202e\u202e\x00\u200b") == (
        Trouble.CONTROL,
        Trouble.BIDI,
        Trouble.ZERO_WIDTH,
        Trouble.NO_LETTER,
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹣", "﹢", "\u2212", " =", "\u3000="])
def test_a_name_that_a_spreadsheet_would_calculate_is_refused(start: str) -> None:
    assert name_troubles(start + "SUM(A1)") == (Trouble.FORMULA,)
    assert troubles(start + "SUM(A1)") == ()  # elsewhere, say in a role, it is just text


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_so_are_line_ends_and_tabs_before_a_name(start: str) -> None:
    assert name_troubles(start + "A") == (Trouble.CONTROL, Trouble.FORMULA)


@pytest.mark.parametrize("name", ["", " ", "…", "«»", "/", "❤", "–"])
def test_a_name_has_a_letter_or_a_digit(name: str) -> None:
    assert name_troubles(name) == (Trouble.NO_LETTER,)
    assert troubles(name) == ()


def test_an_invisible_letter_is_no_letter() -> None:
    assert name_troubles("\u3164") == (Trouble.ZERO_WIDTH, Trouble.NO_LETTER)


def test_troubles_are_words_that_can_be_stored() -> None:
    assert [str(trouble) for trouble in Trouble] == [trouble.name.lower() for trouble in Trouble]


def test_every_character_is_judged_and_letters_of_no_script_are_lost() -> None:
    refused = {c for c in map(chr, range(sys.maxunicode + 1)) if c.isprintable() and troubles("a" + c)}
    invisible_letters = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180c", "\u180d", "\u180f"}
    variation_selectors = set(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
    assert refused == (invisible_letters | variation_selectors | {"\u3164", "\uffa0"})


@given(st.text(st.characters()))
def test_what_passes_can_be_stored_and_sent(text: str) -> None:
    stored = clean(text)
    if not name_troubles(stored):
        stored.encode()
        assert "\x00" not in stored
        assert not any(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp") for c in stored)


@given(st.text(st.characters()))
def test_a_name_breaks_at_least_the_rules_of_any_line(text: str) -> None:
    assert set(troubles(text)) <= set(name_troubles(text))
