"""What the public process stores it cannot read again, and nobody can move it to another row or appeal."""

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st
from nacl.public import SealedBox
from pytest_django import Settings

from petition.models import IntakeRow
from petition.models.intake import BLOCK_BYTES, MOST_BYTES, OVERHEAD_BYTES
from petition.security.encryption import CannotDecrypt, NoKey, parse_public_key
from petition.security.keys import generate_keys
from petition.security.sealed_boxes import VERSION, Envelope, open_box, seal

ROW, APPEAL = uuid.UUID(int=7), 3
FORM = Envelope("form", ROW, APPEAL, {"organisation_name": "Made-up Fund", "countries": ["KG"], "member": True})
FIELDS = st.dictionaries(st.text(), st.text() | st.booleans() | st.none() | st.lists(st.text()), max_size=5)


def _open(key_id: str, box: bytes, *, row: uuid.UUID = ROW, appeal: int = APPEAL) -> Envelope:
    return open_box(key_id, box, row=row, appeal=appeal)


def _box_of(plain: bytes) -> tuple[str, bytes]:
    """Return a box around anything, as anybody can make who has the public key."""
    key_id, public = parse_public_key(django_settings.CONTACT_PUBLIC_KEY)
    return key_id, SealedBox(public).encrypt(plain)


def _size_of_fields(box_bytes: int) -> int:
    """Return how long the only field must be so that what is encrypted fills a box of this size exactly."""
    empty = {"v": VERSION, "kind": "form", "row": ROW.hex, "appeal": APPEAL, "fields": {"words": ""}}
    return box_bytes - OVERHEAD_BYTES - len(json.dumps(empty))


@given(FIELDS)
def test_a_box_is_opened_to_the_same(fields: dict[str, Any]) -> None:
    envelope = replace(FORM, fields=fields)
    assert _open(*seal(envelope)) == envelope


def test_a_box_shows_nothing_and_is_never_the_same_twice() -> None:
    (key_id, first), (_, second) = seal(FORM), seal(FORM)
    assert key_id == parse_public_key(django_settings.CONTACT_PUBLIC_KEY)[0]
    assert first != second
    assert b"Fund" not in first


def test_only_a_holder_of_the_private_key_opens_it(settings: Settings) -> None:
    key_id, box = seal(FORM)
    mine, settings.CONTACT_PRIVATE_KEYS = settings.CONTACT_PRIVATE_KEYS, []
    with pytest.raises(NoKey):
        _open(key_id, box)
    settings.CONTACT_PRIVATE_KEYS = [generate_keys()["CONTACT_PRIVATE_KEY"], *mine]
    assert _open(key_id, box) == FORM, "as during a rotation"


def test_a_public_process_makes_boxes_with_the_public_key_alone(settings: Settings) -> None:
    settings.CONTACT_PRIVATE_KEYS, settings.CONTACT_INDEX_KEY = [], ""
    assert len(seal(FORM)[1]) == BLOCK_BYTES + OVERHEAD_BYTES


def test_a_box_of_another_key_is_not_opened(settings: Settings) -> None:
    key_id, _ = seal(FORM)
    settings.CONTACT_PUBLIC_KEY = generate_keys()["CONTACT_PUBLIC_KEY"]
    _, of_another = seal(FORM)
    with pytest.raises(CannotDecrypt, match="changed"):
        _open(key_id, of_another)


# --- bound to its row ---


@pytest.mark.parametrize("place", [{"row": uuid.UUID(int=8)}, {"appeal": 4}, {"appeal": 0}])
def test_a_box_copied_to_another_row_or_appeal_is_refused(place: dict[str, Any]) -> None:
    key_id, box = seal(FORM)
    with pytest.raises(CannotDecrypt, match="another row"):
        _open(key_id, box, **place)


@pytest.mark.parametrize("position", [0, 31, 32, 47, 48, 200, -1])
def test_a_changed_bit_is_noticed(position: int) -> None:
    key_id, box = seal(FORM)
    changed = bytearray(box)
    changed[position] ^= 1
    with pytest.raises(CannotDecrypt, match="changed"):
        _open(key_id, bytes(changed))


@pytest.mark.parametrize("box", [b"", b"\0", b"\0" * 48, b"\0" * 304, b"\xff" * 5000])
def test_garbage_is_not_opened(box: bytes) -> None:
    key_id, _ = seal(FORM)
    with pytest.raises(CannotDecrypt):
        _open(key_id, box)


