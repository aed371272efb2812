"""Erase contacts, and endorsements that were never confirmed."""

from datetime import datetime

from petition.actions.audit import Actor, record
from petition.actions.mailing import mailbox_mails
from petition.models import Contact, ContactChange, Endorsement, OutgoingMail, Purpose


def erase_unconfirmed(endorsement: Endorsement, *, by: Actor, reason: str, at: datetime) -> None:
    """Erase an endorsement that was never confirmed, with its contact, links and mails. Its audit events stay."""
    record("erase", subject=endorsement, by=by, at=at, reason=reason)
    mailbox_index = endorsement.mailbox_index
    endorsement.delete()
    mailbox_mails.erase_links(mailbox_index)


def erase_traces(endorsement: Endorsement, *, at: datetime) -> None:
    """Erase the contact with all mails, links and hashes of the mailbox, but not the removal code. Saves it."""
    mailbox_index = endorsement.mailbox_index
    endorsement.links.exclude(purpose=Purpose.REMOVAL_CODE).delete()
    OutgoingMail.objects.filter(endorsement=endorsement).delete()
    erase_contact(endorsement, at=at)
    endorsement.mailbox_index = endorsement.domain_index = endorsement.fingerprint = endorsement.network_index = ""
    endorsement.reference_word, endorsement.intake_id = "", None
    endorsement.hints = []  # they describe the mailbox
    endorsement.save()
    mailbox_mails.forget_mailbox(mailbox_index)


def erase_contact(endorsement: Endorsement, *, at: datetime) -> None:
    """Erase the contact, and all questions, answers and notes, which may describe the person.

    The endorsement is to be saved by the caller.
    """
    Contact.objects.filter(endorsement=endorsement).delete()
    ContactChange.objects.filter(endorsement=endorsement).delete()
    endorsement.questions.all().delete()
    endorsement.contact_erased_at = at
    endorsement.sealed_note = endorsement.sealed_check_note = ""
