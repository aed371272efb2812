"""What each mail claims, checked when it is about to leave: what is no longer true is dropped, and the trail says so.

A decision's mail waits a minute, and any mail waits while the mail server is down. Meanwhile an organisation may leave,
a moderator may decide otherwise, a link may be replaced. No action recalls mails: the check is here, for all of them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from petition.actions.audit import WORKER, record
from petition.actions.lifecycle import last_move, locked
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decision_mails
from petition.actions.self_service import private_links
from petition.mail import outbox
from petition.models import (
    Contact,
    CorrectionState,
    Display,
    Endorsement,
    Invitation,
    OutgoingMail,
    PrivateLink,
    State,
    Status,
)
from petition.models.endorsements import ACTIVE
from petition.security import encryption
from petition.security.tokens import digest_of_token

Content = dict[str, Any]


class NoLongerTrue(Exception):
    """What the mail says is not so any more."""


class NotYet(Exception):
    """Its mailbox has had enough mails; `until` is when it may leave."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


@transaction.atomic
def departure_of(mail: OutgoingMail, *, at: datetime) -> tuple[str, Content]:
    """Return to which address `mail` leaves at `at`, and what it says.

    Links to own pages are made now, the same for each attempt, and go to whoever is the contact now.
    Raises NoLongerTrue, NotYet, CannotOpen.
    """
    endorsement = _locked(mail)
    content: Content = encryption.opened(mail.sealed_content)
    address = mail.sealed_address
    if endorsement and mail.message not in _TO_ANOTHER:
        address = _contact(endorsement).sealed_mailbox
    if mail.mailbox_index:
        until = mailbox_mails.postponed_until(mail.mailbox_index, at=at, besides=mail.pk)
        if until:
            raise NotYet(until)
    claim = CLAIMS.get(mail.message)
    if claim and not claim(mail, endorsement, content, at):
        raise NoLongerTrue
    if endorsement and mail.message in _OWN_PAGE:
        (token,) = _own_pages(mail, content, [endorsement])
        content["url"] = private_links.address("own_page", token, mail.language)
        content["waits"] = "1" if endorsement.state == State.CONFIRMED else ""
    elif "own_pages" in content:
        proven = list(private_links.proven_by(mail.mailbox_index))
        content["urls"] = "\n".join(
            private_links.address("own_page", token, mail.language) for token in _own_pages(mail, content, proven)
        )
    elif endorsement and mail.message == "listed" and endorsement.signatory:
        line = endorsement.signatory
        content |= decision_mails.of_approval(endorsement, kind=line.kind, number=line.number).content
    return encryption.opened(address), content


@transaction.atomic
def drop(mail: OutgoingMail, *, at: datetime) -> None:
    """End the mail without sending it; the trail of its endorsement says which message was dropped."""
    endorsement = _locked(mail)
    if outbox.dropped(mail, at=at) and endorsement:
        record("drop_mail", subject=endorsement, by=WORKER, at=at, reason=mail.message)


def _locked(mail: OutgoingMail) -> Endorsement | None:
    """Return the endorsement that the mail is about, locked. Raises NoLongerTrue where both are gone."""
    if mail.endorsement_id is None:
        return None
    try:
        return locked(mail.endorsement_id)
    except Endorsement.DoesNotExist as error:
        raise NoLongerTrue from error


def _contact(endorsement: Endorsement) -> Contact:
    """Return who speaks for the endorsement now. Raises NoLongerTrue where nobody does any more."""
    try:
        return Contact.objects.get(endorsement=endorsement)
    except Contact.DoesNotExist as error:
        raise NoLongerTrue from error


def _own_pages(mail: OutgoingMail, content: Content, endorsements: list[Endorsement]) -> list[str]:
    """Return a token of the own page of each endorsement: those of an earlier attempt while they open it."""
    live = private_links.still_open(content.get("tokens", []))
    if len(live) == len(endorsements):
        return live
    content["tokens"] = [private_links.new_own_page(endorsement) for endorsement in endorsements]
    outbox.rewrite(mail, sealed_content=encryption.seal(content))
    return list(content["tokens"])


def _decided(mail: OutgoingMail, endorsement: Endorsement) -> bool:
    """Whether the decision that the mail reports is the last one about its endorsement, which nobody is withdrawing."""
    return last_move(endorsement).pk == mail.reports and endorsement.withdrawal_due_at is None


def _carries_live_link(mail: OutgoingMail, at: datetime) -> bool:
    return PrivateLink.objects.live(at).filter(mail=mail).exists()


def _listed(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    line = endorsement.signatory
    is_listed = line is not None and line.status == Status.LISTED and endorsement.display == Display.NAMED
    return _decided(mail, endorsement) and endorsement.state == State.APPROVED and is_listed


def _counted(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD
    return _decided(mail, endorsement) and is_withheld


def _rejected(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return _decided(mail, endorsement) and endorsement.state == State.REJECTED


def _asked(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    waits = endorsement.questions.waiting().filter(pk=content["question"])
    return endorsement.state == State.RETURNED and endorsement.withdrawal_due_at is None and waits.exists()


def _correction(state: CorrectionState) -> "Claim":
    def is_so(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
        decided = endorsement.corrections.filter(pk=content["correction"], state=state)
        return endorsement.state in ACTIVE and decided.exists()

    return is_so


def _has_own_page(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return endorsement.state != State.SUBMITTED and endorsement.contact_erased_at is None


def _entered(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return endorsement.state == State.SUBMITTED and _carries_live_link(mail, at)


def _contact_to_change(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return endorsement.state in ACTIVE and _carries_live_link(mail, at)


def _name_to_show(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD
    return is_withheld and endorsement.name_again_at is None and _carries_live_link(mail, at)


def _forms_wait(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    forms = list(Endorsement.objects.filter(mailbox_index=mail.mailbox_index, state=State.SUBMITTED, origin="form"))
    return bool(mailbox_mails.without_active(forms)) and _carries_live_link(mail, at)


def _endorses(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    return Endorsement.objects.filter(mailbox_index=mail.mailbox_index, state__in=ACTIVE).exists()


def _has_proven(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    return private_links.proven_by(mail.mailbox_index).exists()


def _invited(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    digest = digest_of_token(content["url"].rstrip("/").rpartition("/")[2], "invitation")
    return Invitation.objects.filter(digest=digest, expires_at__gt=at, account__is_active=True).exists()


Claim = Callable[[OutgoingMail, Any, Content, datetime], bool]
CLAIMS: Final[dict[str, Claim]] = {
    "listed": _listed,
    "counted": _counted,
    "rejected": _rejected,
    "question": _asked,
    "question_reminder": _asked,
    "correction_accepted": _correction(CorrectionState.ACCEPTED),
    "correction_refused": _correction(CorrectionState.REFUSED),
    "own_page": _has_own_page,
    "entered": _entered,
    "old_contact": _contact_to_change,
    "new_contact": _contact_to_change,
    "name_again": _name_to_show,
    "confirm_mailbox": _forms_wait,
    "already_endorsed": _endorses,
    "own_page_again": _has_proven,
    "invitation": _invited,
}
"""Whether what a mail says is so at a moment: the mail, its endorsement (locked) if it has one, its content."""

ALWAYS_TRUE: Final = frozenset({"changed", "new_device", "delivery_check", "prepared"})
"""Mails that tell of something that has happened, and stays so."""
_OWN_PAGE: Final = ("own_page", "question", "question_reminder")
_TO_ANOTHER: Final = ("new_contact", "changed")
"""Mails about an endorsement to somebody who is not its contact: not yet, or not any more."""
