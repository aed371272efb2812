"""What only the secretariat may read is encrypted, and bound to the table, column and row that it stands in."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from pytest_django import Settings

from petition.models import Contact, ContactChange, Dispute, Endorsement
from petition.security.encryption import (
    CannotDecrypt,
    NoKey,
    compute_index,
    compute_mailbox_index,
    decrypt,
    decrypt_column,
    derive_key,
    encrypt,
    encrypt_column,
    get_key_id,
    get_private_key,
    get_public_key_id,
    is_encrypted_with_current_key,
)
from petition.security.keys import generate_keys

JSON = st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5)


def _use(settings: Settings, public: dict[str, str], *private: dict[str, str]) -> None:
    settings.CONTACT_PUBLIC_KEY = public["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [keys["CONTACT_PRIVATE_KEY"] for keys in private]


def _contact(mailbox: str = "asel@fund.example") -> Contact:
    row = Contact()
    encrypt_column(row, "sealed_mailbox", mailbox)
    return row


@given(JSON)
def test_encrypted_values_decrypt_to_the_same(content: Any) -> None:
    row = Contact()
    encrypt_column(row, "sealed_person", content)
    assert decrypt_column(row, "sealed_person") == content
    assert decrypt(encrypt(content, "purpose", "subject"), "purpose", "subject") == content


def test_an_empty_column_has_no_content() -> None:
    assert decrypt_column(Endorsement(), "sealed_note") is None


def test_an_encrypted_text_shows_nothing_and_is_never_the_same_twice() -> None:
    row = _contact()
    first = row.sealed_mailbox
    encrypt_column(row, "sealed_mailbox", "asel@fund.example")
    assert row.sealed_mailbox != first
    assert "asel" not in first


# --- bound to its place ---


def test_a_value_moved_to_another_row_is_refused() -> None:
    victim, thief = _contact(), _contact("aibek@fund.example")
    victim.sealed_mailbox, thief.sealed_mailbox = thief.sealed_mailbox, victim.sealed_mailbox
    for row in (victim, thief):
        with pytest.raises(CannotDecrypt, match="belongs to another row"):
            decrypt_column(row, "sealed_mailbox")
    victim.uid, thief.uid = thief.uid, victim.uid
    assert decrypt_column(thief, "sealed_mailbox") == "asel@fund.example", "moved with the uid: the row is still one"


def test_a_value_moved_to_another_column_is_refused() -> None:
    row = _contact()
    row.sealed_person = row.sealed_mailbox
    with pytest.raises(CannotDecrypt, match="belongs to another row"):
        decrypt_column(row, "sealed_person")


def test_a_value_moved_to_another_table_is_refused() -> None:
    row = _contact()
    for other in (ContactChange(uid=row.uid), Dispute(uid=row.uid)):
        other.sealed_mailbox = row.sealed_mailbox
        with pytest.raises(CannotDecrypt, match="belongs to another row"):
            decrypt_column(other, "sealed_mailbox")


def test_every_row_has_another_uid() -> None:
    assert len({Contact().uid for _ in range(1000)}) == 1000


def test_no_two_purposes_share_a_key_or_a_place() -> None:
    private = get_private_key(get_public_key_id())
    keys = {derive_key(private, purpose) for purpose in ("petition_contact.sealed_mailbox", "petition_contact.x", "")}
    assert len(keys) == 3
    assert all(len(key) == 32 and key != private for key in keys)
    with pytest.raises(CannotDecrypt):
        decrypt(encrypt("x", "a", "bc"), "ab", "c")


def test_a_value_out_of_place_is_logged_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    row = _contact()
    row.uid = Contact().uid
    with pytest.raises(CannotDecrypt):
        decrypt_column(row, "sealed_mailbox")
    (logged,) = caplog.messages
    assert "petition_contact.sealed_mailbox" in logged
    assert row.sealed_mailbox not in logged


# --- keys ---


def test_after_a_change_of_keys_old_and_new_texts_are_decrypted(settings: Settings) -> None:
    old, new = generate_keys(), generate_keys()
    _use(settings, old, old)
    of_old = _contact()
    _use(settings, new, new, old)
    of_new = _contact("aibek@fund.example")
    assert [decrypt_column(row, "sealed_mailbox") for row in (of_old, of_new)] == [
        "asel@fund.example",
        "aibek@fund.example",
    ]
    assert get_key_id(of_old.sealed_mailbox) != get_key_id(of_new.sealed_mailbox) == get_public_key_id()
    assert [is_encrypted_with_current_key(row.sealed_mailbox) for row in (of_old, of_new)] == [False, True]
    _use(settings, new, new)
    with pytest.raises(NoKey, match="No private key"):
        decrypt_column(of_old, "sealed_mailbox")


def test_the_public_process_neither_encrypts_nor_decrypts_nor_looks_up(settings: Settings) -> None:
    row = _contact()
    settings.CONTACT_PRIVATE_KEYS = []
    settings.CONTACT_INDEX_KEY = ""
    with pytest.raises(NoKey):
        decrypt_column(row, "sealed_mailbox")
    with pytest.raises(NoKey):
        encrypt_column(row, "sealed_mailbox", "other")
    with pytest.raises(NoKey):
        compute_index("mailbox", "asel@fund.example")
    with pytest.raises(NoKey):
        get_private_key(get_public_key_id())


def test_a_holder_of_an_old_key_alone_does_not_encrypt(settings: Settings) -> None:
    """With it the text could be decrypted only by somebody who keeps the old key."""
    _use(settings, generate_keys(), generate_keys())
    with pytest.raises(NoKey):
        encrypt("x", "purpose", "subject")


def test_another_key_with_the_same_id_does_not_decrypt(settings: Settings) -> None:
    ours, theirs = generate_keys(), generate_keys()
    _use(settings, theirs, theirs)
    row = _contact()
    _use(settings, ours, ours)
    row.sealed_mailbox = f"{get_public_key_id()}:{row.sealed_mailbox.partition(':')[2]}"
    with pytest.raises(CannotDecrypt, match="changed"):
        decrypt_column(row, "sealed_mailbox")


@pytest.mark.parametrize("position", [0, 9, 20, 60, -1])
def test_a_changed_letter_is_noticed(position: int) -> None:
    row = _contact()
    sealed = row.sealed_mailbox
    other = "A" if sealed[position] != "A" else "B"
    row.sealed_mailbox = sealed[:position] + other + (sealed[position + 1 :] if position != -1 else "")
    with pytest.raises(CannotDecrypt):
        decrypt_column(row, "sealed_mailbox")


@pytest.mark.parametrize("text", ["", ":", "no colon", "00000000:AAAA", "\udcff:\udcff"])
def test_other_text_cannot_be_decrypted(text: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(text, "purpose", "subject")


@pytest.mark.parametrize("tail", ["", "A", "AAAA", "****", "ү", "\udcff"])
def test_truncated_or_made_up_text_cannot_be_decrypted(tail: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(f"{get_public_key_id()}:{tail}", "purpose", "subject")


# --- keyed hashes ---


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
