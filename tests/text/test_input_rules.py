"""Input rules: every script of the world passes, characters that hide or reorder text do not."""

import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st

from petition.text.input_rules import InputRule, broken_name_rules, broken_rules
from petition.text.names import clean

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
def test_names_in_all_scripts_are_accepted(name: str) -> None:
    assert broken_name_rules(clean(name)) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a\x00b", InputRule.CONTROL),
        ("a\x1bb", InputRule.CONTROL),
        ("a\x1cb", InputRule.CONTROL),
        ("a\x9fb", InputRule.CONTROL),
        ("a\nb", InputRule.CONTROL),
        ("a\u2028b", InputRule.CONTROL),
        ("a\u2029b", InputRule.CONTROL),
        *(
            (f"a{mark}b", InputRule.BIDI)
            for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ),
        ("a\U000e0000", InputRule.TAG),
        ("a\U000e0001", InputRule.TAG),
        ("a\U000e0041", InputRule.TAG),
        ("a\U000e007f", InputRule.TAG),
        ("a\u200bb", InputRule.ZERO_WIDTH),
        ("\ufeffab", InputRule.ZERO_WIDTH),
        ("a\u2060b", InputRule.ZERO_WIDTH),
        ("a\u00adb", InputRule.ZERO_WIDTH),
        ("a\u034fb", InputRule.ZERO_WIDTH),
        ("a\u3164b", InputRule.ZERO_WIDTH),
        ("a\uffa0b", InputRule.ZERO_WIDTH),
        ("a\u115fb", InputRule.ZERO_WIDTH),
        ("a\u2062b", InputRule.ZERO_WIDTH),
        ("a\ufff9b", InputRule.ZERO_WIDTH),
        ("a\u200db", InputRule.ZERO_WIDTH),
        ("а\u200cб", InputRule.ZERO_WIDTH),
        ("\u200dक", InputRule.ZERO_WIDTH),
        ("م\u200c", InputRule.ZERO_WIDTH),
        ("م\u200c م", InputRule.ZERO_WIDTH),
        ("م\u200cक", InputRule.ZERO_WIDTH),
        ("م\u200c\u200cم", InputRule.ZERO_WIDTH),
        ("٣\u200c٣", InputRule.ZERO_WIDTH),
        ("a\ufe0f", InputRule.ZERO_WIDTH),
        ("a\U000e0100", InputRule.ZERO_WIDTH),
        ("a\u180b", InputRule.ZERO_WIDTH),
        ("ᠠ\u180b\u180b", InputRule.ZERO_WIDTH),
        ("a\u0378", InputRule.UNASSIGNED),
        ("a\uffff", InputRule.UNASSIGNED),
        ("a\ufdd0", InputRule.UNASSIGNED),
        ("a\U0010ffff", InputRule.UNASSIGNED),
        ("a\ue000", InputRule.PRIVATE_USE),
        ("a\uf8ff", InputRule.PRIVATE_USE),
        ("a\U000f0000", InputRule.PRIVATE_USE),
        ("a\ud800", InputRule.SURROGATE),
        ("a\udfff", InputRule.SURROGATE),
        ("a" + "\u0323" * 5, InputRule.MARKS),
        ("а\u0300\u0301\u0302\u0303\u20dd", InputRule.MARKS),
        ("\u0338a", InputRule.MARKS),
        (" \u0338a", InputRule.MARKS),
    ],
)
def test_hiding_or_reordering_characters_are_refused(text: str, rule: InputRule) -> None:
    assert broken_rules(text) == (rule,)


def test_up_to_four_combining_marks_are_accepted() -> None:
    assert broken_rules("q" + "\u0323" * 4) == ()


def test_all_broken_rules_are_named_once_and_in_order() -> None:
    assert broken_name_rules("\u202e\u202e\x00\u200b") == (
        InputRule.CONTROL,
        InputRule.BIDI,
        InputRule.ZERO_WIDTH,
        InputRule.NO_LETTER,
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹣", "﹢", "\u2212", " =", "\u3000="])
def test_a_name_that_a_spreadsheet_would_calculate_is_refused(start: str) -> None:
    assert broken_name_rules(start + "SUM(A1)") == (InputRule.FORMULA,)
    assert broken_rules(start + "SUM(A1)") == ()  # elsewhere, say in a role, it is just text


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_line_ends_and_tabs_before_a_name_are_refused(start: str) -> None:
    assert broken_name_rules(start + "A") == (InputRule.CONTROL, InputRule.FORMULA)


@pytest.mark.parametrize("name", ["", " ", "…", "«»", "/", "❤", "–"])
def test_a_name_needs_a_letter_or_a_digit(name: str) -> None:
    assert broken_name_rules(name) == (InputRule.NO_LETTER,)
    assert broken_rules(name) == ()


def test_an_invisible_letter_is_no_letter() -> None:
    assert broken_name_rules("\u3164") == (InputRule.ZERO_WIDTH, InputRule.NO_LETTER)


def test_broken_rules_have_storable_codes() -> None:
    assert [str(rule) for rule in InputRule] == [rule.name.lower() for rule in InputRule]


def test_every_character_has_a_rule_and_letters_of_all_scripts_pass() -> None:
    refused = {c for c in map(chr, range(sys.maxunicode + 1)) if c.isprintable() and broken_rules("a" + c)}
    invisible_letters = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180c", "\u180d", "\u180f"}
    variation_selectors = set(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
    assert refused == (invisible_letters | variation_selectors | {"\u3164", "\uffa0"})


@given(st.text(st.characters()))
def test_accepted_text_can_be_stored_and_sent(text: str) -> None:
    stored = clean(text)
    if not broken_name_rules(stored):
        stored.encode()
        assert "\x00" not in stored
        assert not any(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp") for c in stored)


@given(st.text(st.characters()))
def test_the_rules_for_names_include_those_for_lines(text: str) -> None:
    assert set(broken_rules(text)) <= set(broken_name_rules(text))