PLAIN: dict[str, Any] = {"v": VERSION, "kind": "form", "row": ROW.hex, "appeal": APPEAL, "fields": {}}


def test_what_is_made_up_below_is_made_up_in_one_respect_only() -> None:
    assert _open(*_box_of(json.dumps(PLAIN).encode())) == replace(FORM, fields={})


@pytest.mark.parametrize(
    "changes",
    [
        {"v": VERSION + 1},
        {"v": None},
        {"row": None},
        {"row": 7},
        {"row": "no id"},
        {"row": [ROW.hex]},
        {"appeal": None},
        {"appeal": "x"},
        {"appeal": {}},
        {"appeal": float("inf")},
        {"fields": []},
        {"fields": "words"},
        {"fields": None},
    ],
)
def test_what_somebody_made_up_who_has_the_public_key_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CannotDecrypt):
        _open(*_box_of(json.dumps(PLAIN | changes).encode()))


@pytest.mark.parametrize("left_out", list(PLAIN))
def test_a_box_without_one_of_its_parts_is_refused(left_out: str) -> None:
    rest = {name: value for name, value in PLAIN.items() if name != left_out}
    with pytest.raises(CannotDecrypt):
        _open(*_box_of(json.dumps(rest).encode()))


@pytest.mark.parametrize(
    "plain",
    [b"", b"null", b"[]", b"7", b'"words"', b"{", b"\xff\xfe", b"[" * 40_000, b"1" * 5000, b'{"appeal": 1e999}'],
)
def test_a_box_around_no_envelope_is_refused(plain: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        _open(*_box_of(plain))


# --- sizes ---


def test_forms_of_similar_length_have_boxes_of_one_size() -> None:
    sizes = [len(seal(replace(FORM, fields={"words": "x" * length}))[1]) for length in range(600)]
    assert {(size - OVERHEAD_BYTES) % BLOCK_BYTES for size in sizes} == {0}
    assert sorted(set(sizes)) == [OVERHEAD_BYTES + BLOCK_BYTES * blocks for blocks in (1, 2, 3)]
    assert sizes == sorted(sizes)


def test_the_largest_message_has_a_box_and_a_larger_one_is_refused() -> None:
    most = _size_of_fields(MOST_BYTES)
    assert len(seal(replace(FORM, fields={"words": "x" * most}))[1]) == MOST_BYTES
    with pytest.raises(ValueError, match="too much"):
        seal(replace(FORM, fields={"words": "x" * (most + 1)}))


@pytest.mark.parametrize("letter", ["\U0001f54a", "\n", '"', "\\", "\x01"])
def test_a_message_of_four_thousand_letters_has_a_box(letter: str) -> None:
    """Whatever the letters: JSON writes some of them as six bytes."""
    message = {"message": letter * 4000, "mailbox": "x" * 254, "about": "not_agreed", "reference": "further-999999"}
    envelope = replace(FORM, kind="dispute", fields=message)
    assert _open(*seal(envelope)) == envelope


@pytest.mark.both_databases
@pytest.mark.django_db
@pytest.mark.parametrize("length", [0, 1, _size_of_fields(MOST_BYTES)])
def test_the_database_takes_every_box_and_returns_it(length: int) -> None:
    key_id, box = seal(replace(FORM, fields={"words": "x" * length}))
    IntakeRow.objects.create(pk=ROW, appeal=APPEAL, key_id=key_id, box=box)
    row = IntakeRow.objects.get()
    assert _open(row.key_id, bytes(row.box)).fields == {"words": "x" * length}


@pytest.mark.both_databases
@pytest.mark.django_db
@pytest.mark.parametrize(
    "size",
    [
        *(0, 1, OVERHEAD_BYTES, BLOCK_BYTES, OVERHEAD_BYTES + BLOCK_BYTES - 1, OVERHEAD_BYTES + BLOCK_BYTES + 1),
        *(MOST_BYTES - 1, MOST_BYTES + 1, MOST_BYTES + BLOCK_BYTES),
    ],
)
def test_the_database_takes_no_other_size(size: int) -> None:
    with pytest.raises(IntegrityError, match="intake_box_has_a_size"), transaction.atomic():
        IntakeRow.objects.create(appeal=APPEAL, key_id="00000000", box=b"x" * size)
