"""Questions, contacts, names and disputes are erased on the promised day, not earlier; the rest stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.operations import retention, row_processing
from petition.actions.self_service import disputes, own_page, private_links
from petition.models import (
    Appeal,
    AuditEvent,
    Contact,
    ContactChange,
    Correction,
    Dispute,
    Endorsement,
    OutgoingMail,
    PrivateLink,
    Purpose,
    Question,
    State,
)
from petition.reference import retention_periods as periods
from petition.security import encryption
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.listing.test_encrypted_entries import read_database_files
from tests.factories import MODERATOR, NOON, SLUG, mails, token_in
from tests.models.rows import a_correction

pytestmark = pytest.mark.both_databases

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def reload(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=endorsement.pk)


def mark_mails_sent(*, at: datetime) -> None:
    """Mark all mails as sent."""
    for mail in OutgoingMail.objects.owed():
        mail.sent_at, mail.sealed_address, mail.sealed_content = at, "", ""
        mail.save()


def create_with_question(appeal: Appeal, **changes: Any) -> Endorsement:
    return decisions.ask_question(factories.confirmed(appeal, **changes).pk, "Who are you?", by=MODERATOR, at=NOON)


def create_ended(appeal: Appeal, way: str, **changes: Any) -> Endorsement:
    endorsement = factories.confirmed(appeal, **changes)
    end = factories.withdraw_for_good if way == "withdraw" else getattr(decisions, way)
    end(endorsement.pk, by=MODERATOR, at=NOON)
    mark_mails_sent(at=NOON)
    return reload(endorsement)


def has_contact(endorsement: Endorsement) -> bool:
    return Contact.objects.filter(endorsement=endorsement).exists()


def messages() -> list[str]:
    return [message for message, _, _ in mails()]


# --- a question without an answer ---


def test_an_organisation_is_reminded_once_after_seven_days_with_a_link_that_works(appeal: Appeal) -> None:
    endorsement = create_with_question(appeal, language="ru")
    (_, _, first), before = mails()[-1], len(mails())
    retention.purge(at=NOON + 7 * DAY - INSTANT)
    assert len(mails()) == before
    for later in (7, 8):
        retention.purge(at=NOON + later * DAY)
    reminders = [content for message, _, content in mails() if message == "question_reminder"]
    assert [content["until"] for content in reminders] == ["23 декабря 2026 г."]
    for content in (first, reminders[0]):
        assert private_links.resolve_link(hash_token(token_in(content), "own_page"), at=NOON + 8 * DAY) == endorsement
    assert Question.objects.get().reminded_at == NOON + 7 * DAY


def test_no_reminder_after_an_answer_or_without_a_mailbox(appeal: Appeal) -> None:
    steps: list[Callable[[str], None]] = [
        lambda digest: own_page.forget_mailbox(digest, factories.a_code_digest(), at=NOON),
        lambda digest: own_page.answer_question(digest, "We are.", at=NOON),
    ]
    for step in steps:
        create_with_question(appeal)
        step(hash_token(token_in(mails()[-1][2]), "own_page"))
    retention.purge(at=NOON + 7 * DAY)
    assert "question_reminder" not in messages()


def test_a_question_unanswered_for_thirty_days_expires_and_the_contact_is_mailed(appeal: Appeal) -> None:
    endorsement = create_with_question(appeal)
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert reload(endorsement).state == State.RETURNED
    retention.purge(at=NOON + 30 * DAY)
    event = AuditEvent.objects.get(pk=reload(endorsement).explained_by)
    assert (reload(endorsement).state, event.verb, event.actor_kind, event.reason) == (
        State.REJECTED,
        "reject",
        "worker",
        "unanswered",
    )
    assert messages().count("rejected") == 1


def test_an_expired_one_can_be_reopened_and_asked_again(appeal: Appeal) -> None:
    endorsement = create_with_question(appeal)
    retention.purge(at=NOON + 30 * DAY)
    decisions.reopen(endorsement.pk, by=MODERATOR, at=NOON + 31 * DAY)
    decisions.ask_question(endorsement.pk, "And now?", by=MODERATOR, at=NOON + 31 * DAY)
    assert [question.body for question in endorsement.questions.waiting()] == ["And now?"]


def test_undecided_ones_expire_sixty_days_after_closing(appeal: Appeal) -> None:
    closing = NOON + 10 * DAY
    open_ended = factories.confirmed(factories.an_appeal("open-2020"))
    waiting, approved = factories.confirmed(appeal), factories.approved(appeal)
    original = Endorsement.objects.get(appeal=appeal, signatory__kind="original", signatory__number=1)
    decisions.revoke(original.pk, by=MODERATOR, at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=closing)
    retention.purge(at=closing + 60 * DAY - INSTANT)
    assert reload(waiting).state == State.CONFIRMED
    retention.purge(at=closing + 60 * DAY)
    assert reload(waiting).state == State.REJECTED
    assert AuditEvent.objects.get(pk=reload(waiting).explained_by).reason == "closed"
    assert [reload(row).state for row in (open_ended, original, approved)] == ["confirmed", "confirmed", "approved"]
    assert messages().count("rejected") == 1


# --- contacts and names ---


@pytest.mark.parametrize("way", ["reject", "withdraw"])
def test_thirty_days_after_rejection_or_withdrawal_no_personal_data_is_left(appeal: Appeal, way: str) -> None:
    endorsement = create_ended(appeal, way, organisation_name="Canary Fund", website="https://canary.example")
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert has_contact(endorsement)
    assert (reload(endorsement).organisation_name == "") == (way == "withdraw")
    retention.purge(at=NOON + 30 * DAY)
    row = reload(endorsement)
    assert not has_contact(endorsement)
    assert (row.organisation_name, row.website, row.mailbox_index, row.fingerprint) == ("", "", "", "")
    assert encryption.decrypt_column(row, "sealed_name")["organisation_name"] == "Canary Fund"
    assert row.contact_erased_at == NOON + 30 * DAY
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_kind, event.subject_id) == ("erase_contact", "worker", endorsement.pk)
    retention.purge(at=NOON + 31 * DAY)
    assert AuditEvent.objects.latest("pk") == event, "once is enough"


def test_a_rejected_and_encrypted_one_can_be_reopened_listed_and_encrypted_again(appeal: Appeal) -> None:
    endorsement = create_ended(appeal, "reject", organisation_name="Canary Fund")
    retention.purge(at=NOON + 30 * DAY)
    later = NOON + 40 * DAY
    decisions.reopen(endorsement.pk, by=MODERATOR, at=later)
    approved = decisions.approve(endorsement.pk, by=MODERATOR, at=later)
    assert approved.signatory
    assert approved.signatory.label == "Canary Fund (Kyrgyzstan)"
    decisions.revoke(endorsement.pk, by=MODERATOR, at=later)
    decisions.reject(endorsement.pk, by=MODERATOR, at=later)
    retention.purge(at=later + 30 * DAY)
    assert reload(endorsement).organisation_name == ""


def test_a_withheld_one_that_is_reopened_stays_encrypted(appeal: Appeal) -> None:
    endorsement = create_ended(appeal, "reject", display="withheld")
    retention.purge(at=NOON + 30 * DAY)
    decisions.reopen(endorsement.pk, by=MODERATOR, at=NOON + 31 * DAY)
    assert reload(endorsement).organisation_name == ""
    assert not decisions.approve(endorsement.pk, by=MODERATOR, at=NOON + 31 * DAY).has_clear_name


def test_the_contact_of_an_approved_one_is_erased_after_a_year_and_a_lost_link_can_be_requested(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal, contact_email="asel@fund.example")
    mark_mails_sent(at=NOON)
    year = NOON + periods.APPROVED
    retention.purge(at=year - INSTANT)
    assert has_contact(endorsement)
    retention.purge(at=year)
    assert not has_contact(endorsement)
    assert reload(endorsement).signatory, "its entry stays"
    mailbox_mails.request_links("Asel@fund.example", language="en", at=year)
    ((message, _, content),) = mails()
    assert message == "own_page_again"
    token = content["urls"].split("/endorsements/")[1].split("/")[0]
    assert private_links.resolve_link(hash_token(token, "own_page"), at=year) == endorsement


@pytest.mark.parametrize("way", ["approve", "reject"])
def test_notes_written_after_the_contact_was_erased_are_erased_too(appeal: Appeal, way: str) -> None:
    endorsement = create_ended(appeal, way)
    retention.purge(at=NOON + periods.APPROVED)
    verification.record_check(
        endorsement.pk, CheckResult("other", member=False, note="Called Asel."), seen=0, by=MODERATOR, at=NOON
    )
    assert reload(endorsement).sealed_check_note
    retention.purge(at=NOON + periods.APPROVED)
    assert reload(endorsement).sealed_check_note == ""


def test_contacts_are_erased_ninety_days_after_closing_if_earlier(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    mark_mails_sent(at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON + DAY)
    retention.purge(at=NOON + 91 * DAY - INSTANT)
    assert has_contact(endorsement)
    retention.purge(at=NOON + 91 * DAY)
    assert not has_contact(endorsement)


def test_the_mail_about_a_late_decision_leaves_before_the_contact_is_erased(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON - 100 * DAY)
    decisions.approve(endorsement.pk, by=MODERATOR, at=NOON)
    retention.purge(at=NOON)
    assert has_contact(endorsement)
    retention.purge(at=NOON + 4 * DAY)
    assert not has_contact(endorsement)
    assert messages() == [], "a mail unsent for four days delays nothing, and its address is erased"


def test_questions_and_waiting_corrections_are_erased_with_the_contact(appeal: Appeal) -> None:
    endorsement = create_with_question(appeal)
    a_correction(endorsement)
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON)
    mark_mails_sent(at=NOON)
    retention.purge(at=NOON + 30 * DAY)
    assert not Question.objects.exists()
    assert not Correction.objects.exists()


def test_an_unconfirmed_new_contact_is_erased_when_its_links_expire(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    factories.give_removal_code(endorsement)
    private_links.create_link(endorsement, Purpose.NEW_CONTACT, expires_at=NOON + 7 * DAY)
    ContactChange.objects.create(endorsement=endorsement, sealed_person="x", sealed_mailbox="x", requested_at=NOON)
    retention.purge(at=NOON + 7 * DAY - INSTANT)
    assert ContactChange.objects.filter(endorsement=endorsement).exists()
    retention.purge(at=NOON + 7 * DAY)
    assert not ContactChange.objects.exists()
    assert set(PrivateLink.objects.values_list("purpose", flat=True)) == {"own_page", "removal_code"}
    assert has_contact(endorsement)


# --- what else is over ---


def test_a_settled_dispute_is_erased_after_thirty_days_and_an_open_one_stays(appeal: Appeal) -> None:
    for _ in range(2):
        disputes.raise_dispute(appeal, reference="further-1", words="Not us", mailbox="", at=NOON)
    disputes.settle_dispute(Dispute.objects.earliest("pk").pk, by=MODERATOR, at=NOON)
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert Dispute.objects.count() == 2
    retention.purge(at=NOON + 30 * DAY)
    assert Dispute.objects.get().settled_at is None
    assert AuditEvent.objects.latest("pk").verb == "erase_dispute"


def test_a_delivered_mail_is_erased_after_thirty_days(appeal: Appeal) -> None:
    factories.confirmed(appeal)
    mark_mails_sent(at=NOON)
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert OutgoingMail.objects.count() == 2
    retention.purge(at=NOON + 30 * DAY)
    assert not OutgoingMail.objects.exists()


def test_any_number_is_erased(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_processing, "AT_ONCE", 2)
    for _ in range(5):
        create_ended(appeal, "reject")
    retention.purge(at=NOON + 30 * DAY)
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it reads SQLite's own files")
def test_an_erased_contact_is_neither_in_the_database_file_nor_in_its_wal() -> None:
    endorsement = create_ended(
        factories.an_appeal(), "reject", organisation_name="Canary Fund", website="https://canary.example"
    )
    contact = Contact.objects.get(endorsement=endorsement)
    texts = [contact.sealed_mailbox, contact.sealed_person, endorsement.mailbox_index, "Canary Fund", "canary.example"]
    assert [text for text in texts if text.encode() not in read_database_files()] == []
    retention.purge(at=NOON + 30 * DAY)
    assert [text for text in texts if text.encode() in read_database_files()] == []
    assert SLUG.encode() in read_database_files()
