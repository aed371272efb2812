"""What an organisation does on its own page, behind its private link."""

from datetime import datetime

from django.db import transaction

from petition.actions.audit import CONTACT, record
from petition.actions.endorsing.confirmation import erase
from petition.actions.intake.accept import same_body
from petition.actions.lifecycle import locked, move
from petition.actions.mailing import mailbox_mails, queue
from petition.actions.self_service import private_links
from petition.actions.self_service.private_links import behind
from petition.actions.self_service.withdrawal import NotPossible, end
from petition.models import Contact, ContactChange, Display, Endorsement, OutgoingMail, Purpose, State
from petition.models.endorsements import ACTIVE
from petition.reference import retention_periods as periods
from petition.security import encryption, rate_limits


@transaction.atomic
def answer(digest: str, words: str, *, at: datetime) -> None:
    """The moderator's question is answered, for the secretariat's eyes, and the endorsement is back in the queue.

    Raises NoSuchLink, or NotPossible when nothing is asked any more.
    """
    endorsement = locked(behind(digest, at=at).pk)
    question = endorsement.questions.waiting().first()
    if endorsement.state != State.RETURNED or question is None:
        raise NotPossible
    question.sealed_answer = encryption.seal(words)
    question.answered_at = at
    question.save()
    move(endorsement, to=State.CONFIRMED, by=CONTACT, at=at)
    endorsement.save()


@transaction.atomic
def new_removal_code(digest: str, *, at: datetime) -> str:
    """A new code to write down, instead of the one before. Raises NoSuchLink, NotPossible."""
    endorsement = locked(behind(digest, at=at).pk)
    if endorsement.state in (State.SUBMITTED, State.WITHDRAWN, State.REJECTED):
        raise NotPossible
    record("new_code", subject=endorsement, by=CONTACT, at=at)
    return private_links.new_removal_code(endorsement)


@transaction.atomic
def end_other_links(digest: str, *, at: datetime) -> None:
    """No link of its own page opens anything but the one with this digest. Raises NoSuchLink."""
    endorsement = locked(behind(digest, at=at).pk)
    record("end_links", subject=endorsement, by=CONTACT, at=at)
    private_links.end_others(endorsement, digest)


@transaction.atomic
def forget_mailbox(digest: str, *, at: datetime) -> str:
    """All that tells of the person is gone, and every hash that would find the mailbox: only the returned code is left.

    Of what has ended not even that, and '' is returned: one that was not accepted is withdrawn along with it, since
    nobody could be asked before it is taken up again. So is what the same mailbox sent under the same name before:
    tries that it never confirmed, and what has ended. Who seizes the mailbox learns nothing here.
    Raises NoSuchLink, NotPossible.
    """
    found = behind(digest, at=at)
    rows = _of_its_mailbox(found)
    endorsement = next(row for row in rows if row.pk == found.pk)
    if endorsement.state == State.SUBMITTED:
        raise NotPossible
    code = private_links.new_removal_code(endorsement) if endorsement.state in ACTIVE else ""
    for row in rows:
        if row.state == State.SUBMITTED:
            erase(row, by=CONTACT, reason="forget", at=at)
        else:
            _forget(row, at=at)
    return code


def _of_its_mailbox(endorsement: Endorsement) -> list[Endorsement]:
    """The endorsement and all others of its mailbox under its name, each locked, always in the same order."""
    rows = same_body(endorsement).order_by("pk") if endorsement.mailbox_index else Endorsement.objects.none()
    return [locked(pk) for pk in sorted({endorsement.pk, *rows.values_list("pk", flat=True)})]


def _forget(endorsement: Endorsement, *, at: datetime) -> None:
    if endorsement.state == State.REJECTED:
        end(endorsement, by=CONTACT, at=at)
    record("forget", subject=endorsement, by=CONTACT, at=at)
    erase_traces(endorsement, at=at)


def erase_traces(endorsement: Endorsement, *, at: datetime) -> None:
    """The contact, its mails and links and every hash of its mailbox are gone; the removal code stays."""
    mailbox_index = endorsement.mailbox_index
    endorsement.links.exclude(purpose=Purpose.REMOVAL_CODE).delete()
    OutgoingMail.objects.filter(endorsement=endorsement).delete()
    forget_contact(endorsement, at=at)
    endorsement.mailbox_index = endorsement.domain_index = endorsement.fingerprint = endorsement.network_index = ""
    endorsement.hints = []  # they told of the mailbox
    endorsement.save()
    mailbox_mails.forget_mailbox(mailbox_index)


def forget_contact(endorsement: Endorsement, *, at: datetime) -> None:
    """Person and mailbox are gone, and what was asked, answered and noted, which may tell of the person.

    `endorsement`, to be saved by the caller, says since when.
    """
    Contact.objects.filter(endorsement=endorsement).delete()
    ContactChange.objects.filter(endorsement=endorsement).delete()
    endorsement.questions.all().delete()
    endorsement.contact_erased_at = at
    endorsement.sealed_note = endorsement.sealed_check_note = ""


@transaction.atomic
def ask_to_be_named(digest: str, *, at: datetime) -> None:
    """A mail asks the mailbox whether the name may be shown again. Raises NoSuchLink, NotPossible."""
    endorsement = locked(behind(digest, at=at).pk)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD or not has_contact(endorsement):
        raise NotPossible
    limit = rate_limits.MAILS_FROM_OWN_PAGE
    due = rate_limits.next_turn(limit, endorsement.mailbox_index, at=at, latest=at + periods.UNCONFIRMED)
    if due is None:
        return
    endorsement.links.filter(purpose=Purpose.NAME_AGAIN).delete()
    token = private_links.new_link(endorsement, Purpose.NAME_AGAIN, expires_at=due + periods.UNCONFIRMED)
    content = {"url": private_links.address("name_again", token, endorsement.language)}
    mail = queue.owe_to_contact("name_again", endorsement, content=content, at=at, due=due)
    queue.carry_link(mail, token, Purpose.NAME_AGAIN)


@transaction.atomic
def agree_to_be_named(digest: str, *, at: datetime) -> None:
    """The mailbox agrees; a moderator shows the name (moderation.show). Raises NoSuchLink, NotPossible."""
    endorsement = locked(behind(digest, at=at).pk)
    if endorsement.state != State.APPROVED or endorsement.display != Display.WITHHELD:
        raise NotPossible
    if endorsement.name_again_at is None:
        record("ask_name", subject=endorsement, by=CONTACT, at=at)
        endorsement.name_again_at = at
        endorsement.save()


def has_contact(endorsement: Endorsement) -> bool:
    """Whether mail can reach anybody."""
    return Contact.objects.filter(endorsement=endorsement).exists()
