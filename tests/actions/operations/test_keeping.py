"""Questions, contacts, names and disputes go on the promised day and not a moment before; what is promised stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions, verification
from petition.actions.moderation.verification import Checked
from petition.actions.operations import retention, row_by_row
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
from petition.security.tokens import digest_of_token
from tests import factories
from tests.actions.listing.test_sealed_lines import written
from tests.factories import MODERATOR, NOON, SLUG, mails, token_in
from tests.models.rows import a_correction

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def fresh(endorsement: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=endorsement.pk)


def all_told(*, at: datetime) -> None:
    """No mail is owed any more."""
    for mail in OutgoingMail.objects.owed():
        mail.sent_at, mail.sealed_address, mail.sealed_content = at, "", ""
        mail.save()


def asked(appeal: Appeal, **changes: Any) -> Endorsement:
    return decisions.ask(factories.confirmed(appeal, **changes).pk, "Who are you?", by=MODERATOR, at=NOON)


def ended(appeal: Appeal, way: str, **changes: Any) -> Endorsement:
    found = factories.confirmed(appeal, **changes)
    end = factories.withdraw_for_good if way == "withdraw" else getattr(decisions, way)
    end(found.pk, by=MODERATOR, at=NOON)
    all_told(at=NOON)
    return fresh(found)


def has_contact(endorsement: Endorsement) -> bool:
    return Contact.objects.filter(endorsement=endorsement).exists()


def messages() -> list[str]:
    return [message for message, _, _ in mails()]


# --- a question without an answer ---


def test_an_organisation_is_reminded_once_after_seven_days_with_a_link_that_works(appeal: Appeal) -> None:
    found = asked(appeal, language="ru")
    (_, _, first), before = mails()[-1], len(mails())
    retention.purge(at=NOON + 7 * DAY - INSTANT)
    assert len(mails()) == before
    for later in (7, 8):
        retention.purge(at=NOON + later * DAY)
    reminders = [content for message, _, content in mails() if message == "question_reminder"]
    assert [content["until"] for content in reminders] == ["23 декабря 2026 г."]
    for content in (first, reminders[0]):
        assert private_links.behind(digest_of_token(token_in(content), "own_page"), at=NOON + 8 * DAY) == found
    assert Question.objects.get().reminded_at == NOON + 7 * DAY


def test_who_has_answered_or_has_no_mailbox_any_more_is_not_reminded(appeal: Appeal) -> None:
    for leave in (own_page.forget_mailbox, lambda digest, at: own_page.answer(digest, "We are.", at=at)):
        asked(appeal)
        leave(digest_of_token(token_in(mails()[-1][2]), "own_page"), at=NOON)
    retention.purge(at=NOON + 7 * DAY)
    assert "question_reminder" not in messages()


def test_what_is_not_answered_within_thirty_days_lapses_and_the_contact_is_told(appeal: Appeal) -> None:
    found = asked(appeal)
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert fresh(found).state == State.RETURNED
    retention.purge(at=NOON + 30 * DAY)
    event = AuditEvent.objects.get(pk=fresh(found).explained_by)
    assert (fresh(found).state, event.verb, event.actor_kind, event.reason) == (
        State.REJECTED,
        "reject",
        "worker",
        "unanswered",
    )
    assert messages().count("rejected") == 1


def test_what_lapsed_can_be_reopened_and_asked_again(appeal: Appeal) -> None:
    found = asked(appeal)
    retention.purge(at=NOON + 30 * DAY)
    decisions.reopen(found.pk, by=MODERATOR, at=NOON + 31 * DAY)
    decisions.ask(found.pk, "And now?", by=MODERATOR, at=NOON + 31 * DAY)
    assert [question.body for question in found.questions.waiting()] == ["And now?"]


def test_what_is_undecided_sixty_days_after_the_closing_ends(appeal: Appeal) -> None:
    closing = NOON + 10 * DAY
    open_ended = factories.confirmed(factories.an_appeal("open-2020"))
    waiting, approved = factories.confirmed(appeal), factories.approved(appeal)
    original = Endorsement.objects.get(appeal=appeal, signatory__kind="original", signatory__number=1)
    decisions.revoke(original.pk, by=MODERATOR, at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=closing)
    retention.purge(at=closing + 60 * DAY - INSTANT)
    assert fresh(waiting).state == State.CONFIRMED
    retention.purge(at=closing + 60 * DAY)
    assert fresh(waiting).state == State.REJECTED
    assert AuditEvent.objects.get(pk=fresh(waiting).explained_by).reason == "closed"
    assert [fresh(row).state for row in (open_ended, original, approved)] == ["confirmed", "confirmed", "approved"]
    assert messages().count("rejected") == 1


# --- contacts and names ---


@pytest.mark.parametrize("way", ["reject", "withdraw"])
def test_of_what_was_rejected_or_withdrawn_nothing_points_at_a_person_after_thirty_days(
    appeal: Appeal, way: str
) -> None:
    found = ended(appeal, way, organisation_name="Canary Fund", website="https://canary.example")
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert has_contact(found)
    assert (fresh(found).organisation_name == "") == (way == "withdraw")
    retention.purge(at=NOON + 30 * DAY)
    row = fresh(found)
    assert not has_contact(found)
    assert (row.organisation_name, row.website, row.mailbox_index, row.fingerprint) == ("", "", "", "")
    assert encryption.opened(row.sealed_name)["organisation_name"] == "Canary Fund"
    assert row.contact_erased_at == NOON + 30 * DAY
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_kind, event.subject_id) == ("erase_contact", "worker", found.pk)
    retention.purge(at=NOON + 31 * DAY)
    assert AuditEvent.objects.latest("pk") == event, "once is enough"


def test_what_was_rejected_and_sealed_can_be_reopened_and_listed_and_is_sealed_again(appeal: Appeal) -> None:
    found = ended(appeal, "reject", organisation_name="Canary Fund")
    retention.purge(at=NOON + 30 * DAY)
    later = NOON + 40 * DAY
    decisions.reopen(found.pk, by=MODERATOR, at=later)
    approved = decisions.approve(found.pk, by=MODERATOR, at=later)
    assert approved.signatory
    assert approved.signatory.label == "Canary Fund (Kyrgyzstan)"
    decisions.revoke(found.pk, by=MODERATOR, at=later)
    decisions.reject(found.pk, by=MODERATOR, at=later)
    retention.purge(at=later + 30 * DAY)
    assert fresh(found).organisation_name == ""


def test_a_withheld_one_that_is_reopened_stays_sealed(appeal: Appeal) -> None:
    found = ended(appeal, "reject", display="withheld")
    retention.purge(at=NOON + 30 * DAY)
    decisions.reopen(found.pk, by=MODERATOR, at=NOON + 31 * DAY)
    assert fresh(found).organisation_name == ""
    assert decisions.approve(found.pk, by=MODERATOR, at=NOON + 31 * DAY).sealed_name


def test_the_contact_of_an_approved_one_goes_after_a_year_and_a_lost_link_still_works(appeal: Appeal) -> None:
    found = factories.approved(appeal, contact_email="asel@fund.example")
    all_told(at=NOON)
    year = NOON + periods.APPROVED
    retention.purge(at=year - INSTANT)
    assert has_contact(found)
    retention.purge(at=year)
    assert not has_contact(found)
    assert fresh(found).signatory, "its line stands"
    mailbox_mails.request_links("Asel@fund.example", language="en", at=year)
    ((message, _, content),) = mails()
    assert message == "own_page_again"
    token = content["urls"].split("/endorsements/")[1].split("/")[0]
    assert private_links.behind(digest_of_token(token, "own_page"), at=year) == found


@pytest.mark.parametrize("way", ["approve", "reject"])
def test_what_is_noted_after_the_contact_has_gone_goes_as_well(appeal: Appeal, way: str) -> None:
    found = ended(appeal, way)
    retention.purge(at=NOON + periods.APPROVED)
    verification.check(found.pk, Checked("other", member=False, note="Called Asel."), seen=0, by=MODERATOR, at=NOON)
    assert fresh(found).sealed_check_note
    retention.purge(at=NOON + periods.APPROVED)
    assert fresh(found).sealed_check_note == ""


def test_or_ninety_days_after_the_closing_if_that_is_sooner(appeal: Appeal) -> None:
    found = factories.approved(appeal)
    all_told(at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON + DAY)
    retention.purge(at=NOON + 91 * DAY - INSTANT)
    assert has_contact(found)
    retention.purge(at=NOON + 91 * DAY)
    assert not has_contact(found)


def test_who_was_decided_on_late_is_told_before_the_contact_goes(appeal: Appeal) -> None:
    found = factories.confirmed(appeal)
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON - 100 * DAY)
    decisions.approve(found.pk, by=MODERATOR, at=NOON)
    retention.purge(at=NOON)
    assert has_contact(found)
    retention.purge(at=NOON + 4 * DAY)
    assert not has_contact(found)
    assert messages() == [], "what could not leave in four days holds nothing up, and no address is left in it"


def test_questions_and_waiting_corrections_go_with_the_contact(appeal: Appeal) -> None:
    found = asked(appeal)
    a_correction(found)
    decisions.reject(found.pk, by=MODERATOR, at=NOON)
    all_told(at=NOON)
    retention.purge(at=NOON + 30 * DAY)
    assert not Question.objects.exists()
    assert not Correction.objects.exists()


def test_a_new_contact_that_was_not_agreed_to_goes_when_its_links_die(appeal: Appeal) -> None:
    found = factories.confirmed(appeal)
    private_links.new_link(found, Purpose.NEW_CONTACT, expires_at=NOON + 7 * DAY)
    ContactChange.objects.create(endorsement=found, sealed_person="x", sealed_mailbox="x", requested_at=NOON)
    retention.purge(at=NOON + 7 * DAY - INSTANT)
    assert ContactChange.objects.filter(endorsement=found).exists()
    retention.purge(at=NOON + 7 * DAY)
    assert not ContactChange.objects.exists()
    assert set(PrivateLink.objects.values_list("purpose", flat=True)) == {"own_page", "removal_code"}
    assert has_contact(found)


# --- what else is over ---


def test_a_settled_dispute_goes_after_thirty_days_and_an_open_one_stays(appeal: Appeal) -> None:
    for _ in range(2):
        disputes.raise_dispute(appeal, reference="further-1", words="Not us", mailbox="", at=NOON)
    disputes.settle(Dispute.objects.earliest("pk").pk, by=MODERATOR, at=NOON)
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert Dispute.objects.count() == 2
    retention.purge(at=NOON + 30 * DAY)
    assert Dispute.objects.get().settled_at is None
    assert AuditEvent.objects.latest("pk").verb == "erase_dispute"


def test_that_a_mail_left_is_forgotten_after_thirty_days(appeal: Appeal) -> None:
    factories.confirmed(appeal)
    all_told(at=NOON)
    retention.purge(at=NOON + 30 * DAY - INSTANT)
    assert OutgoingMail.objects.count() == 2
    retention.purge(at=NOON + 30 * DAY)
    assert not OutgoingMail.objects.exists()


def test_however_many_there_are(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_by_row, "AT_ONCE", 2)
    for _ in range(5):
        ended(appeal, "reject")
    retention.purge(at=NOON + 30 * DAY)
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("committed")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it reads SQLite's own files")
def test_an_erased_contact_is_neither_in_the_file_nor_in_its_journal() -> None:
    found = ended(factories.an_appeal(), "reject", organisation_name="Canary Fund", website="https://canary.example")
    contact = Contact.objects.get(endorsement=found)
    texts = [contact.sealed_mailbox, contact.sealed_person, found.mailbox_index, "Canary Fund", "canary.example"]
    assert [text for text in texts if text.encode() not in written()] == []
    retention.purge(at=NOON + 30 * DAY)
    assert [text for text in texts if text.encode() in written()] == []
    assert SLUG.encode() in written()
