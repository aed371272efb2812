"""Tokens and codes are unguessable, work for one purpose, and are stored only as hashes."""

import base64
import re

import pytest
from pytest_django import Settings

from petition.security.tokens import generate_code, generate_token, hash_code, hash_token

SLUG = "kyrgyzstan-2020"
HASH = re.compile("[0-9a-f]{64}")


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


def test_a_code_is_nine_unambiguous_letters() -> None:
    codes = {generate_code() for _ in range(1000)}
    assert len(codes) == 1000
    letters = set("".join(codes)) - {"-"}
    assert not letters & set("01ILOU")
    assert len(letters) == 30
    assert all(re.fullmatch(r"\w{3}-\w{3}-\w{3}", code) for code in codes)


@pytest.mark.parametrize("typed", ["7km-2qx-9rd", "7KM2QX9RD", " 7kM 2qX 9Rd ", "7KM–2QX–9RD", "7km.2qx.9rd\n"])
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert hash_code(typed) == hash_code("7KM-2QX-9RD")


def test_a_stolen_table_of_codes_cannot_be_tried_out_without_the_key(settings: Settings) -> None:
    before = hash_code("7KM-2QX-9RD")
    settings.CONTACT_INDEX_KEY = "guessed"
    assert hash_code("7KM-2QX-9RD") != before


@pytest.mark.parametrize("forged", ["", "---", "\udcff", "код", "x" * 10_000])
def test_any_text_as_a_code_has_a_hash(forged: str) -> None:
    assert HASH.fullmatch(hash_code(forged))
