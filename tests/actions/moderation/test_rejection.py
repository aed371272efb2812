"""Rejections: a reason of the editors' list, in the recipient's language or unsent, and a note for moderators."""

from datetime import timedelta
from typing import Any

import pytest

from petition.actions.moderation import decisions, internal_notes
from petition.actions.moderation.rejection_reasons import set_reason
from petition.actions.operations import retention
from petition.actions.refusals import UnknownReason
from petition.actions.self_service import own_page
from petition.models import Appeal, AuditEvent, Endorsement, Reason, State
from petition.security.encryption import decrypt_column
from tests import factories
from tests.actions.moderation.test_undo import own_digest
from tests.factories import MODERATOR, NOON, a_code_digest, mails

BUILT_IN = {"other", "unverified", "duplicate", "no_organisation", "made_up"}


def test_built_in_reasons_have_text_in_each_language(appeal: Appeal) -> None:
    reasons = {reason.code: reason for reason in Reason.objects.all()}
    assert set(reasons) == BUILT_IN
    for reason in reasons.values():
        assert set(reason.labels) == {"en", "ru", "ky"}
        assert set(reason.words) in ({"en", "ru", "ky"}, set())
    assert [code for code, reason in reasons.items() if not reason.sends_mail] == ["made_up"]


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_the_reason_is_recorded_and_its_text_mailed(appeal: Appeal, language: str) -> None:
    endorsement = factories.confirmed(appeal, language=language)
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON, reason="unverified")
    message, _, content = mails()[-1]
    assert (message, content) == ("rejected", {"words": Reason.objects.get(code="unverified").words[language]})
    assert AuditEvent.objects.latest("pk").reason == "unverified"


def test_a_reason_may_send_no_mail(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    before = len(mails())
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON, reason="made_up")
    assert len(mails()) == before


def test_the_default_reason_is_the_most_general_one(appeal: Appeal) -> None:
    Reason.objects.all().delete()
    decisions.reject(factories.confirmed(appeal).pk, by=MODERATOR, at=NOON)
    assert (mails()[-1][0], mails()[-1][2]) == ("rejected", {})
    assert AuditEvent.objects.latest("pk").reason == "other"


@pytest.mark.parametrize("code", ["whim", "duplicate"])
def test_a_reason_that_is_not_offered_is_refused(appeal: Appeal, code: str) -> None:
    options: dict[str, Any] = {"labels": {"en": "Twice"}, "words": {}, "sends_mail": True, "is_offered": False}
    set_reason("duplicate", **options, by=MODERATOR, at=NOON)
    endorsement = factories.confirmed(appeal)
    with pytest.raises(UnknownReason):
        decisions.reject(endorsement.pk, by=MODERATOR, at=NOON, reason=code)
    endorsement.refresh_from_db()
    assert endorsement.state == State.CONFIRMED


@pytest.mark.django_db
def test_editors_change_a_reason_and_it_is_recorded() -> None:
    texts = {"labels": {"en": "Closed body", "ru": ""}, "words": {"en": "Too late."}}
    made = set_reason("closed_body", **texts, sends_mail=True, is_offered=True, by=MODERATOR, at=NOON)
    assert (made.labels, made.words) == ({"en": "Closed body"}, {"en": "Too late."})
    assert (made.label("ru"), made.label("en")) == ("Closed body", "Closed body")
    texts["words"]["en"] = "Later."
    again = set_reason("closed_body", **texts, sends_mail=False, is_offered=True, by=MODERATOR, at=NOON)
    assert (again.pk, again.words, again.sends_mail) == (made.pk, {"en": "Later."}, False)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.subject_kind, event.subject_id, event.reason) == (
        "set_reason",
        "reason",
        made.pk,
        "closed_body",
    )
    assert "Later" not in str(AuditEvent.objects.values_list())


# --- the note ---


def reject_with_note(appeal: Appeal) -> Endorsement:
    endorsement = factories.confirmed(appeal)
    decisions.reject(endorsement.pk, by=MODERATOR, at=NOON, note="Called Canary: nobody knows them.")
    endorsement.refresh_from_db()
    return endorsement


def test_a_note_is_encrypted_and_not_in_the_audit_log(appeal: Appeal) -> None:
    endorsement = reject_with_note(appeal)
    assert decrypt_column(endorsement, "sealed_note") == "Called Canary: nobody knows them."
    assert "Canary" not in str(AuditEvent.objects.values_list())
    assert "Canary" not in str(Endorsement.objects.values_list())


def test_a_note_can_be_rewritten_and_erased(appeal: Appeal) -> None:
    endorsement = reject_with_note(appeal)
    internal_notes.set_internal_note(endorsement.pk, "They called back.", by=MODERATOR, at=NOON)
    endorsement.refresh_from_db()
    assert decrypt_column(endorsement, "sealed_note") == "They called back."
    internal_notes.set_internal_note(endorsement.pk, "", by=MODERATOR, at=NOON)
    endorsement.refresh_from_db()
    assert endorsement.sealed_note == ""
    verbs = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=endorsement.pk).values_list(
        "verb", flat=True
    )
    assert list(verbs)[:2] == ["internal_note", "internal_note"]


def test_a_note_is_erased_with_the_contact(appeal: Appeal) -> None:
    endorsement = reject_with_note(appeal)
    retention.purge(at=NOON + timedelta(days=30, minutes=2))
    endorsement.refresh_from_db()
    assert endorsement.sealed_note == ""


def test_a_note_is_erased_with_a_forgotten_mailbox(appeal: Appeal) -> None:
    endorsement = factories.confirmed(appeal)
    internal_notes.set_internal_note(endorsement.pk, "Called them.", by=MODERATOR, at=NOON)
    own_page.forget_mailbox(own_digest(endorsement), a_code_digest(), at=NOON)
    endorsement.refresh_from_db()
    assert endorsement.sealed_note == ""


def test_a_note_without_a_contact_is_erased_at_the_same_time(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    own_page.forget_mailbox(own_digest(endorsement), a_code_digest(), at=NOON)
    internal_notes.set_internal_note(endorsement.pk, "Called them.", by=MODERATOR, at=NOON)
    retention.purge(at=NOON + timedelta(days=364))
    endorsement.refresh_from_db()
    assert endorsement.sealed_note
    retention.purge(at=NOON + timedelta(days=365))
    endorsement.refresh_from_db()
    assert endorsement.sealed_note == ""
