"""The token for "changed since it was shown": each part of an endorsement knows which actions change it."""

from collections.abc import Callable

import pytest
from django.db.models import Q

from petition.actions import stale_forms
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import contact_access, decisions, internal_notes, spelling, undo, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.refusals import ChangedMeanwhile
from petition.actions.self_service import corrections, own_page
from petition.models import Appeal, Endorsement, Kind
from tests.actions.moderation.test_undo import own_digest
from tests.factories import MODERATOR, NOON, SLUG, a_code_digest, approved

pytestmark = pytest.mark.both_databases

PROPOSAL = EntryProposal("Another Fund", "", "KG")
PARTS = {
    "name": stale_forms.NAME,
    "check": stale_forms.CHECK,
    "public note": stale_forms.PUBLIC_NOTE,
    "internal note": stale_forms.INTERNAL_NOTE,
    "anything": stale_forms.ANYTHING,
}


def revoke(row: Endorsement) -> None:
    decisions.revoke(row.pk, by=MODERATOR, at=NOON)


def correct_spelling(row: Endorsement) -> None:
    revoke(row)
    seen = stale_forms.last_change_of(row)
    spelling.correct_spelling(row.pk, PROPOSAL, seen=seen, by=MODERATOR, at=NOON)


def accept_correction(row: Endorsement) -> None:
    corrections.propose_correction(own_digest(row), PROPOSAL, at=NOON)
    corrections.accept_correction(row.corrections.get().pk, by=MODERATOR, at=NOON)


def undo_correction(row: Endorsement) -> int:
    accept_correction(row)
    seen = stale_forms.last_change_of(row)
    undo.undo_decision(row.pk, by=MODERATOR, at=NOON)
    return seen


def reject_with_note(row: Endorsement) -> None:
    revoke(row)
    decisions.reject(row.pk, by=MODERATOR, at=NOON, note="Nobody knows them.")


ACTIONS: dict[str, tuple[Callable[[Endorsement], int | None], set[str]]] = {
    "look at the contact": (lambda row: void(contact_access.open_contact(row.pk, by=MODERATOR, at=NOON)), set()),
    "revoke": (revoke, {"anything"}),
    "spell": (correct_spelling, {"name", "anything"}),
    "set the language": (
        lambda row: void(
            spelling.set_language(row.pk, "ru", seen=stale_forms.last_change_of(row), by=MODERATOR, at=NOON)
        ),
        {"name", "anything"},
    ),
    "accept a correction": (accept_correction, {"name", "anything"}),
    "undo a correction": (undo_correction, {"name", "anything"}),
    "check": (
        lambda row: void(verification.record_check(row.pk, CheckResult("other", True), seen=0, by=MODERATOR, at=NOON)),
        {"check", "anything"},
    ),
    "publish a note": (
        lambda row: decisions.set_public_note(SLUG, Kind.FURTHER, 1, "Closed.", by=MODERATOR, at=NOON),
        {"public note", "anything"},
    ),
    "note": (
        lambda row: internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON),
        {"internal note", "anything"},
    ),
    "reject with a note": (reject_with_note, {"internal note", "anything"}),
    "forget the mailbox": (
        lambda row: void(own_page.forget_mailbox(own_digest(row), a_code_digest(), at=NOON)),
        {"internal note", "anything"},
    ),
}


def void(_result: object) -> None:
    """Drop what an action returns: only `undo_correction` gives back a token."""


@pytest.mark.parametrize("action", ACTIONS)
def test_a_form_is_stale_after_the_actions_that_change_its_part_and_after_no_other(appeal: Appeal, action: str) -> None:
    row = approved(appeal)
    seen = stale_forms.last_change_of(row)
    act, changed = ACTIONS[action]
    seen = act(row) or seen
    row.refresh_from_db()
    assert {part for part, changes in PARTS.items() if is_stale(row, changes, seen)} == changed


def is_stale(row: Endorsement, changes: Q, seen: int) -> bool:
    try:
        stale_forms.refuse_if_changed(row, changes, seen=seen)
    except ChangedMeanwhile as error:
        assert error.event.pk > seen
        return True
    return False


@pytest.mark.parametrize(
    ("typed", "token"), [("17", 17), ("0", 0), ("", 0), ("-1", 0), ("stale", 0), ("²", 0), ("9" * 19, 0)]
)
def test_a_token_that_no_page_handed_out_is_older_than_everything(typed: str, token: int) -> None:
    assert stale_forms.parse(typed) == token
