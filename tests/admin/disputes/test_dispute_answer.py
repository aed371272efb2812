"""One message about a name is answered, or settled by hiding the name, on the page where it is read."""

import pytest
from django.test import Client
from django.urls import reverse

from petition.actions.self_service import disputes
from petition.models import Appeal, AuditEvent, Dispute, OutgoingMail, Status
from petition.security import encryption
from tests.factories import NOON, approved

ANSWER = {"decision": "answer", "words": "Мы проверим.", "language": "ru"}


def write_message(appeal: Appeal, *, mailbox: str = "asker@ukuk.example", reference: str = "") -> Dispute:
    disputes.raise_dispute(appeal, reference=reference, words="Not ours.", mailbox=mailbox, at=NOON)
    return Dispute.objects.latest("pk")


def press(staff: Client, dispute: Dispute, **posted: str) -> str:
    return staff.post(reverse("admin:settle", args=[dispute.pk]), posted, follow=True).content.decode()


def list_verbs(dispute: Dispute) -> list[str]:
    events = AuditEvent.objects.filter(subject_kind="dispute", subject_id=dispute.pk)
    return list(events.order_by("pk").values_list("verb", flat=True))


@pytest.mark.both_databases
def test_an_answer_is_sent_and_settles_the_message(staff: Client, appeal: Appeal) -> None:
    dispute = write_message(appeal)
    assert "The answer will be sent" in press(staff, dispute, **ANSWER)
    (mail,) = OutgoingMail.objects.filter(message="dispute_answer")
    assert encryption.decrypt_column(mail, "sealed_address") == "asker@ukuk.example"
    assert encryption.decrypt_column(mail, "sealed_content") == {"words": "Мы проверим."}
    assert mail.language == "ru"
    assert list_verbs(dispute) == ["answer_dispute", "settle"]
    assert "now" in press(staff, dispute, **ANSWER)  # settled already: no second mail
    assert OutgoingMail.objects.filter(message="dispute_answer").count() == 1


def test_an_empty_answer_comes_back_with_the_message(staff: Client, appeal: Appeal) -> None:
    dispute = write_message(appeal)
    page = press(staff, dispute, **ANSWER | {"words": " "})
    assert "Write the answer." in page
    assert "Not ours." in page
    assert not OutgoingMail.objects.filter(message="dispute_answer").exists()
    assert Dispute.objects.open().count() == 1


def test_without_an_address_there_is_nobody_to_answer(staff: Client, appeal: Appeal) -> None:
    dispute = write_message(appeal, mailbox="")
    page = staff.post(reverse("admin:dispute", args=[dispute.pk])).content.decode()
    assert "It gives no address for an answer." in page
    assert 'value="answer"' not in page
    press(staff, dispute, **ANSWER)
    assert not OutgoingMail.objects.filter(message="dispute_answer").exists()
    assert Dispute.objects.open().count() == 1


def test_the_name_is_hidden_and_the_message_settled(staff: Client, appeal: Appeal) -> None:
    endorsement = approved(appeal)
    signatory = endorsement.signatory
    assert signatory is not None
    dispute = write_message(appeal, reference=signatory.reference)
    page = staff.post(reverse("admin:dispute", args=[dispute.pk])).content.decode()
    assert signatory.label in page
    assert 'value="hide"' in page
    assert "removed from the whole site" in press(staff, dispute, decision="hide")
    signatory.refresh_from_db()
    assert signatory.status == Status.NO_LONGER_LISTED
    assert not Dispute.objects.open().exists()


def test_a_message_without_an_entry_hides_nothing(staff: Client, appeal: Appeal) -> None:
    dispute = write_message(appeal)
    assert 'value="hide"' not in staff.post(reverse("admin:dispute", args=[dispute.pk])).content.decode()
    assert staff.post(reverse("admin:settle", args=[dispute.pk]), {"decision": "hide"}).status_code == 404
    assert Dispute.objects.open().exists()
