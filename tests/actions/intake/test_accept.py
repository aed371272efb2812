"""A submission is stored once, and the response never reveals who else has endorsed."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from petition.actions.intake import accept
from petition.actions.intake.accept import prepare_forms, store_forms, submit
from petition.actions.intake.consent_version import WORDING_VERSION
from petition.actions.intake.submissions import ReceivedForm
from petition.actions.mailing.delivery import deliver_due
from petition.actions.operations import retention
from petition.actions.refusals import NotOpen
from petition.models import (
    Appeal,
    AuditEvent,
    Contact,
    Endorsement,
    OutgoingMail,
    PrivateLink,
    Purpose,
    RateCount,
    State,
)
from petition.models.appeals import CONFIRMATION_GRACE
from petition.reference import clock
from petition.security.encryption import decrypt_column
from petition.security.tokens import compute_reference_word, hash_code, hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, a_submission, mails, token_in

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def list_forms() -> list[Endorsement]:
    return list(Endorsement.objects.filter(origin="form").order_by("pk"))


def test_the_form_is_stored_and_bound_to_the_text(appeal: Appeal) -> None:
    submission = a_submission(acronym="MUF", countries=("KG", "KZ"), website="https://fund.example", member=True)
    submit(appeal, submission, at=NOON)
    (stored,) = list_forms()
    assert stored.state == State.SUBMITTED
    assert stored.text == appeal.texts.get()
    assert (stored.organisation_name, stored.acronym) == (submission.organisation_name, "MUF")
    assert (stored.countries, stored.website, stored.member_claimed) == ("KG KZ", "https://fund.example", True)
    assert stored.authority_at == stored.consent_processing_at == stored.consent_publication_at == NOON
    assert stored.wording_version == WORDING_VERSION


def test_a_withheld_one_has_no_consent_to_publication(appeal: Appeal) -> None:
    submit(appeal, a_submission(display="withheld"), at=NOON)
    assert list_forms()[0].consent_publication_at is None


def test_the_contact_is_stored_encrypted(appeal: Appeal) -> None:
    submit(appeal, a_submission(contact_name="Asel Made-up", contact_email="Asel@Fund.example"), at=NOON)
    contact = Contact.objects.get()
    assert decrypt_column(contact, "sealed_person") == {"name": "Asel Made-up", "role": "Director"}
    assert decrypt_column(contact, "sealed_mailbox") == "Asel@Fund.example"
    assert "Asel" not in contact.sealed_person + contact.sealed_mailbox


def test_one_mail_is_queued_with_a_link_and_a_code_that_are_stored_as_hashes(appeal: Appeal) -> None:
    submit(appeal, a_submission(language="ru", contact_email="asel@fund.example"), at=NOON)
    ((message, address, content),) = mails()
    assert (message, address) == ("confirm_mailbox", "asel@fund.example")
    assert "/ru/endorsements/" in content["url"]
    digests = {link.purpose: link.digest for link in PrivateLink.objects.all()}
    assert digests == {
        Purpose.CONFIRM: hash_token(token_in(content), Purpose.CONFIRM),
        Purpose.CONFIRM_CODE: hash_code(content["code"]),
    }
    assert set(PrivateLink.objects.values_list("expires_at", flat=True)) == {NOON + timedelta(days=7)}
    assert OutgoingMail.objects.get().language == "ru"


def test_the_same_form_again_changes_nothing(appeal: Appeal) -> None:
    submission = a_submission()
    for _ in range(5):
        submit(appeal, submission, at=NOON)
    assert (len(list_forms()), len(mails()), Contact.objects.count()) == (1, 1, 1)


def test_a_changed_form_waits_together_with_the_first(appeal: Appeal) -> None:
    submission = a_submission(website="")
    submit(appeal, submission, at=NOON)
    submit(appeal, replace(submission, website="https://fund.example"), at=NOON)
    assert [row.website for row in list_forms()] == ["", "https://fund.example"]
    ((_, _, content),) = mails()
    assert content["forms"] == "2"


def test_the_same_form_for_another_appeal_is_another_endorsement(appeal: Appeal) -> None:
    other, submission = factories.an_appeal("another-appeal"), a_submission()
    submit(appeal, submission, at=NOON)
    submit(other, submission, at=NOON)
    assert [row.appeal for row in list_forms()] == [appeal, other]


@pytest.mark.parametrize("state", ["confirmed", "approved"])
def test_who_has_already_endorsed_gets_a_mail_without_a_confirmation_link(appeal: Appeal, state: str) -> None:
    mailbox = {"organisation_name": "Made-up «Fund»", "contact_email": "asel@fund.example"}
    getattr(factories, state)(appeal, **mailbox)
    before = len(mails())
    again = {"organisation_name": "made up fund", "contact_email": "ASEL@fund.example", "website": "https://x.example"}
    submit(appeal, a_submission(**again), at=NOON)
    assert [row.state for row in list_forms()] == [state, State.SUBMITTED], "the same work as for anybody"
    ((message, address, content),) = mails()[before:]
    assert (message, address) == ("already_endorsed", "ASEL@fund.example")
    assert set(content) == {"change_url", "reference", "when"}
    assert content["change_url"] == "http://127.0.0.1:8000/change/", "no word of the appeal"
    with clock.freeze(NOON):
        deliver_due()
    retention.purge(at=NOON + 8 * DAY)
    assert [row.state for row in list_forms()] == [state]


def test_after_a_withdrawal_the_mailbox_may_endorse_again(appeal: Appeal) -> None:
    submission = a_submission()
    withdrawn = factories.approved(appeal, **asdict(submission))
    factories.withdraw_for_good(withdrawn.pk, by=MODERATOR, at=NOON)
    submit(appeal, submission, at=NOON)
    assert [row.state for row in list_forms()] == [State.WITHDRAWN, State.SUBMITTED]


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"),
    [(DAY, None, False), (timedelta(0), DAY, True), (-DAY, timedelta(0), False), (-2 * DAY, -DAY, False)],
)
def test_an_appeal_accepts_submissions_from_opening_to_closing(
    appeal: Appeal, opens: timedelta, closes: timedelta | None, is_open: bool
) -> None:
    appeal.opens_at, appeal.closes_at = NOON + opens, None if closes is None else NOON + closes
    if is_open:
        submit(appeal, a_submission(), at=NOON)
    else:
        with pytest.raises(NotOpen):
            submit(appeal, a_submission(), at=NOON)
    assert len(list_forms()) == len(mails()) == is_open


def test_the_grace_period_is_for_confirming_not_for_submitting(appeal: Appeal) -> None:
    appeal.closes_at = NOON
    with pytest.raises(NotOpen):
        submit(appeal, a_submission(), at=NOON + CONFIRMATION_GRACE / 2)


def test_another_integrity_error_is_not_taken_for_a_repeated_form(appeal: Appeal) -> None:
    submission = replace(a_submission(), display="shown")
    with pytest.raises(IntegrityError), transaction.atomic():
        submit(appeal, submission, at=NOON)
    assert list_forms() == []
    assert mails() == []
    assert not RateCount.objects.exists(), "nothing is stored partly"


def test_identical_forms_in_one_step_are_one_endorsement(appeal: Appeal) -> None:
    form, other = (ReceivedForm(appeal, a_submission(), NOON) for _ in range(2))
    stored = store_forms(prepare_forms([form, other, form]), at=NOON)
    first, second = list_forms()
    assert stored == [first.pk, second.pk, first.pk]
    assert (len(mails()), Contact.objects.count()) == (2, 2)


def test_a_form_that_was_stored_since_it_was_prepared_is_found(appeal: Appeal) -> None:
    form = ReceivedForm(appeal, a_submission(), NOON)
    slower = prepare_forms([form])
    (first,) = store_forms(prepare_forms([form]), at=NOON)
    assert store_forms(slower, at=NOON) == [first]
    assert (len(list_forms()), len(mails())) == (1, 1)


def test_the_slower_of_two_identical_forms_is_refused_and_then_found(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = ReceivedForm(appeal, a_submission(), NOON)
    (first,) = store_forms(prepare_forms([form]), at=NOON)
    with monkeypatch.context() as patch:
        patch.setattr(accept, "_find_identical", lambda keys: {})  # the twin commits between our look and our write
        slower = prepare_forms([form])
        with pytest.raises(IntegrityError):
            store_forms(slower, at=NOON)
    assert store_forms(slower, at=NOON) == [first]
    assert (len(list_forms()), len(mails())) == (1, 1)


def test_many_forms_are_stored_in_as_many_statements_as_two(appeal: Appeal) -> None:
    def store(forms: int) -> int:
        received = [ReceivedForm(appeal, a_submission(), NOON) for _ in range(forms)]
        with CaptureQueriesContext(connection) as asked:
            store_forms(prepare_forms(received), at=NOON)
        return len(asked)

    assert store(12) == store(2)


def test_an_endorsement_names_its_row_of_the_intake_and_the_word_that_was_shown(appeal: Appeal) -> None:
    row = uuid4()
    store_forms(prepare_forms([ReceivedForm(appeal, a_submission(), NOON, word="kamiro", row=row)]), at=NOON)
    (stored,) = list_forms()
    assert (stored.intake_id, stored.reference_word) == (row, "kamiro")
    submission = a_submission()
    submit(appeal, submission, at=NOON)
    assert list_forms()[-1].reference_word == compute_reference_word(submission.to_json())


def test_each_endorsement_is_explained_by_its_own_event(appeal: Appeal) -> None:
    store_forms(prepare_forms([ReceivedForm(appeal, a_submission(), NOON) for _ in range(3)]), at=NOON)
    events = AuditEvent.objects.filter(verb="submit").order_by("pk")
    assert [(row.pk, row.explained_by) for row in list_forms()] == [(event.subject_id, event.pk) for event in events]
