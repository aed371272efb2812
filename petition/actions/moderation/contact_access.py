"""Opening a contact: one at a time, and who looked is on record."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from petition.actions.audit import Actor, record
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Contact
from petition.security import encryption


@dataclass(frozen=True)
class OpenContact:
    name: str
    role: str
    mailbox: str


@transaction.atomic
def open_contact(endorsement_id: int, *, by: Actor, at: datetime) -> OpenContact:
    """The contact in clear text, once the trail says that `by` looked. Raises NotPossible (none), CannotOpen."""
    contact = Contact.objects.select_related("endorsement__appeal").filter(endorsement=endorsement_id).first()
    if contact is None:
        raise NotPossible
    person = encryption.opened(contact.sealed_person)
    mailbox = encryption.opened(contact.sealed_mailbox)
    record("open_contact", subject=contact.endorsement, by=by, at=at)
    return OpenContact(person["name"], person["role"], mailbox)
