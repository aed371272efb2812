"""Tokens and codes are unguessable, work for one purpose, and are stored only as hashes."""

import base64
import re
from collections.abc import Callable

import pytest
from pytest_django import Settings

from petition.security.tokens import (
    compute_reference_word,
    derive_removal_code,
    generate_code,
    generate_token,
    get_secret_key_id,
    hash_code,
    hash_removal_code,
    hash_token,
    is_reference_word,
    list_code_hashes,
    list_removal_code_hashes,
)

SLUG = "kyrgyzstan-2020"
HASH = re.compile("[0-9a-f]{64}")
HASH_OF_CODE = re.compile("code:[0-9a-f]{64}")
CODE = re.compile(r"\w{3}-\w{3}-\w{3}-\w{3}")


def test_a_token_is_256_bits_and_never_the_same() -> None:
    tokens = {generate_token() for _ in range(1000)}
    assert len(tokens) == 1000
    for token in tokens:
        assert len(token) == 43
        assert len(base64.urlsafe_b64decode(token + "=")) == 32


def test_a_token_works_for_one_purpose() -> None:
    token = generate_token()
    assert hash_token(token, "confirm") == hash_token(token, "confirm")
    assert hash_token(token, "confirm") != hash_token(token, "own_page")
    assert hash_token("b", "a") != hash_token("", "ab")


@pytest.mark.parametrize("forged", ["", "x" * 10_000, "\udcff", "токен", "a\0b"])
def test_any_text_as_a_token_has_a_hash(forged: str) -> None:
    assert HASH.fullmatch(hash_token(forged, "confirm"))


# --- codes to type ---


@pytest.mark.parametrize("make", [lambda _: generate_code(), lambda row: derive_removal_code(str(row))])
def test_a_code_is_twelve_unambiguous_letters(make: Callable[[int], str]) -> None:
    codes = {make(number) for number in range(1000)}
    assert len(codes) == 1000
    letters = set("".join(codes)) - {"-"}
    assert not letters & set("01ILOU")
    assert len(letters) == 30
    assert all(CODE.fullmatch(code) for code in codes)


@pytest.mark.parametrize(
    "typed", ["7km-2qx-9rd-4tb", "7KM2QX9RD4TB", " 7kM 2qX 9Rd 4tB ", "7KM–2QX–9RD–4TB", "7km.2qx.9rd.4tb\n"]
)
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert hash_code(typed) == hash_code("7KM-2QX-9RD-4TB")
    assert hash_removal_code(typed, SLUG) == hash_removal_code("7KM-2QX-9RD-4TB", SLUG)


def test_a_code_works_for_one_purpose_and_a_removal_code_for_one_appeal() -> None:
    code = "7KM-2QX-9RD-4TB"
    assert len({hash_code(code), hash_removal_code(code, SLUG), hash_removal_code(code, "another-appeal")}) == 3


def test_a_stolen_table_of_codes_cannot_be_tried_out_without_the_key(settings: Settings) -> None:
    before = hash_code("7KM-2QX-9RD-4TB"), hash_removal_code("7KM-2QX-9RD-4TB", SLUG)
    settings.CODE_KEY = "guessed"
    after = hash_code("7KM-2QX-9RD-4TB"), hash_removal_code("7KM-2QX-9RD-4TB", SLUG)
    assert not set(before) & set(after)


def test_a_public_process_finds_codes_without_the_keys_of_contacts(settings: Settings) -> None:
    of_staff = hash_code("7KM-2QX-9RD-4TB"), hash_removal_code("7KM-2QX-9RD-4TB", SLUG)
    settings.SECRET_KEY, settings.CONTACT_INDEX_KEY, settings.CONTACT_PRIVATE_KEYS = "another", "", []
    assert (hash_code("7KM-2QX-9RD-4TB"), hash_removal_code("7KM-2QX-9RD-4TB", SLUG)) == of_staff


@pytest.mark.parametrize("forged", ["", "---", "\udcff", "код", "x" * 10_000])
def test_any_text_as_a_code_has_a_hash_that_no_token_has(forged: str) -> None:
    """By its beginning the database knows a code from the token of a link."""
    assert HASH_OF_CODE.fullmatch(hash_code(forged))
    assert HASH_OF_CODE.fullmatch(hash_removal_code(forged, SLUG))


def test_a_request_has_one_removal_code_whenever_its_page_is_loaded(settings: Settings) -> None:
    first = derive_removal_code("0" * 32)
    assert derive_removal_code("0" * 32) == first
    assert derive_removal_code("0" * 31 + "1") != first
    settings.CODE_KEY, settings.CONTACT_INDEX_KEY, settings.CONTACT_PRIVATE_KEYS = "another", "", []
    assert derive_removal_code("0" * 32) == first
    settings.SECRET_KEY = "guessed"
    assert derive_removal_code("0" * 32) != first


# --- reference words ---


def test_a_reference_word_is_the_same_for_the_same_form_and_keyed(settings: Settings) -> None:
    first = compute_reference_word("the form")
    assert compute_reference_word("the form") == first != compute_reference_word("another form")
    settings.CONTACT_INDEX_KEY, settings.CONTACT_PRIVATE_KEYS = "", []
    assert compute_reference_word("the form") == first, "a public process has it too"
    settings.SECRET_KEY = "guessed"
    assert compute_reference_word("the form") != first


def test_reference_words_are_three_syllables_and_rarely_the_same() -> None:
    words = [compute_reference_word(str(number)) for number in range(1000)]
    assert all(is_reference_word(word) and word.isascii() and word.islower() for word in words)
    assert len(set(words)) > 990
    assert is_reference_word("kamiro")


@pytest.mark.parametrize("text", ["", "kami", "kamirox", "akimor", "KAMIRO", "kamirя", "kami o", "ka<b>o", "kaqiro"])
def test_other_text_is_no_reference_word(text: str) -> None:
    assert not is_reference_word(text)


# --- while a key is replaced ---


def test_a_removal_code_stays_the_same_while_the_key_it_was_made_with_is_known(settings: Settings) -> None:
    key, code = get_secret_key_id(), derive_removal_code("0" * 32)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "new"
    assert derive_removal_code("0" * 32) != code
    assert derive_removal_code("0" * 32, key) == "", "no code is better than one that opens nothing"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert derive_removal_code("0" * 32, key) == code
    assert derive_removal_code("0" * 32, get_secret_key_id()) == derive_removal_code("0" * 32)


def test_codes_of_an_earlier_key_are_looked_up_and_new_ones_use_the_new_key(settings: Settings) -> None:
    before = hash_code("7KM-2QX-9RD-4TB"), hash_removal_code("7KM-2QX-9RD-4TB", SLUG)
    settings.CODE_KEY, settings.CODE_KEY_FALLBACKS = "new", [settings.CODE_KEY]
    assert hash_code("7KM-2QX-9RD-4TB") != before[0]
    assert list_code_hashes("7KM-2QX-9RD-4TB") == [hash_code("7KM-2QX-9RD-4TB"), before[0]]
    assert list_removal_code_hashes("7KM-2QX-9RD-4TB", SLUG)[1] == before[1]
