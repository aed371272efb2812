"""Bulk actions: on what was shown, whole or piece by piece, by two people for many, and undone as one step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from petition.actions import stale_forms
from petition.actions.endorsing import confirmation
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import (
    batches,
    contact_access,
    decision_records,
    decisions as moderation,
    hold,
    internal_notes,
    spelling,
)
from petition.actions.operations import retention
from petition.actions.refusals import NothingToDo, SecondPersonNeeded, UnknownReason
from petition.actions.self_service import own_page
from petition.models import (
    Appeal,
    AuditEvent,
    Batch,
    BatchAction,
    BatchOutcome,
    BatchState,
    Endorsement,
    OutgoingMail,
    Reason,
    Signatory,
    State,
)
from petition.reference import clock
from petition.security.tokens import hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, confirmed, mails, submitted, token_in

FIRST, SECOND = 1, 2
LATER = NOON + timedelta(hours=1)
QUARANTINE, RELEASE, APPROVE, REJECT = (
    BatchAction.QUARANTINE,
    BatchAction.RELEASE,
    BatchAction.APPROVE,
    BatchAction.REJECT,
)


def run() -> None:
    while batches.continue_batches():
        pass


def do(action: BatchAction, rows: list[Endorsement], **options: Any) -> Batch:
    batch = batches.start(action, [row.pk for row in rows], by=FIRST, at=NOON, **options)
    run()
    batch.refresh_from_db()
    return batch


def outcomes(batch: Batch) -> list[str]:
    return list(batch.parts.order_by("endorsement_id").values_list("outcome", flat=True))


def states() -> list[tuple[str, str]]:
    return list(Endorsement.objects.filter(origin="form").order_by("pk").values_list("state", "quarantined_for"))


# --- one ---


@pytest.mark.both_databases
def test_putting_on_hold_and_releasing_send_no_mail(appeal: Appeal) -> None:
    row, other = confirmed(appeal), confirmed(appeal)
    before = len(mails())
    assert hold.put_on_hold([row.pk], reason="moderator", by=MODERATOR, at=NOON) == [row.pk]
    assert hold.put_on_hold([row.pk], reason="likeness", by=MODERATOR, at=NOON) == [], "the first reason stays"
    assert states() == [("confirmed", "moderator"), ("confirmed", "")]
    assert hold.release([row.pk, other.pk], by=MODERATOR, at=LATER) == [row.pk]
    assert states() == [("confirmed", "")] * 2
    assert len(mails()) == before
    events = AuditEvent.objects.filter(subject_id=row.pk, verb__in=("quarantine", "release")).order_by("pk")
    assert [(event.verb, event.reason, event.actor_id) for event in events] == [
        ("quarantine", "moderator", 1), ("release", "", 1),
    ]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("decide", [moderation.approve, moderation.reject, factories.withdraw_for_good])
def test_a_decision_ends_the_hold(appeal: Appeal, decide: object) -> None:
    row = confirmed(appeal)
    hold.put_on_hold([row.pk], reason="moderator", by=MODERATOR, at=NOON)
    decided = decide(row.pk, by=MODERATOR, at=NOON)  # type: ignore[operator]  # one of the three above
    assert (decided.quarantined_at, decided.quarantined_for) == (None, "")
    assert hold.put_on_hold([row.pk], reason="moderator", by=MODERATOR, at=NOON) == [], "decided"


@pytest.mark.both_databases
def test_neither_a_question_nor_the_mailbox_ends_the_hold(appeal: Appeal) -> None:
    row, token = submitted(appeal)
    hold.put_on_hold([row.pk], reason="moderator", by=MODERATOR, at=NOON)
    confirmation.confirm(hash_token(token, "confirm"), at=NOON)
    moderation.ask_question(row.pk, "Who are you?", by=MODERATOR, at=NOON)
    assert states() == [("returned", "moderator")]


# --- what was seen ---


def respell(row: Endorsement, name: str) -> None:
    row.refresh_from_db()
    spelling.correct_spelling(
        row.pk, EntryProposal(name, "", "KG"), seen=stale_forms.last_change_of(row), by=MODERATOR, at=NOON
    )


def returned_and_answered(row: Endorsement) -> None:
    moderation.ask_question(row.pk, "Who are you?", by=MODERATOR, at=NOON)
    own_page.answer_question(hash_token(token_in(mails()[-1][2]), "own_page"), "We.", at=NOON)


CHANGES: dict[str, Callable[[Endorsement], object]] = {
    "respelled": lambda row: respell(row, "Another Fund"),
    "returned": returned_and_answered,
    "noted": lambda row: internal_notes.set_internal_note(row.pk, "Do not approve.", by=MODERATOR, at=NOON),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("action", [APPROVE, REJECT])
def test_rows_changed_since_the_proposal_are_left_alone(appeal: Appeal, action: BatchAction, change: str) -> None:
    rows = [confirmed(appeal) for _ in range(26)]
    batch = batches.start(action, [row.pk for row in rows], by=FIRST, at=NOON)
    CHANGES[change](rows[3])
    contact_access.open_contact(rows[4].pk, by=MODERATOR, at=NOON)
    batches.carry_out(batch.pk, by=SECOND, at=LATER)
    run()
    assert outcomes(batch) == [BatchOutcome.DONE] * 3 + [BatchOutcome.SKIPPED] + [BatchOutcome.DONE] * 22
    assert states()[3] == ("confirmed", "")


def test_rows_changed_since_the_page_was_shown_are_left_out(appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(3)]
    shown_at = stale_forms.newest_event()
    respell(rows[1], "Another Fund")
    contact_access.open_contact(rows[2].pk, by=MODERATOR, at=NOON)
    batch = batches.start(APPROVE, [row.pk for row in rows], seen=shown_at, by=FIRST, at=NOON)
    assert set(batch.parts.values_list("endorsement_id", flat=True)) == {rows[0].pk, rows[2].pk}


# --- many ---


@pytest.mark.both_databases
def test_one_person_can_put_any_number_on_hold_but_not_decided_ones(appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(30)]
    batch = batches.start(QUARANTINE, [row.pk for row in rows], by=FIRST, at=NOON)
    moderation.approve(rows[0].pk, by=MODERATOR, at=NOON)
    run()
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert outcomes(batch) == [BatchOutcome.SKIPPED] + [BatchOutcome.DONE] * 29
    assert Endorsement.objects.on_hold().count() == 29
    events = AuditEvent.objects.filter(verb="quarantine")
    assert set(events.values_list("subject_id", flat=True)) == {row.pk for row in rows[1:]}
    assert list(AuditEvent.objects.filter(subject_kind="batch").values_list("verb", "subject_id", "actor_id")) == [
        ("begin", batch.pk, FIRST)
    ]


@pytest.mark.both_databases
def test_undoing_a_hold_releases_only_its_own_rows(appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(4)]
    hold.put_on_hold([rows[0].pk], reason="network", by=MODERATOR, at=NOON - timedelta(hours=1))
    waiting, token = submitted(appeal)
    batch = do(QUARANTINE, [*rows, waiting])
    assert batch.parts.count() == 4, "what was set aside before is not part of it"
    moderation.approve(rows[1].pk, by=MODERATOR, at=NOON)
    hold.release([rows[2].pk], by=MODERATOR, at=NOON)
    hold.put_on_hold([rows[2].pk], reason="moderator", by=MODERATOR, at=LATER)
    confirmation.confirm(hash_token(token, "confirm"), at=NOON)
    batches.undo(batch.pk, by=SECOND, at=LATER)
    run()
    assert states() == [
        ("confirmed", "network"), ("approved", ""), ("confirmed", "moderator"), ("confirmed", ""), ("confirmed", ""),
    ]  # fmt: skip
    assert outcomes(batch) == [BatchOutcome.KEPT, BatchOutcome.KEPT, BatchOutcome.UNDONE, BatchOutcome.UNDONE]
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by, batch.undone_at) == (BatchState.UNDONE, SECOND, LATER)


@pytest.mark.both_databases
def test_undoing_a_release_restores_each_reason(appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(3)]
    for row, reason in zip(rows, ("network", "honeypot", "network"), strict=True):
        hold.put_on_hold([row.pk], reason=reason, by=MODERATOR, at=NOON)
    batch = do(RELEASE, rows)
    assert states() == [("confirmed", "")] * 3
    moderation.approve(rows[2].pk, by=MODERATOR, at=NOON)
    batches.undo(batch.pk, by=FIRST, at=LATER)
    run()
    assert states() == [("confirmed", "network"), ("confirmed", "honeypot"), ("approved", "")]


@pytest.mark.both_databases
def test_more_than_twenty_five_need_two_people(appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(26)]
    few = do(APPROVE, rows[:1])
    assert few.state == BatchState.DONE
    more = [confirmed(appeal), *rows[1:]]
    batch = do(APPROVE, more)
    assert (batch.state, outcomes(batch)) == (BatchState.PROPOSED, [BatchOutcome.WAITING] * 26)
    assert Endorsement.objects.filter(origin="form", state=State.APPROVED).count() == 1
    with pytest.raises(SecondPersonNeeded):
        batches.carry_out(batch.pk, by=FIRST, at=LATER)
    moderation.reject(more[0].pk, by=MODERATOR, at=NOON)
    for _ in range(2):
        batches.carry_out(batch.pk, by=SECOND, at=LATER)
    run()
    assert sorted(Signatory.objects.filter(kind="further").values_list("number", flat=True)) == list(range(1, 27))
    approving = AuditEvent.objects.filter(verb="approve", actor_id=SECOND)
    assert approving.count() == 25
    assert sorted(outcomes(batch)) == [BatchOutcome.DONE] * 25 + [BatchOutcome.SKIPPED]
    assert OutgoingMail.objects.filter(message="listed").count() == 26
    verbs = AuditEvent.objects.filter(subject_kind="batch", subject_id=batch.pk).order_by("pk")
    assert list(verbs.values_list("verb", "actor_id")) == [("propose", FIRST), ("begin", SECOND)]


def test_more_than_twenty_five_need_two_people_without_mail_too(appeal: Appeal) -> None:
    unproven = do(REJECT, [submitted(appeal)[0] for _ in range(26)])
    Reason.objects.filter(code="duplicate").update(sends_mail=False)
    silent = do(REJECT, [confirmed(appeal) for _ in range(26)], reason="duplicate")
    assert (unproven.state, silent.state, silent.reason) == (BatchState.PROPOSED, BatchState.PROPOSED, "duplicate")
    few = do(REJECT, [submitted(appeal)[0] for _ in range(25)])
    assert few.state == BatchState.DONE
    assert not OutgoingMail.objects.filter(message="rejected").exists()
    with pytest.raises(UnknownReason):
        do(REJECT, [confirmed(appeal)], reason="whim")


@pytest.mark.both_databases
def test_a_batch_continues_after_its_reason_was_removed(appeal: Appeal) -> None:
    batch = batches.start(REJECT, [confirmed(appeal).pk], reason="duplicate", by=FIRST, at=NOON)
    Reason.objects.filter(code="duplicate").update(is_offered=False)
    run()
    assert outcomes(batch) == [BatchOutcome.SKIPPED]


@pytest.mark.both_databases
def test_a_proposal_can_be_dropped(appeal: Appeal) -> None:
    batch = do(REJECT, [confirmed(appeal) for _ in range(26)])
    batches.discard(batch.pk, by=FIRST, at=NOON)
    batches.carry_out(batch.pk, by=SECOND, at=NOON)
    run()
    batch.refresh_from_db()
    assert batch.state == BatchState.DROPPED
    assert {state for state, _ in states()} == {"confirmed"}


@pytest.mark.both_databases
@pytest.mark.parametrize("action", [APPROVE, REJECT])
def test_undoing_a_batch_leaves_later_decisions_alone(appeal: Appeal, action: BatchAction) -> None:
    rows = [confirmed(appeal) for _ in range(3)]
    batch = do(action, rows)
    factories.withdraw_for_good(rows[1].pk, by=MODERATOR, at=LATER)
    batches.undo(batch.pk, by=SECOND, at=LATER)
    run()
    assert [state for state, _ in states()] == ["confirmed", "withdrawn", "confirmed"]
    assert outcomes(batch) == [BatchOutcome.UNDONE, BatchOutcome.KEPT, BatchOutcome.UNDONE]
    assert not Signatory.objects.listed().filter(kind="further").exists()


@pytest.mark.both_databases
@pytest.mark.parametrize("action", [APPROVE, REJECT])
def test_undoing_a_batch_cancels_its_waiting_mails(appeal: Appeal, action: BatchAction) -> None:
    rows = [confirmed(appeal, display=display) for display in ("named", "named", "withheld")]
    before = mails()
    batch = do(action, rows)
    assert len(mails()) == len(before) + 3
    in_vain = OutgoingMail.objects.owed().latest("pk")
    OutgoingMail.objects.filter(pk=in_vain.pk).update(attempts=1)
    batches.undo(batch.pk, by=SECOND, at=LATER)
    run()
    assert [message for message, *_ in mails()] == [message for message, *_ in before]


@pytest.mark.both_databases
def test_mails_of_a_late_piece_wait_a_minute_too(appeal: Appeal) -> None:
    row = confirmed(appeal)
    batches.start(APPROVE, [row.pk], by=FIRST, at=NOON)
    with clock.freeze(LATER):
        run()
    assert OutgoingMail.objects.get(message="listed").due_at == decision_records.undo_deadline(LATER)


@pytest.mark.both_databases
def test_an_unfinished_batch_can_be_undone(appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(30)]
    hold.put_on_hold([row.pk for row in rows], reason="network", by=MODERATOR, at=NOON)
    batch = batches.start(REJECT, [row.pk for row in rows[:25]], by=FIRST, at=NOON)
    batches.undo(batch.pk, by=FIRST, at=NOON)
    run()
    assert outcomes(batch) == [BatchOutcome.SKIPPED] * 25
    assert {state for state, _ in states()} == {"confirmed"}


@pytest.mark.both_databases
def test_an_empty_selection_makes_no_batch(appeal: Appeal) -> None:
    row = factories.approved(appeal)
    with pytest.raises(NothingToDo):
        batches.start(QUARANTINE, [row.pk, 10**9], by=FIRST, at=NOON)
    assert not Batch.objects.exists()


@pytest.mark.both_databases
def test_a_batch_continues_piece_by_piece(appeal: Appeal) -> None:
    batch = batches.start(APPROVE, [confirmed(appeal).pk for _ in range(3)], by=FIRST, at=NOON)
    assert batches.continue_batches(batch_id=batch.pk)
    assert outcomes(batch) == [BatchOutcome.DONE] * 3
    assert batches.continue_batches(batch_id=batch.pk), "it is closed"
    assert not batches.continue_batches(batch_id=batch.pk)
    assert not batches.continue_batches(seconds=1)


@pytest.mark.both_databases
def test_erased_endorsements_leave_their_batch_and_old_batches_are_deleted(appeal: Appeal) -> None:
    unproven, _ = submitted(appeal)
    factories.mails_left(unproven)
    batch = do(QUARANTINE, [unproven, confirmed(appeal)])
    retention.purge(at=NOON + timedelta(days=30))
    assert batch.parts.count() == 1
    retention.purge(at=NOON + timedelta(days=31))
    assert not Batch.objects.exists()
    assert Endorsement.objects.on_hold().count() == 1


@pytest.mark.both_databases
def test_a_decision_of_a_batch_sends_a_mail(appeal: Appeal) -> None:
    row = confirmed(appeal, contact_email="asel@fund.example")
    do(REJECT, [row])
    assert [(message, address) for message, address, _ in mails()][-1] == ("rejected", "asel@fund.example")
    assert token_in(mails()[0][2])
