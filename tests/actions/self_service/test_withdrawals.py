"""A withdrawal by staff removes the name immediately and can be cancelled for 24 hours; one by link is final."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.audit import OPERATOR
from petition.actions.endorsing import expiry, withheld_count
from petition.actions.intake import accept
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import batches, decisions, hold, spelling, undo, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.operations import removal_replay, retention
from petition.actions.operations.removal_journal import RemovalJournal
from petition.actions.refusals import AlreadyDecided, BeingWithdrawn, NothingToUndo, NotPossible
from petition.actions.self_service import corrections, own_page
from petition.models import (
    Appeal,
    AuditEvent,
    BatchAction,
    Display,
    Endorsement,
    Kind,
    PrivateLink,
    Purpose,
    Removal,
    Signatory,
    State,
    Status,
)
from petition.publishing import queries
from petition.reference import clock
from petition.security.encryption import decrypt_column
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SECOND, SLUG, approved, confirmed, submitted
from tests.models.rows import a_correction

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BY: dict[str, Any] = {"by": MODERATOR, "at": NOON}
LATER: dict[str, Any] = {"by": SECOND, "at": NOON + timedelta(hours=23)}


def reload(row: Endorsement) -> Endorsement:
    return Endorsement.objects.select_related("signatory").get(pk=row.pk)


def list_verbs(row: Endorsement) -> list[str]:
    about = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=row.pk)
    return list(about.order_by("pk").values_list("verb", flat=True))


def own_digest(row: Endorsement) -> str:
    return PrivateLink.objects.filter(endorsement=row, purpose=Purpose.OWN_PAGE).values_list("digest", flat=True)[0]


def a_checked_entry(appeal: Appeal) -> Endorsement:
    """Create a listed entry of a checked member, with a note and a listing day of its own."""
    row = approved(appeal, at=NOON - 9 * DAY, organisation_name="Made-up Fund", acronym="MUF", countries=("KG", "KZ"))
    verification.record_check(row.pk, CheckResult("other", member=True), seen=0, by=MODERATOR, at=NOON - 8 * DAY)
    decisions.set_public_note(SLUG, Kind.FURTHER, 1, "Merged in 2025.", by=MODERATOR, at=NOON - 7 * DAY)
    return row


@pytest.mark.both_databases
def test_the_name_is_removed_immediately_and_a_day_later_it_is_final(appeal: Appeal) -> None:
    row = a_checked_entry(appeal)
    decisions.withdraw(row.pk, **BY)
    waiting = reload(row)
    assert waiting.signatory and waiting.signatory.status == Status.NO_LONGER_LISTED
    assert (waiting.state, waiting.withdrawal_due_at) == (State.APPROVED, NOON + DAY)
    assert (waiting.organisation_name, waiting.folded) == ("", "")
    assert decrypt_column(waiting, "sealed_name")["organisation_name"] == row.organisation_name != ""
    retention.purge(at=NOON + DAY - timedelta(seconds=1))
    assert reload(row).state == State.APPROVED
    with pytest.raises(NotPossible):
        decisions.cancel_withdrawal(row.pk, by=SECOND, at=NOON + DAY)
    retention.purge(at=NOON + DAY)
    ended = reload(row)
    assert (ended.state, ended.withdrawn_at, ended.withdrawal_due_at) == (State.WITHDRAWN, NOON + DAY, None)
    assert (ended.sealed_listing, ended.links.exclude(purpose=Purpose.OWN_PAGE).count()) == ("", 0)
    assert list_verbs(row)[-2:] == ["start_withdrawal", "withdraw"]
    with pytest.raises(NotPossible):
        decisions.cancel_withdrawal(row.pk, **LATER)


@pytest.mark.both_databases
def test_cancelling_restores_the_entry_unchanged(appeal: Appeal) -> None:
    row = a_checked_entry(appeal)
    before = Signatory.objects.values().get(kind="further")
    private = Endorsement.objects.values().get(pk=row.pk)
    decisions.withdraw(row.pk, **BY)
    decisions.cancel_withdrawal(row.pk, **LATER)
    assert Signatory.objects.values().get(kind="further") | {"explained_by": 0} == before | {"explained_by": 0}
    changed = {"explained_by": 0, "weighed_at": None, "folded": ""}
    assert Endorsement.objects.values().get(pk=row.pk) | changed == private | changed
    assert list_verbs(row)[-2:] == ["start_withdrawal", "cancel_withdrawal"]
    retention.purge(at=NOON + 2 * DAY)
    assert reload(row).state == State.APPROVED


def test_outsiders_cannot_distinguish_it_from_hidden_or_withdrawn(appeal: Appeal) -> None:
    rows = [approved(appeal) for _ in range(3)]
    decisions.withdraw(rows[0].pk, **BY)
    decisions.hide(SLUG, Kind.FURTHER, 2, **BY)
    leaving.withdraw(own_digest(rows[2]), at=NOON)
    lines = [line for line in queries.list_signatories(SLUG) if line.kind == "further"]
    assert len({str(line).replace(f"{number}", "N") for number, line in enumerate(lines, 1)}) == 1
    rest = [
        {name: value for name, value in line.items() if name not in ("id", "number", "explained_by")}
        for line in Signatory.objects.filter(kind="further").values()
    ]
    assert rest[0] == rest[1] == rest[2]


def create_in_state(appeal: Appeal, state: str) -> Endorsement:
    if state == "submitted":
        return submitted(appeal)[0]
    row = confirmed(appeal)
    if state == "returned":
        decisions.ask_question(row.pk, "Who are you?", **BY)
    elif state == "rejected":
        decisions.reject(row.pk, **BY)
    elif state == "withheld":
        row = approved(appeal, display="withheld")
    elif state == "approved":
        decisions.approve(row.pk, **BY)
    elif state == "quarantined":
        hold.put_on_hold([row.pk], reason="moderator", **BY)
    return reload(row)


STATES = ("submitted", "confirmed", "quarantined", "returned", "rejected", "approved", "withheld")


@pytest.mark.both_databases
@pytest.mark.parametrize("state", STATES)
def test_in_every_state_it_can_be_cancelled_for_a_day(appeal: Appeal, state: str) -> None:
    row = create_in_state(appeal, state)
    name = row.organisation_name
    decisions.withdraw(row.pk, **BY)
    assert (reload(row).state, reload(row).organisation_name) == (row.state, "")
    decisions.cancel_withdrawal(row.pk, **LATER)
    back = reload(row)
    assert (back.state, back.organisation_name, back.quarantined_for) == (row.state, name, row.quarantined_for)
    decisions.withdraw(row.pk, **LATER)
    retention.purge(at=LATER["at"] + DAY)
    assert reload(row).state == State.WITHDRAWN


DECISIONS: dict[str, Callable[[Endorsement], object]] = {
    **{
        name: lambda row, name=name: getattr(decisions, name)(row.pk, **LATER)  # type: ignore[misc]  # a bound loop
        for name in ("approve", "reject", "reopen", "revoke", "withdraw", "show_as_requested")
    },
    "ask": lambda row: decisions.ask_question(row.pk, "Why?", **LATER),
    "check": lambda row: verification.record_check(row.pk, CheckResult("other", member=False), seen=0, **LATER),
    "spell": lambda row: spelling.correct_spelling(row.pk, EntryProposal("Other", "", ""), seen=0, **LATER),
    "language": lambda row: spelling.set_language(row.pk, "ru", seen=0, **LATER),
    "propose": lambda row: corrections.propose_correction(own_digest(row), EntryProposal("Other", "", ""), at=NOON),
    "answer": lambda row: own_page.answer_question(own_digest(row), "We.", at=NOON),
}


@pytest.mark.parametrize("state", [state for state in STATES if state != "submitted"])
@pytest.mark.parametrize("name", DECISIONS)
def test_nothing_else_can_be_decided_meanwhile(appeal: Appeal, state: str, name: str) -> None:
    row = create_in_state(appeal, state)
    decisions.withdraw(row.pk, **BY)
    before = reload(row), len(list_verbs(row))
    with pytest.raises(NotPossible if name == "answer" else BeingWithdrawn):
        DECISIONS[name](row)
    assert (reload(row).state, reload(row).display, len(list_verbs(row))) == (
        before[0].state,
        before[0].display,
        before[1],
    )


def test_it_is_in_no_bulk_action_and_no_duty_of_the_worker(appeal: Appeal) -> None:
    asked, waiting = create_in_state(appeal, "returned"), create_in_state(appeal, "quarantined")
    correction = a_correction(waiting)
    for row in (asked, waiting):
        decisions.withdraw(row.pk, by=MODERATOR, at=NOON + 40 * DAY)
    for action in BatchAction.values:
        assert not batches.list_eligible(action).filter(pk__in=[asked.pk, waiting.pk]).exists(), action
    assert hold.release([waiting.pk], **LATER) == []
    at = NOON + 40 * DAY
    assert [
        list(due(at=at)) for due in (expiry.find_unanswered, expiry.find_questions_to_remind, expiry.find_undecided)
    ] == [[], [], []]
    for decide in (corrections.accept_correction, corrections.refuse_correction):
        with pytest.raises(BeingWithdrawn):
            decide(correction.pk, **LATER)
    assert not Endorsement.objects.to_decide().exists()


def test_an_earlier_decision_is_neither_mailed_nor_undone(appeal: Appeal) -> None:
    row = approved(appeal)
    decisions.withdraw(row.pk, **BY)
    assert "listed" not in [message for message, *_ in factories.mails()]
    with pytest.raises(NothingToUndo):
        undo.undo_decision(row.pk, **BY)


# --- the organisation ---


def test_a_withdrawal_by_link_is_final_immediately(appeal: Appeal) -> None:
    row = approved(appeal)
    decisions.withdraw(row.pk, **BY)
    leaving.withdraw(own_digest(row), at=NOON + MINUTE)
    assert (reload(row).state, reload(row).withdrawn_at) == (State.WITHDRAWN, NOON + MINUTE)
    with pytest.raises(NotPossible):
        decisions.cancel_withdrawal(row.pk, **LATER)


@pytest.mark.parametrize("stop", ["organisation", "moderator", "operator"])
def test_a_hidden_name_stays_hidden_after_cancelling(appeal: Appeal, stop: str) -> None:
    row = approved(appeal)
    decisions.withdraw(row.pk, **BY)
    if stop == "organisation":
        leaving.stop_being_named(own_digest(row), at=NOON + MINUTE)
    else:
        decisions.hide(SLUG, Kind.FURTHER, 1, by=OPERATOR if stop == "operator" else SECOND, at=NOON + MINUTE)
    decisions.cancel_withdrawal(row.pk, **LATER)
    back = reload(row)
    assert (back.state, back.display, back.organisation_name) == (State.APPROVED, Display.WITHHELD, "")
    assert back.signatory and back.signatory.status == Status.NO_LONGER_LISTED


def test_the_own_page_shows_when_it_is_final_and_what_is_possible(client: Client, appeal: Appeal) -> None:
    row = approved(appeal, at=clock.now())
    address = decisions.issue_private_link(row.pk, by=MODERATOR, at=clock.now()).removeprefix("http://127.0.0.1:8000")
    with clock.freeze(NOON):
        decisions.withdraw(row.pk, **BY)
    page = client.get(address).content.decode()
    assert "Your endorsement is being withdrawn" in page
    assert "withdrawn for good on 24 November 2026" in page
    for step, status in (("withdraw", 200), ("stop", 200), ("correction", 409), ("named", 409)):
        assert client.get(f"{address}{step}/").status_code == status, step
    assert "is already gone from this site" in client.get(f"{address}stop/").content.decode()
    assert client.post(f"{address}withdraw/").status_code == 200
    assert reload(row).state == State.WITHDRAWN


def test_confirming_meanwhile_is_refused_as_closed(client: Client, appeal: Appeal) -> None:
    row, token = submitted(appeal, at=clock.now())
    decisions.withdraw(row.pk, by=MODERATOR, at=clock.now())
    for method in ("get", "post"):
        response = getattr(client, method)(f"/endorsements/{token}/confirm/")
        assert response.status_code == 200
    assert "This endorsement is closed" in response.content.decode()
    assert reload(row).state == State.SUBMITTED


def test_the_mailbox_may_endorse_again_when_it_is_final(appeal: Appeal) -> None:
    same: dict[str, Any] = {"organisation_name": "Made-up Fund", "contact_email": "asel@fund.example"}
    row = approved(appeal, **same)
    decisions.withdraw(row.pk, **BY)
    accept.submit(appeal, factories.a_submission(**same), at=NOON)
    assert factories.mails()[-1][0] == "already_endorsed"
    retention.purge(at=NOON + DAY)
    assert confirmed(appeal, at=NOON + DAY, **same).state == State.CONFIRMED


# --- numbers, restores, the database ---


def test_a_counted_withheld_one_leaves_the_count_at_the_next_refresh(appeal: Appeal) -> None:
    row = approved(appeal, display="withheld")
    verification.record_check(row.pk, CheckResult("other", member=False), seen=0, **BY)
    withheld_count.count_withheld(row.pk, by=SECOND, at=NOON)

    def total(days: int) -> int:
        withheld_count.refresh_published_counts(at=NOON + days * DAY)
        return Appeal.objects.get(pk=appeal.pk).withheld_total

    assert total(0) == 1
    decisions.withdraw(row.pk, by=MODERATOR, at=NOON + DAY - MINUTE)
    assert Appeal.objects.get(pk=appeal.pk).withheld_total == 1
    assert total(1) == 0
    decisions.cancel_withdrawal(row.pk, by=MODERATOR, at=NOON + DAY)
    assert total(2) == 1


@pytest.mark.both_databases
def test_after_a_restore_it_is_removed_again_unless_cancelled(
    appeal: Appeal, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path  # a journal of its own
    rows = [approved(appeal) for _ in range(2)]
    for row in rows:
        decisions.withdraw(row.pk, **BY)
    decisions.cancel_withdrawal(rows[0].pk, **LATER)
    journal = RemovalJournal("site", list(Removal.objects.order_by("pk")))
    assert not removal_replay.replay_removals(journal, by=OPERATOR, at=NOON + DAY).counts
    assert list(Signatory.objects.listed().filter(kind="further").values_list("number", flat=True)) == [1]


def test_an_original_can_be_hidden_but_not_withdrawn(appeal: Appeal) -> None:
    row = Endorsement.objects.get(signatory__kind="original", signatory__number=1)
    with pytest.raises(NotPossible):
        decisions.withdraw(row.pk, **BY)


def test_an_ended_one_is_not_withdrawn_again(appeal: Appeal) -> None:
    row = approved(appeal)
    leaving.withdraw(own_digest(row), at=NOON)
    with pytest.raises(AlreadyDecided):
        decisions.withdraw(row.pk, **BY)


@pytest.mark.both_databases
def test_the_database_refuses_unrecorded_withdrawals_and_decisions_meanwhile(appeal: Appeal) -> None:
    row = confirmed(appeal)
    decisions.withdraw(row.pk, **BY)
    event = AuditEvent.objects.get(pk=reload(row).explained_by)
    later = AuditEvent.objects.create(at=NOON, verb="reject", subject_kind="endorsement", subject_id=row.pk).pk
    for columns in (
        {"withdrawal_due_at": None, "sealed_listing": ""},
        {"withdrawal_due_at": None, "sealed_listing": "", "explained_by": event.pk},
        {"state": State.REJECTED, "decided_at": NOON, "explained_by": later},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Endorsement.objects.filter(pk=row.pk).update(**columns)
    assert Endorsement.objects.filter(pk=row.pk).update(withdrawal_due_at=None, explained_by=later) == 1
