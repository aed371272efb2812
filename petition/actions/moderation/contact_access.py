"""Decrypt a contact: one at a time, and the audit log says who looked."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.refusals import NotPossible
from petition.models import Contact, Endorsement
from petition.reference.mail_domains import mail_domain
from petition.security import encryption


@dataclass(frozen=True)
class DecryptedContact:
    name: str
    role: str
    mailbox: str


@transaction.atomic
def open_contact(endorsement_id: int, *, by: Actor, at: datetime) -> DecryptedContact:
    """Return the decrypted contact, and record that `by` looked. Raises NotPossible (none), CannotDecrypt."""
    contact = Contact.objects.select_related("endorsement__appeal").filter(endorsement=endorsement_id).first()
    if contact is None:
        raise NotPossible
    person = encryption.decrypt_column(contact, "sealed_person")
    mailbox = encryption.decrypt_column(contact, "sealed_mailbox")
    record("open_contact", subject=contact.endorsement, by=by, at=at)
    return DecryptedContact(person["name"], person["role"], mailbox)


def read_mail_domain(endorsement: Endorsement) -> str | None:
    """Return the domain of the contact's mailbox; None without a contact, or without the key.

    The review page shows it beside the website. It names no person, so the audit log has no entry about it.
    """
    contact = Contact.objects.filter(endorsement=endorsement).first()
    if contact is None:
        return None
    try:
        return mail_domain(str(encryption.decrypt_column(contact, "sealed_mailbox")))
    except encryption.CannotDecrypt:
        return None
