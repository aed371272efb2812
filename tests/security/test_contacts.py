"""Contacts are sealed: who has only the public key can write them, find them again, and not read them."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from pytest_django import Settings

from petition.security.encryption import CannotOpen, index_of, mailbox_index, opened, seal
from petition.security.keys import new_keys

JSON = st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5)


def _use(settings: Settings, public: dict[str, str], *private: dict[str, str]) -> None:
    settings.CONTACT_PUBLIC_KEY = public["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [keys["CONTACT_PRIVATE_KEY"] for keys in private]


@given(JSON)
def test_what_is_sealed_opens_to_the_same(content: Any) -> None:
    assert opened(seal(content)) == content


def test_what_is_sealed_shows_nothing_and_is_never_twice_the_same() -> None:
    first, second = seal("asel@fund.example"), seal("asel@fund.example")
    assert first != second
    assert "asel" not in first


def test_after_a_change_of_keys_old_and_new_open_as_long_as_both_are_held(settings: Settings) -> None:
    old, new = new_keys(), new_keys()
    _use(settings, old, old)
    of_old = seal("asel@fund.example")
    _use(settings, new, new, old)
    of_new = seal("aibek@fund.example")
    assert (opened(of_old), opened(of_new)) == ("asel@fund.example", "aibek@fund.example")
    _use(settings, new, new)
    with pytest.raises(CannotOpen, match="No private key"):
        opened(of_old)


def test_the_public_process_seals_and_cannot_open(settings: Settings) -> None:
    settings.CONTACT_PRIVATE_KEYS = []
    sealed = seal({"name": "Asel"})
    with pytest.raises(CannotOpen):
        opened(sealed)


def test_another_key_under_the_same_name_does_not_open(settings: Settings) -> None:
    ours, theirs = new_keys(), new_keys()
    _use(settings, theirs, ours)
    of_theirs = seal("asel@fund.example")
    _use(settings, ours, ours)
    disguised = seal("x").partition(":")[0] + ":" + of_theirs.partition(":")[2]
    with pytest.raises(CannotOpen, match="changed"):
        opened(disguised)


@pytest.mark.parametrize("place", [0, 9, 20, 60, -1])
def test_a_changed_letter_is_noticed(place: int) -> None:
    sealed = seal("asel@fund.example")
    other = "A" if sealed[place] != "A" else "B"
    changed = sealed[:place] + other + (sealed[place + 1 :] if place != -1 else "")
    with pytest.raises(CannotOpen):
        opened(changed)


@pytest.mark.parametrize("text", ["", ":", "no colon", "00000000:AAAA", "\udcff:\udcff"])
def test_what_was_never_sealed_cannot_be_opened(text: str) -> None:
    with pytest.raises(CannotOpen):
        opened(text)


@pytest.mark.parametrize("tail", ["", "A", "AAAA", "****", "ү", "\udcff"])
def test_what_is_cut_short_or_made_up_cannot_be_opened(tail: str) -> None:
    key_id = seal("x").partition(":")[0]
    with pytest.raises(CannotOpen):
        opened(f"{key_id}:{tail}")


def test_equal_values_of_different_kinds_are_not_seen_to_be_equal() -> None:
    digests = {index_of(kind, value) for kind, value in [("a", "x"), ("b", "x"), ("ax", ""), ("", "ax"), ("a", "\0x")]}
    assert len(digests) == 5
    assert all(len(digest) == 64 for digest in digests)


def test_a_value_is_found_again_only_under_the_same_key(settings: Settings) -> None:
    settings.CONTACT_INDEX_KEY = "one"
    first = index_of("mailbox", "asel@fund.example")
    assert index_of("mailbox", "asel@fund.example") == first
    settings.CONTACT_INDEX_KEY = "another"
    assert index_of("mailbox", "asel@fund.example") != first


def test_a_mailbox_is_found_whatever_the_case_and_the_spaces_around_it() -> None:
    assert mailbox_index(" Asel@FUND.example\n") == mailbox_index("asel@fund.example")
    assert mailbox_index("asel2@fund.example") != mailbox_index("asel@fund.example")
