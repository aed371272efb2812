"""Another person speaks for the organisation from now on: the present mailbox and the new one both confirm."""

from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import CONTACT, record
from petition.actions.lifecycle import locked
from petition.actions.mailing import queue
from petition.actions.self_service import private_links
from petition.actions.self_service.private_links import behind
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Contact, ContactChange, Endorsement, OutgoingMail, Purpose
from petition.models.endorsements import ACTIVE
from petition.reference import retention_periods as periods
from petition.security import encryption, rate_limits

BOTH = (Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)


@transaction.atomic
def request(digest: str, *, name: str, role: str, mailbox: str, at: datetime) -> None:
    """Two mails are owed, to the present mailbox and to the new one, in place of an earlier request.

    Raises NoSuchLink, or NotPossible: nothing to speak for, or a contact that was erased (then the secretariat helps).
    """
    endorsement = locked(behind(digest, at=at).pk)
    if endorsement.state not in ACTIVE or not Contact.objects.filter(endorsement=endorsement).exists():
        raise NotPossible
    new_index = encryption.mailbox_index(mailbox)
    due = _due(endorsement.mailbox_index, new_index, at=at)
    endorsement.links.filter(purpose__in=BOTH).delete()
    ContactChange.objects.filter(endorsement=endorsement).delete()
    ContactChange.objects.create(
        endorsement=endorsement,
        sealed_person=encryption.seal({"name": name, "role": role}),
        sealed_mailbox=encryption.seal(mailbox),
        mailbox_index=new_index,
        requested_at=at,
    )
    record("request_contact", subject=endorsement, by=CONTACT, at=at)
    old, new = (private_links.new_link(endorsement, purpose, expires_at=due + periods.UNCONFIRMED) for purpose in BOTH)
    language = endorsement.language
    content = {"url": private_links.address("agree_contact", old, language)}
    mail = queue.owe_to_contact("old_contact", endorsement, content=content, at=at, due=due)
    queue.carry_link(mail, old, Purpose.OLD_CONTACT)
    content = {"url": private_links.address("agree_contact", new, language)}
    mail = queue.owe_to(
        "new_contact",
        mailbox,
        content=content,
        language=language,
        at=at,
        due=due,
        about=endorsement,
        mailbox_index=new_index,
    )
    queue.carry_link(mail, new, Purpose.NEW_CONTACT)


def _due(present: str, new: str, *, at: datetime) -> datetime:
    """Return when both mails are due. Raises NotPossible when not within a week, or when the new mailbox has its fill.

    To the new mailbox whoever writes is a stranger: its mail counts like all that strangers can cause, and leaves when
    that limit allows (mail_claims.py), however many own pages they come from.
    """
    waiting = OutgoingMail.objects.owed().filter(message="new_contact", mailbox_index=new)
    limit = rate_limits.MAILS_FROM_OWN_PAGE
    due = rate_limits.next_turn(limit, present, at=at, latest=at + periods.UNCONFIRMED)
    if due is None or waiting.count() >= rate_limits.MAILS_TO_ONE_MAILBOX.most * periods.UNCONFIRMED.days:
        raise NotPossible
    return due


@transaction.atomic
def agree(digest: str, purpose: Purpose, *, at: datetime) -> bool:
    """The mailbox of this link agrees; says whether both have, and the contact is the new one.

    The earlier links of the own page are dead then, and a mail brings the new contact a fresh one.
    Raises NoSuchLink, NotPossible.
    """
    endorsement = locked(behind(digest, at=at).pk)
    change = ContactChange.objects.filter(endorsement=endorsement).first()
    if change is None or endorsement.state not in ACTIVE:
        raise NotPossible
    if purpose == Purpose.OLD_CONTACT:
        change.old_confirmed_at = change.old_confirmed_at or at
    else:
        change.new_confirmed_at = change.new_confirmed_at or at
    change.save()
    if not (change.old_confirmed_at and change.new_confirmed_at):
        return False
    _carry_out(endorsement, change, at=at)
    return True


def _carry_out(endorsement: Endorsement, change: ContactChange, *, at: datetime) -> None:
    contact = Contact.objects.get(endorsement=endorsement)
    previous = contact.sealed_mailbox
    contact.sealed_person, contact.sealed_mailbox = change.sealed_person, change.sealed_mailbox
    contact.save()
    record("change_contact", subject=endorsement, by=CONTACT, at=at)
    endorsement.mailbox_index = change.mailbox_index
    endorsement.domain_index, endorsement.hints = "", []  # they told of the earlier mailbox
    try:
        with transaction.atomic():
            endorsement.save()
    except IntegrityError as error:  # the new mailbox has endorsed under this name itself
        raise NotPossible from error
    change.delete()
    endorsement.links.filter(purpose__in=BOTH).delete()
    endorsement.refresh_from_db()
    endorsement.links.filter(purpose=Purpose.OWN_PAGE).delete()  # the mail to the new contact brings a new one
    queue.owe_to_contact("own_page", endorsement, content={}, at=at)
    queue.owe_sealed("changed", previous, content={}, language=endorsement.language, at=at, about=endorsement)
