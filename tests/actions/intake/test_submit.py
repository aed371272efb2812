"""A submission is stored whole with the mail that is owed, once, and the answer never tells who else is there."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from petition.actions.intake import accept
from petition.actions.intake.accept import WORDING_VERSION, NotOpen, submit
from petition.actions.mailing.delivery import deliver_due
from petition.actions.operations import retention
from petition.models import Appeal, Contact, Endorsement, OutgoingMail, PrivateLink, Purpose, RateCount, State
from petition.models.appeals import GRACE
from petition.reference import clock
from petition.security.encryption import opened
from petition.security.tokens import digest_of_code, digest_of_token
from tests import factories
from tests.factories import MODERATOR, NOON, a_submission, mails, token_in

DAY = timedelta(days=1)


def of_form() -> list[Endorsement]:
    return list(Endorsement.objects.filter(origin="form").order_by("pk"))


def test_what_was_filled_in_is_stored_and_bound_to_the_text(appeal: Appeal) -> None:
    submission = a_submission(acronym="MUF", countries=("KG", "KZ"), website="https://fund.example", member=True)
    submit(appeal, submission, at=NOON)
    (stored,) = of_form()
    assert stored.state == State.SUBMITTED
    assert stored.text == appeal.texts.get()
    assert (stored.organisation_name, stored.acronym) == (submission.organisation_name, "MUF")
    assert (stored.countries, stored.website, stored.member_claimed) == ("KG KZ", "https://fund.example", True)
    assert stored.authority_at == stored.consent_processing_at == stored.consent_publication_at == NOON
    assert stored.wording_version == WORDING_VERSION


def test_who_withholds_its_name_consents_to_no_publication(appeal: Appeal) -> None:
    submit(appeal, a_submission(display="withheld"), at=NOON)
    assert of_form()[0].consent_publication_at is None


def test_the_contact_is_stored_sealed(appeal: Appeal) -> None:
    submit(appeal, a_submission(contact_name="Asel Made-up", contact_email="Asel@Fund.example"), at=NOON)
    contact = Contact.objects.get()
    assert opened(contact.sealed_person) == {"name": "Asel Made-up", "role": "Director"}
    assert opened(contact.sealed_mailbox) == "Asel@Fund.example"
    assert "Asel" not in contact.sealed_person + contact.sealed_mailbox


def test_one_mail_is_made_with_a_link_and_a_code_that_are_kept_as_hashes(appeal: Appeal) -> None:
    submit(appeal, a_submission(language="ru", contact_email="asel@fund.example"), at=NOON)
    ((message, address, content),) = mails()
    assert (message, address) == ("confirm_mailbox", "asel@fund.example")
    assert "/ru/endorsements/" in content["url"]
    digests = {link.purpose: link.digest for link in PrivateLink.objects.all()}
    assert digests == {
        Purpose.CONFIRM: digest_of_token(token_in(content), Purpose.CONFIRM),
        Purpose.CONFIRM_CODE: digest_of_code(content["code"]),
    }
    assert set(PrivateLink.objects.values_list("expires_at", flat=True)) == {NOON + timedelta(days=7)}
    assert OutgoingMail.objects.get().language == "ru"


def test_the_same_post_again_changes_nothing(appeal: Appeal) -> None:
    submission = a_submission()
    for _ in range(5):
        submit(appeal, submission, at=NOON)
    assert (len(of_form()), len(mails()), Contact.objects.count()) == (1, 1, 1)


def test_a_changed_post_waits_beside_the_first(appeal: Appeal) -> None:
    submission = a_submission(website="")
    submit(appeal, submission, at=NOON)
    submit(appeal, replace(submission, website="https://fund.example"), at=NOON)
    assert [row.website for row in of_form()] == ["", "https://fund.example"]
    ((_, _, content),) = mails()
    assert content["forms"] == "2"


def test_the_same_post_to_another_appeal_is_another_endorsement(appeal: Appeal) -> None:
    other, submission = factories.an_appeal("another-appeal"), a_submission()
    submit(appeal, submission, at=NOON)
    submit(other, submission, at=NOON)
    assert [row.appeal for row in of_form()] == [appeal, other]


@pytest.mark.parametrize("state", ["confirmed", "approved"])
def test_who_stands_behind_it_already_gets_a_mail_without_a_link_to_confirm(appeal: Appeal, state: str) -> None:
    mailbox = {"organisation_name": "Made-up «Fund»", "contact_email": "asel@fund.example"}
    getattr(factories, state)(appeal, **mailbox)
    before = len(mails())
    again = {"organisation_name": "made up fund", "contact_email": "ASEL@fund.example", "website": "https://x.example"}
    submit(appeal, a_submission(**again), at=NOON)
    assert [row.state for row in of_form()] == [state, State.SUBMITTED], "the same work as for anybody"
    ((message, address, content),) = mails()[before:]
    assert (message, address) == ("already_endorsed", "ASEL@fund.example")
    assert set(content) == {"change_url", "reference"}
    assert content["change_url"] == "http://127.0.0.1:8000/change/", "no word of the appeal"
    with clock.frozen(NOON):
        deliver_due()
    retention.purge(at=NOON + 8 * DAY)
    assert [row.state for row in of_form()] == [state]


def test_after_a_withdrawal_the_mailbox_endorses_anew(appeal: Appeal) -> None:
    submission = a_submission()
    withdrawn = factories.approved(appeal, **asdict(submission))
    factories.withdraw_for_good(withdrawn.pk, by=MODERATOR, at=NOON)
    submit(appeal, submission, at=NOON)
    assert [row.state for row in of_form()] == [State.WITHDRAWN, State.SUBMITTED]


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"),
    [(DAY, None, False), (timedelta(0), DAY, True), (-DAY, timedelta(0), False), (-2 * DAY, -DAY, False)],
)
def test_an_appeal_takes_submissions_from_opening_to_closing(
    appeal: Appeal, opens: timedelta, closes: timedelta | None, is_open: bool
) -> None:
    appeal.opens_at, appeal.closes_at = NOON + opens, None if closes is None else NOON + closes
    if is_open:
        submit(appeal, a_submission(), at=NOON)
    else:
        with pytest.raises(NotOpen):
            submit(appeal, a_submission(), at=NOON)
    assert len(of_form()) == len(mails()) == is_open


def test_the_day_of_grace_is_for_confirming_and_not_for_submitting(appeal: Appeal) -> None:
    appeal.closes_at = NOON
    with pytest.raises(NotOpen):
        submit(appeal, a_submission(), at=NOON + GRACE / 2)


def test_a_mistake_of_ours_is_not_taken_for_a_repeated_post(appeal: Appeal) -> None:
    submission = replace(a_submission(), display="shown")
    with pytest.raises(IntegrityError), transaction.atomic():
        submit(appeal, submission, at=NOON)
    assert of_form() == []
    assert mails() == []
    assert not RateCount.objects.exists(), "nothing is stored by halves"


def test_a_post_whose_twin_was_faster_is_answered_like_it(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = a_submission()
    submit(appeal, submission, at=NOON)
    found = accept._identical
    looks = iter([QuerySet.none, QuerySet.all])  # the twin commits between our look and our write
    monkeypatch.setattr(accept, "_identical", lambda *which: next(looks)(found(*which)))
    submit(appeal, submission, at=NOON)
    assert (len(of_form()), len(mails())) == (1, 1)
