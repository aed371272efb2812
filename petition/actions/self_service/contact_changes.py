"""Replace the contact of an endorsement, after the present and the new mailbox have both confirmed."""

from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import CONTACT, record
from petition.actions.mailing import queue
from petition.actions.refusals import NotPossible
from petition.actions.self_service import private_links
from petition.actions.self_service.private_links import lock_by_link
from petition.mail import outbox
from petition.models import Contact, ContactChange, Endorsement, OutgoingMail, Purpose
from petition.models.choices import ACTIVE
from petition.reference import retention_periods as periods
from petition.security import encryption, rate_limits

BOTH = (Purpose.OLD_CONTACT, Purpose.NEW_CONTACT)


@transaction.atomic
def request_contact_change(digest: str, *, name: str, role: str, mailbox: str, at: datetime) -> None:
    """Queue a mail to the present and one to the new mailbox, in place of an earlier request.

    Raises NoSuchLink, or NotPossible: the endorsement has ended, its contact was erased, or a limit is reached.
    """
    endorsement = lock_by_link(digest, at=at)
    if endorsement.state not in ACTIVE or not endorsement.has_contact():
        raise NotPossible
    new_index = encryption.compute_mailbox_index(mailbox)
    due = _reserve_time(endorsement.mailbox_index, new_index, at=at)
    endorsement.links.filter(purpose__in=BOTH).delete()
    ContactChange.objects.filter(endorsement=endorsement).delete()
    change = ContactChange(endorsement=endorsement, mailbox_index=new_index, requested_at=at)
    encryption.encrypt_column(change, "sealed_person", {"name": name, "role": role})
    encryption.encrypt_column(change, "sealed_mailbox", mailbox)
    change.save()
    record("request_contact", subject=endorsement, by=CONTACT, at=at)
    old, new = (
        private_links.create_link(endorsement, purpose, expires_at=due + periods.UNCONFIRMED) for purpose in BOTH
    )
    language = endorsement.language
    content = {"url": private_links.build_url("agree_contact", old, language)}
    mail = queue.queue_mail_to_contact("old_contact", endorsement, content=content, at=at, due=due)
    queue.attach_link(mail, old, Purpose.OLD_CONTACT)
    content = {"url": private_links.build_url("agree_contact", new, language)}
    mail = outbox.queue_mail(
        "new_contact",
        address=mailbox,
        content=content,
        language=language,
        at=at,
        due=due,
        endorsement=endorsement,
        mailbox_index=new_index,
    )
    queue.attach_link(mail, new, Purpose.NEW_CONTACT)


def _reserve_time(present_index: str, new_index: str, *, at: datetime) -> datetime:
    """Return when both mails are due. Raises NotPossible if that is later than a week, or too many wait already."""
    # The new mailbox may belong to a stranger who never asked. Mails to it count as those that anybody can cause, and
    # they leave only when that limit allows (mailing/pre_send_checks.py), from however many own pages they come.
    waiting = OutgoingMail.objects.owed().filter(message="new_contact", mailbox_index=new_index)
    limit = rate_limits.MAILS_FROM_OWN_PAGE
    due = rate_limits.reserve_slot(limit, present_index, at=at, latest=at + periods.UNCONFIRMED)
    if due is None or waiting.count() >= rate_limits.MAILS_TO_ONE_MAILBOX.most * periods.UNCONFIRMED.days:
        raise NotPossible
    return due


@transaction.atomic
def confirm_contact_change(digest: str, purpose: Purpose, *, at: datetime) -> bool:
    """Record that the mailbox of this link agrees; if both have, replace the contact and return True.

    All links to the own page end then, and a mail brings a new one to the new contact. Raises NoSuchLink, NotPossible.
    """
    endorsement = lock_by_link(digest, at=at)
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
    _replace_contact(endorsement, change, at=at)
    return True


def _replace_contact(endorsement: Endorsement, change: ContactChange, *, at: datetime) -> None:
    contact = Contact.objects.get(endorsement=endorsement)
    old_mailbox = encryption.decrypt_column(contact, "sealed_mailbox")
    for column in ("sealed_person", "sealed_mailbox"):
        encryption.encrypt_column(contact, column, encryption.decrypt_column(change, column))
    contact.save()
    record("change_contact", subject=endorsement, by=CONTACT, at=at)
    endorsement.mailbox_index = change.mailbox_index
    endorsement.domain_index, endorsement.hints = "", []  # they describe the earlier mailbox
    try:
        with transaction.atomic():
            endorsement.save()
    except IntegrityError as error:  # the new mailbox has an active endorsement under this name
        raise NotPossible from error
    change.delete()
    endorsement.links.filter(purpose__in=BOTH).delete()
    endorsement.refresh_from_db()
    endorsement.links.filter(purpose=Purpose.OWN_PAGE).delete()  # the mail to the new contact contains a new one
    queue.queue_mail_to_contact("own_page", endorsement, content={}, at=at)
    outbox.queue_mail(
        "changed",
        address=old_mailbox,
        content={},
        language=endorsement.language,
        at=at,
        endorsement=endorsement,
    )
