"""Decisions: the first one wins, numbers run from 1 to N, and each organisation gets a mail."""

from datetime import timedelta
from typing import Any

import pytest

from petition.actions.lifecycle import lock_endorsement, move
from petition.actions.moderation import decisions
from petition.actions.moderation.decisions import approve, reject, reopen, revoke
from petition.actions.refusals import AlreadyDecided, EndorsedAgain, MailboxNotConfirmed, NotPossible
from petition.models import Appeal, AuditEvent, Endorsement, Signatory, State, Status
from petition.models.signatories import PRINTED_FIELDS
from petition.security.encryption import decrypt_column
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, a_submission, mails, withdraw_for_good as withdraw

pytestmark = pytest.mark.both_databases

LATER = NOON + timedelta(days=2)


def line_of(endorsement: Endorsement) -> Signatory:
    endorsement.refresh_from_db()
    assert endorsement.signatory
    return endorsement.signatory


def test_an_approved_name_is_listed_as_submitted_and_gets_a_mail(appeal: Appeal) -> None:
    endorsement = factories.confirmed(
        appeal, organisation_name="Made-up Fund", acronym="MUF", countries=("KG", "KZ"), language="ru"
    )
    approve(endorsement.pk, by=MODERATOR, at=NOON)
    line = line_of(endorsement)
    assert line.label == "Made-up Fund (MUF, Kyrgyzstan, Kazakhstan)"
    assert (line.status, line.listed_on, line.countries, line.member) == (Status.LISTED, NOON.date(), "KG KZ", False)
    message, _, content = mails()[-1]
    assert (message, content["line"]) == ("listed", line.label)
    assert content["url"] == "http://127.0.0.1:8000/ru/appeals/kyrgyzstan-2020/signatories/further-1/"


def test_numbers_run_from_1_in_the_order_of_listing_for_each_appeal(appeal: Appeal) -> None:
    other = factories.an_appeal("another-appeal")
    waiting = [factories.confirmed(appeal) for _ in range(4)]
    for endorsement in reversed(waiting):
        approve(endorsement.pk, by=MODERATOR, at=NOON)
    assert [line_of(endorsement).number for endorsement in waiting] == [4, 3, 2, 1]
    assert line_of(factories.approved(other)).reference == "further-1"
    appeal.refresh_from_db()
    assert appeal.last_number == 4


def test_an_approved_withheld_name_is_encrypted_and_has_no_entry(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, display="withheld", organisation_name="Made-up Fund", acronym="MUF")
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.signatory, endorsement.organisation_name, endorsement.acronym) == (
        State.APPROVED,
        None,
        "",
        "",
    )
    sealed = decrypt_column(endorsement, "sealed_name")
    assert (sealed["organisation_name"], sealed["acronym"], sealed["countries"]) == ("Made-up Fund", "MUF", "KG")
    assert mails()[-1][0] == "counted"
    appeal.refresh_from_db()
    assert (appeal.last_number, appeal.revision) == (0, 1)


