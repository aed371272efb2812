"""Manual entries: the contact confirms one by e-mail; a second moderator confirms one by letter or call."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from petition.actions import stale_forms
from petition.actions.audit import Actor
from petition.actions.endorsing import confirmation, expiry
from petition.actions.intake import consent_version
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions, manual_entry, spelling
from petition.actions.operations import retention
from petition.actions.refusals import (
    AlreadyDecided,
    AlreadyEntered,
    DeclarationMissing,
    DuplicateEndorsement,
    NoSuchLink,
    NotOpen,
    NotPossible,
    SecondPersonNeeded,
)
from petition.models import Appeal, AuditEvent, Contact, Endorsement, Origin, PrivateLink, State
from petition.security.encryption import decrypt_column
from petition.security.tokens import hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, a_submission, entered, mails, token_in

LATER = NOON + timedelta(hours=3)
DECLARED = ("authority_at", "consent_processing_at", "consent_publication_at")


def digest() -> str:
    return hash_token(token_in(mails()[-1][2]), "confirm")


def declared(endorsement: Endorsement) -> list[object]:
    row = Endorsement.objects.get(pk=endorsement.pk)
    return [*(getattr(row, field) for field in DECLARED), row.wording_version]


def test_an_entry_by_mail_asks_its_contact_to_declare_and_confirm(appeal: Appeal) -> None:
    endorsement = entered(appeal, Origin.EMAIL, contact_email="asel@fund.example", language="ky")
    message, address, content = mails()[-1]
    assert (message, address, list(content)) == ("entered", "asel@fund.example", ["url"])
    assert "/ky/endorsements/" in content["url"]
    assert (endorsement.state, declared(endorsement)) == (State.SUBMITTED, [None, None, None, ""])
    assert AuditEvent.objects.get(verb="submit").actor_id == 1
    assert [link.purpose for link in PrivateLink.objects.all()] == ["confirm"]
    assert decrypt_column(endorsement, "sealed_note") == "In the blue folder."
    with pytest.raises(DeclarationMissing):
        confirmation.confirm(digest(), at=LATER)
    assert declared(endorsement) == [None, None, None, ""]
    confirmed = confirmation.confirm(digest(), at=LATER, declared=True)
    assert (confirmed.state, declared(endorsement)) == (
        State.CONFIRMED,
        [LATER, LATER, LATER, consent_version.WORDING_VERSION],
    )
    assert mails()[-1][0] == "own_page"
    assert decisions.approve(endorsement.pk, by=MODERATOR, at=LATER).signatory


def test_a_withheld_entry_needs_no_consent_to_publication(appeal: Appeal) -> None:
    endorsement = entered(appeal, Origin.EMAIL, display="withheld")
    confirmation.confirm(digest(), at=LATER, declared=True)
    assert declared(endorsement)[2] is None


def test_a_disowned_or_unconfirmed_entry_is_erased(appeal: Appeal) -> None:
    for _ in range(2):
        entered(appeal, Origin.EMAIL)
    confirmation.disown(digest(), at=LATER)
    assert Endorsement.objects.filter(origin="email").count() == 1
    entered(appeal, Origin.LETTER)
    retention.purge(at=NOON + timedelta(days=7))
    assert not Endorsement.objects.exclude(origin="imported").exists()


def test_an_entry_by_letter_waits_for_another_moderator(appeal: Appeal) -> None:
    before = len(mails())
    endorsement = entered(appeal, Origin.LETTER)
    assert (endorsement.mailbox_index, Contact.objects.count(), len(mails())) == ("", 0, before)
    with pytest.raises(SecondPersonNeeded):
        manual_entry.confirm_letter(endorsement.pk, by=MODERATOR, at=LATER)
    confirmed = manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=LATER)
    assert (confirmed.state, declared(endorsement)) == (
        State.CONFIRMED,
        [LATER, LATER, LATER, consent_version.WORDING_VERSION],
    )
    event = AuditEvent.objects.get(verb="confirm")
    assert (event.actor_kind, event.actor_id) == ("staff", 2)
    with pytest.raises(NotPossible):
        manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=LATER)
    assert decisions.approve(endorsement.pk, by=MODERATOR, at=LATER).signatory
    assert len(mails()) == before
    assert "/endorsements/" in decisions.issue_private_link(endorsement.pk, by=MODERATOR, at=LATER)


@pytest.mark.parametrize("origin", [Origin.FORM, Origin.EMAIL])
def test_a_moderator_cannot_confirm_for_a_mailbox(appeal: Appeal, origin: Origin) -> None:
    endorsement = entered(appeal, origin) if origin == Origin.EMAIL else factories.submitted(appeal)[0]
    with pytest.raises(NotPossible):
        manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=LATER)


def test_an_unconfirmed_entry_is_not_listed(appeal: Appeal) -> None:
    for origin in (Origin.EMAIL, Origin.LETTER):
        endorsement = entered(appeal, origin)
        with pytest.raises(AlreadyDecided):
            decisions.approve(endorsement.pk, by=SECOND, at=LATER)


@pytest.mark.parametrize("origin", [Origin.EMAIL, Origin.LETTER])
def test_entering_the_same_twice_is_refused(appeal: Appeal, origin: Origin) -> None:
    options: dict[str, Any] = {"origin": origin, "note": "", "by": MODERATOR, "at": NOON}
    submission = a_submission()
    manual_entry.enter_endorsement(appeal, submission, **options)
    with pytest.raises(AlreadyEntered):
        manual_entry.enter_endorsement(appeal, submission, **options)
    assert Endorsement.objects.filter(origin=origin).count() == 1


def test_an_existing_endorser_gets_no_second_request(appeal: Appeal) -> None:
    same: dict[str, Any] = {"organisation_name": "Made-up Fund", "contact_email": "asel@fund.example"}
    factories.approved(appeal, **same)
    before = len(mails())
    with pytest.raises(DuplicateEndorsement):
        entered(appeal, Origin.EMAIL, **same)
    assert (len(mails()), Endorsement.objects.filter(origin="email").count()) == (before, 0)


def test_a_closed_appeal_takes_no_entry(appeal: Appeal) -> None:
    Appeal.objects.filter(pk=appeal.pk).update(closes_at=NOON)
    with pytest.raises(NotOpen):
        entered(Appeal.objects.get(pk=appeal.pk), Origin.LETTER)


def test_a_form_of_the_organisation_replaces_the_entry(appeal: Appeal) -> None:
    same: dict[str, Any] = {"organisation_name": "Made-up Fund", "contact_email": "asel@fund.example"}
    entered(appeal, Origin.EMAIL, **same)
    mailed = digest()
    endorsement = factories.confirmed(appeal, **same)
    with pytest.raises(NoSuchLink):
        confirmation.confirm(mailed, at=LATER, declared=True)
    assert list(Endorsement.objects.exclude(origin="imported")) == [endorsement]


def test_an_entry_by_letter_is_asked_reminded_and_ended_like_others(appeal: Appeal) -> None:
    endorsement = entered(appeal, Origin.LETTER)
    manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=NOON)
    decisions.ask_question(endorsement.pk, "Who are you?", by=MODERATOR, at=NOON)
    assert list(expiry.find_unanswered(at=NOON + timedelta(days=30))) == [endorsement]
    for days in (30, 60):
        retention.purge(at=NOON + timedelta(days=days))
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.sealed_note, endorsement.organisation_name) == (State.REJECTED, "", "")


@pytest.mark.parametrize("origin", [Origin.EMAIL, Origin.LETTER])
@pytest.mark.parametrize("field", DECLARED)
def test_the_database_refuses_confirmation_without_declarations(appeal: Appeal, origin: Origin, field: str) -> None:
    endorsement = entered(appeal, origin)
    if origin == Origin.EMAIL:
        confirmation.confirm(digest(), at=NOON, declared=True)
    else:
        manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Endorsement.objects.filter(pk=endorsement.pk).update(**{field: None})


def test_a_misread_letter_is_corrected_and_confirmed_by_another_moderator(appeal: Appeal) -> None:
    endorsement = factories.entered(appeal, Origin.LETTER, organisation_name="Oydon Fund")

    def respell(name: str, by: Actor) -> None:
        endorsement.refresh_from_db()
        spelling.correct_spelling(
            endorsement.pk, EntryProposal(name, "", "KG"), seen=stale_forms.last_change_of(endorsement), by=by, at=NOON
        )

    respell("Ойдон фонду", by=MODERATOR)
    respell("Oydonn Fund", by=SECOND)
    with pytest.raises(SecondPersonNeeded):
        manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=NOON)
    respell("Oydon Fund", by=Actor.staff(3))
    confirmed = manual_entry.confirm_letter(endorsement.pk, by=SECOND, at=NOON)
    assert (confirmed.organisation_name, confirmed.state) == ("Oydon Fund", State.CONFIRMED)
    respell("Oydon Foundation", by=SECOND)
    assert endorsement.spellings.count() == 4


def test_a_name_is_not_corrected_before_its_mailbox_confirms(appeal: Appeal) -> None:
    endorsement = factories.entered(appeal, Origin.EMAIL)
    with pytest.raises(NotPossible):
        spelling.correct_spelling(
            endorsement.pk,
            EntryProposal("X", "", ""),
            seen=stale_forms.last_change_of(endorsement),
            by=MODERATOR,
            at=NOON,
        )
