"""What an organisation does on its own page, which its private link opens."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, record
from petition.actions.endorsing.contact_erasure import erase_traces, erase_unconfirmed
from petition.actions.lifecycle import lock_endorsement, move
from petition.actions.mailing import queue
from petition.actions.refusals import NotPossible
from petition.actions.self_service import private_links
from petition.actions.self_service.private_links import lock_by_link, resolve_link
from petition.actions.self_service.withdrawal import end_endorsement
from petition.models import Display, Endorsement, Purpose, State
from petition.models.choices import ACTIVE
from petition.reference import retention_periods as periods
from petition.security import encryption, rate_limits


@transaction.atomic
def answer_question(digest: str, words: str, *, at: datetime) -> None:
    """Store the encrypted answer to the moderator's question, and return the endorsement to the queue.

    Raises NoSuchLink, or NotPossible if no question waits.
    """
    endorsement = lock_by_link(digest, at=at)
    question = endorsement.questions.waiting().first()
    if endorsement.state != State.RETURNED or question is None:
        raise NotPossible
    encryption.encrypt_column(question, "sealed_answer", words)
    question.answered_at = at
    question.save()
    move(endorsement, to=State.CONFIRMED, by=CONTACT, at=at)
    endorsement.save()


@transaction.atomic
def replace_removal_code(digest: str, code_digest: str, *, at: datetime) -> None:
    """Let the removal code with `code_digest` work in place of earlier ones. Raises NoSuchLink, NotPossible."""
    endorsement = lock_by_link(digest, at=at)
    if endorsement.state in (State.SUBMITTED, State.WITHDRAWN, State.REJECTED):
        raise NotPossible
    record("new_code", subject=endorsement, by=CONTACT, at=at)
    private_links.replace_removal_codes(endorsement, code_digest)


@transaction.atomic
def end_other_links(digest: str, *, at: datetime) -> None:
    """Delete all links to the own page except the one with this digest. Raises NoSuchLink."""
    endorsement = lock_by_link(digest, at=at)
    record("end_links", subject=endorsement, by=CONTACT, at=at)
    private_links.delete_other_own_page_links(endorsement, digest)


@transaction.atomic
def forget_mailbox(digest: str, code_digest: str, *, at: datetime) -> None:
    """Erase everything about the contact; the removal code with `code_digest` is the only way in from now on.

    The same is done to everything else that this mailbox sent under this name, so that somebody who seizes the mailbox
    finds nothing here: unconfirmed forms are erased, and a rejected endorsement is withdrawn. The code opens nothing if
    the endorsement has ended. Raises NoSuchLink, NotPossible.
    """
    opened = resolve_link(digest, at=at)
    # Not locked by the link: all rows of the mailbox have to be locked in ascending order (lifecycle.py).
    rows = _lock_all_of_mailbox(opened)
    endorsement = next(row for row in rows if row.pk == opened.pk)
    if endorsement.state == State.SUBMITTED:
        raise NotPossible
    if endorsement.state in ACTIVE:
        private_links.replace_removal_codes(endorsement, code_digest)
    for row in rows:
        if row.state == State.SUBMITTED:
            erase_unconfirmed(row, by=CONTACT, reason="forget", at=at)
        else:
            _forget(row, at=at)


def _lock_all_of_mailbox(endorsement: Endorsement) -> list[Endorsement]:
    """Lock and return the endorsement and all others of its mailbox under its name, in ascending order."""
    ids = {endorsement.pk}
    if endorsement.mailbox_index:  # '' would match all that have no mailbox
        ids |= set(Endorsement.objects.of_same_organisation(endorsement).values_list("pk", flat=True))
    return [lock_endorsement(pk) for pk in sorted(ids)]


def _forget(endorsement: Endorsement, *, at: datetime) -> None:
    if endorsement.state == State.REJECTED:  # without a contact nobody could be asked before it is reopened
        end_endorsement(endorsement, by=CONTACT, at=at)
    record("forget", subject=endorsement, by=CONTACT, at=at)
    erase_traces(endorsement, at=at)


@transaction.atomic
def ask_to_be_named(digest: str, *, at: datetime) -> None:
    """Queue a mail in which the contact confirms that the name may be published. Raises NoSuchLink, NotPossible."""
    endorsement = lock_by_link(digest, at=at)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD or not endorsement.has_contact():
        raise NotPossible
    limit = rate_limits.MAILS_FROM_OWN_PAGE
    due = rate_limits.reserve_slot(limit, endorsement.mailbox_index, at=at, latest=at + periods.UNCONFIRMED)
    if due is None:
        return
    endorsement.links.filter(purpose=Purpose.NAME_AGAIN).delete()
    token = private_links.create_link(endorsement, Purpose.NAME_AGAIN, expires_at=due + periods.UNCONFIRMED)
    content = {"url": private_links.build_url("name_again", token, endorsement.language)}
    mail = queue.queue_mail_to_contact("name_again", endorsement, content=content, at=at, due=due)
    queue.attach_link(mail, token, Purpose.NAME_AGAIN)


@transaction.atomic
def agree_to_be_named(digest: str, *, at: datetime) -> None:
    """Ask a moderator to publish the name, as confirmed by the mailed link. Raises NoSuchLink, NotPossible."""
    endorsement = lock_by_link(digest, at=at)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        raise NotPossible
    if endorsement.name_again_at is None:
        record("ask_name", subject=endorsement, by=CONTACT, at=at)
        endorsement.name_again_at = at
        endorsement.save()