def test_each_public_change_is_a_revision_of_its_own(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    revisions = []
    for decide, at in ((approve, NOON), (revoke, LATER), (approve, NOON), (withdraw, LATER)):
        decide(endorsement.pk, by=MODERATOR, at=at)
        appeal.refresh_from_db()
        revisions.append((appeal.revision, appeal.revised_at))
    assert revisions == [(2, NOON), (3, LATER), (4, LATER), (5, LATER)]


def test_a_name_listed_again_keeps_its_number(appeal: Appeal) -> None:
    first, second = factories.approved(appeal), factories.approved(appeal)
    revoke(first.pk, by=MODERATOR, at=NOON)
    hidden = line_of(first)
    assert (hidden.number, hidden.status, hidden.listed_on) == (1, Status.NO_LONGER_LISTED, None)
    assert {getattr(hidden, field) for field in PRINTED_FIELDS} == {""}
    third = factories.approved(appeal)
    approve(first.pk, by=MODERATOR, at=LATER)
    again = line_of(first)
    assert (again.number, again.status, again.listed_on) == (1, Status.LISTED, LATER.date())
    assert [line_of(row).number for row in (second, third)] == [2, 3]


def test_a_rejected_organisation_gets_a_mail_and_may_send_again(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    reject(endorsement.pk, by=MODERATOR, at=NOON)
    assert mails()[-1][0] == "rejected"
    assert reopen(endorsement.pk, by=SECOND, at=LATER).state == State.CONFIRMED
    endorsement.refresh_from_db()
    assert (endorsement.decided_at, endorsement.confirmed_at) == (None, NOON)
    assert approve(endorsement.pk, by=SECOND, at=LATER).state == State.APPROVED


def test_an_unconfirmed_mailbox_gets_no_mail_and_is_not_queued(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    reject(endorsement.pk, by=MODERATOR, at=NOON)
    assert mails() == [], "nor one that asks to confirm"
    with pytest.raises(MailboxNotConfirmed):
        reopen(endorsement.pk, by=MODERATOR, at=NOON)
    endorsement.refresh_from_db()
    assert endorsement.state == State.REJECTED


def test_a_rejected_one_is_not_reopened_beside_its_successor(appeal: Appeal) -> None:
    submission = a_submission()
    same: dict[str, Any] = {
        "organisation_name": submission.organisation_name,
        "contact_email": submission.contact_email,
    }
    rejected = factories.confirmed(appeal, **same)
    reject(rejected.pk, by=MODERATOR, at=NOON)
    successor = factories.confirmed(appeal, **same)
    with pytest.raises(EndorsedAgain):
        reopen(rejected.pk, by=MODERATOR, at=NOON)
    withdraw(successor.pk, by=MODERATOR, at=NOON)
    assert reopen(rejected.pk, by=MODERATOR, at=NOON).state == State.CONFIRMED


def test_a_rejected_original_is_restored_unchanged(appeal: Appeal) -> None:
    before = list(Signatory.objects.values_list("number", *PRINTED_FIELDS, "listed_on", "status"))
    for original in Endorsement.objects.all():
        for decide in (revoke, reject, reopen, approve):
            decide(original.pk, by=MODERATOR, at=LATER)
    assert list(Signatory.objects.values_list("number", *PRINTED_FIELDS, "listed_on", "status")) == before


def test_a_withdrawal_is_final_and_empties_the_entry(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    withdraw(endorsement.pk, by=MODERATOR, at=LATER)
    assert line_of(endorsement).status == Status.NO_LONGER_LISTED
    assert (endorsement.organisation_name, endorsement.withdrawn_at, endorsement.decided_at) == ("", LATER, None)
    assert decrypt_column(endorsement, "sealed_name")["organisation_name"].startswith("Made-up Fund")
    assert [message for message, *_ in mails()] == ["own_page"], "and no longer that it was accepted"
    for decide in (approve, reject, reopen, revoke, withdraw):
        with pytest.raises(AlreadyDecided):
            decide(endorsement.pk, by=MODERATOR, at=LATER)


@pytest.mark.parametrize(("decide", "back", "kind"), [(approve, revoke, "listed"), (reject, reopen, "rejected")])
def test_an_undone_decision_sends_no_mail(appeal: Appeal, decide: Any, back: Any, kind: str) -> None:
    endorsement = factories.confirmed(appeal)
    decide(endorsement.pk, by=MODERATOR, at=NOON)
    assert kind in [message for message, *_ in mails()]
    back(endorsement.pk, by=SECOND, at=NOON)
    assert kind not in [message for message, *_ in mails()]


def test_an_original_cannot_be_ended(appeal: Appeal) -> None:
    endorsement = Endorsement.objects.get(signatory__kind="original", signatory__number=1)
    with pytest.raises(NotPossible):
        decisions.withdraw(endorsement.pk, by=MODERATOR, at=NOON)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.has_clear_name) == (State.APPROVED, True)


@pytest.mark.parametrize("first", [approve, reject, withdraw])
def test_a_second_decision_names_who_decided_first(appeal: Appeal, first: object) -> None:
    endorsement = factories.confirmed(appeal)
    assert callable(first)
    state = first(endorsement.pk, by=MODERATOR, at=NOON).state
    events = AuditEvent.objects.count()
    with pytest.raises(AlreadyDecided) as refusal:
        approve(endorsement.pk, by=SECOND, at=LATER)
    assert (refusal.value.event.actor_id, refusal.value.event.at, refusal.value.state) == (1, NOON, state)
    assert str(refusal.value) == f"already {state}"
    assert AuditEvent.objects.count() == events


def test_a_listed_endorsement_cannot_be_reopened(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    with pytest.raises(AlreadyDecided):
        reopen(endorsement.pk, by=MODERATOR, at=NOON)
    endorsement.refresh_from_db()
    assert (endorsement.state, line_of(endorsement).status) == (State.APPROVED, Status.LISTED)


@pytest.mark.parametrize("decide", [reopen, revoke])
def test_a_moderator_cannot_confirm_for_a_mailbox(appeal: Appeal, decide: object) -> None:
    endorsement, _ = factories.submitted(appeal)
    assert callable(decide)
    with pytest.raises(AlreadyDecided):
        decide(endorsement.pk, by=MODERATOR, at=NOON)
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.confirmed_at) == (State.SUBMITTED, None)


def test_only_approved_endorsements_can_be_revoked(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    reject(endorsement.pk, by=MODERATOR, at=NOON)
    with pytest.raises(AlreadyDecided):
        revoke(endorsement.pk, by=MODERATOR, at=NOON)


def test_returning_sets_a_date_and_the_answer_clears_it(appeal: Appeal) -> None:
    endorsement = lock_endorsement(factories.confirmed(appeal).pk)
    move(endorsement, to=State.RETURNED, by=MODERATOR, at=LATER, reason="question")
    endorsement.save()
    assert (endorsement.returned_at, AuditEvent.objects.get(pk=endorsement.explained_by).reason) == (LATER, "question")
    assert AuditEvent.objects.get(pk=endorsement.explained_by).verb == "return"
    event = move(endorsement, to=State.CONFIRMED, by=MODERATOR, at=LATER)
    endorsement.save()
    assert (event.verb, endorsement.returned_at, endorsement.confirmed_at) == ("answer", None, NOON)


@pytest.mark.parametrize("decide", [approve, reject, reopen, revoke, withdraw])
@pytest.mark.django_db
def test_deciding_on_a_missing_endorsement_raises(decide: object) -> None:
    assert callable(decide)
    with pytest.raises(Endorsement.DoesNotExist):
        decide(10**9, by=MODERATOR, at=NOON)
