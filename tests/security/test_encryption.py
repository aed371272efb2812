"""Contacts are encrypted: with the public key alone they can be written and looked up, but not read."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from pytest_django import Settings

from petition.security.encryption import CannotDecrypt, compute_index, compute_mailbox_index, decrypt, encrypt
from petition.security.keys import generate_keys

JSON = st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5)


def _use(settings: Settings, public: dict[str, str], *private: dict[str, str]) -> None:
    settings.CONTACT_PUBLIC_KEY = public["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [keys["CONTACT_PRIVATE_KEY"] for keys in private]


@given(JSON)
def test_encrypted_values_decrypt_to_the_same(content: Any) -> None:
    assert decrypt(encrypt(content)) == content


def test_an_encrypted_text_shows_nothing_and_is_never_the_same_twice() -> None:
    first, second = encrypt("asel@fund.example"), encrypt("asel@fund.example")
    assert first != second
    assert "asel" not in first


def test_after_a_change_of_keys_old_and_new_texts_are_decrypted(settings: Settings) -> None:
    old, new = generate_keys(), generate_keys()
    _use(settings, old, old)
    of_old = encrypt("asel@fund.example")
    _use(settings, new, new, old)
    of_new = encrypt("aibek@fund.example")
    assert (decrypt(of_old), decrypt(of_new)) == ("asel@fund.example", "aibek@fund.example")
    _use(settings, new, new)
    with pytest.raises(CannotDecrypt, match="No private key"):
        decrypt(of_old)


def test_the_public_process_encrypts_and_cannot_decrypt(settings: Settings) -> None:
    settings.CONTACT_PRIVATE_KEYS = []
    sealed = encrypt({"name": "Asel"})
    with pytest.raises(CannotDecrypt):
        decrypt(sealed)


def test_another_key_with_the_same_id_does_not_decrypt(settings: Settings) -> None:
    ours, theirs = generate_keys(), generate_keys()
    _use(settings, theirs, ours)
    of_theirs = encrypt("asel@fund.example")
    _use(settings, ours, ours)
    disguised = encrypt("x").partition(":")[0] + ":" + of_theirs.partition(":")[2]
    with pytest.raises(CannotDecrypt, match="changed"):
        decrypt(disguised)


@pytest.mark.parametrize("position", [0, 9, 20, 60, -1])
def test_a_changed_letter_is_noticed(position: int) -> None:
    sealed = encrypt("asel@fund.example")
    other = "A" if sealed[position] != "A" else "B"
    changed = sealed[:position] + other + (sealed[position + 1 :] if position != -1 else "")
    with pytest.raises(CannotDecrypt):
        decrypt(changed)


@pytest.mark.parametrize("text", ["", ":", "no colon", "00000000:AAAA", "\udcff:\udcff"])
def test_other_text_cannot_be_decrypted(text: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(text)


@pytest.mark.parametrize("tail", ["", "A", "AAAA", "****", "ү", "\udcff"])
def test_truncated_or_made_up_text_cannot_be_decrypted(tail: str) -> None:
    key_id = encrypt("x").partition(":")[0]
    with pytest.raises(CannotDecrypt):
        decrypt(f"{key_id}:{tail}")


def test_equal_values_of_different_kinds_have_different_hashes() -> None:
    digests = {
        compute_index(kind, value) for kind, value in [("a", "x"), ("b", "x"), ("ax", ""), ("", "ax"), ("a", "\0x")]
    }
    assert len(digests) == 5
    assert all(len(digest) == 64 for digest in digests)


def test_a_value_is_found_only_with_the_same_key(settings: Settings) -> None:
    settings.CONTACT_INDEX_KEY = "one"
    first = compute_index("mailbox", "asel@fund.example")
    assert compute_index("mailbox", "asel@fund.example") == first
    settings.CONTACT_INDEX_KEY = "another"
    assert compute_index("mailbox", "asel@fund.example") != first


def test_a_mailbox_is_found_whatever_the_case_and_the_spaces_around_it() -> None:
    assert compute_mailbox_index(" Asel@FUND.example\n") == compute_mailbox_index("asel@fund.example")
    assert compute_mailbox_index("asel2@fund.example") != compute_mailbox_index("asel@fund.example")
