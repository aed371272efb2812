"""Check a mail when it is about to leave: one that is no longer true is dropped, and the audit log says so.

A decision's mail waits a minute, and any mail waits while the mail server is down. Meanwhile an organisation may
withdraw, a moderator may decide otherwise, a link may be replaced. No action recalls mails: the check is here, for all.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import translation

from petition.actions.audit import WORKER, record
from petition.actions.lifecycle import get_last_move, lock_endorsement
from petition.actions.mailing import decision_mails, mailbox_mails
from petition.actions.refusals import MailboxLimitReached, NoLongerTrue
from petition.actions.self_service import private_links
from petition.mail import outbox
from petition.models import (
    Appeal,
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
from petition.models.appeals import Phase
from petition.models.choices import ACTIVE
from petition.publishing.sentences import format_moment
from petition.security import encryption
from petition.security.tokens import hash_token

Content = dict[str, Any]


@transaction.atomic
def prepare(mail: OutgoingMail, *, at: datetime) -> tuple[str, Content]:
    """Return the address to which `mail` leaves at `at`, and its content.

    Raises NoLongerTrue, MailboxLimitReached, CannotDecrypt.
    """
    endorsement = _lock_endorsement_of(mail)
    content: Content = encryption.decrypt_column(mail, "sealed_content")
    if endorsement and mail.message not in _NOT_TO_CONTACT:
        # The contact may have changed since the mail was queued: a link to the own page goes to the present one only.
        address = encryption.decrypt_column(_get_contact(endorsement), "sealed_mailbox")
    else:
        address = encryption.decrypt_column(mail, "sealed_address")
    if mail.mailbox_index:
        until = mailbox_mails.next_allowed_at(mail.mailbox_index, at=at, without=mail.pk)
        if until:
            raise MailboxLimitReached(until)
    is_true = CHECKS.get(mail.message)
    if is_true and not is_true(mail, endorsement, content, at):
        raise NoLongerTrue
    if endorsement and mail.message in _WITH_OWN_PAGE:
        (token,) = _own_page_tokens(mail, content, [endorsement])
        content["url"] = private_links.build_url("own_page", token, mail.language)
        content["waits"] = "1" if endorsement.state == State.CONFIRMED else ""
        content["closes"] = _format_closing(endorsement.appeal, mail.language, at=at)
    elif "own_pages" in content:
        confirmed = list(private_links.find_confirmed_by(mail.mailbox_index))
        content["urls"] = "\n".join(
            private_links.build_url("own_page", token, mail.language)
            for token in _own_page_tokens(mail, content, confirmed)
        )
    elif endorsement and mail.message == "listed" and endorsement.signatory:
        signatory = endorsement.signatory
        spec = decision_mails.build_approval_mail(endorsement, kind=signatory.kind, number=signatory.number)
        content |= spec.content
    return str(address), content


def _format_closing(appeal: Appeal, language: str, *, at: datetime) -> str:
    """Return until when the appeal accepts endorsements, as text with its time zone; '' where nothing says so."""
    if not appeal.closes_at or appeal.phase(at) is not Phase.OPEN:
        return ""
    with translation.override(language):
        return format_moment(appeal.closes_at, appeal.time_zone)


@transaction.atomic
def drop(mail: OutgoingMail, *, at: datetime) -> None:
    """End the mail without sending it, and record in the audit log of its endorsement which message was dropped."""
    endorsement = _lock_endorsement_of(mail)
    if outbox.mark_dropped(mail, at=at) and endorsement:
        record("drop_mail", subject=endorsement, by=WORKER, at=at, reason=mail.message)


def _lock_endorsement_of(mail: OutgoingMail) -> Endorsement | None:
    """Return the endorsement that the mail is about, locked. Raises NoLongerTrue where both are gone."""
    if mail.endorsement_id is None:
        return None
    try:
        return lock_endorsement(mail.endorsement_id)
    except Endorsement.DoesNotExist as error:
        raise NoLongerTrue from error


def _get_contact(endorsement: Endorsement) -> Contact:
    """Return the present contact of the endorsement. Raises NoLongerTrue where there is none any more."""
    try:
        return Contact.objects.get(endorsement=endorsement)
    except Contact.DoesNotExist as error:
        raise NoLongerTrue from error


def _own_page_tokens(mail: OutgoingMail, content: Content, endorsements: list[Endorsement]) -> list[str]:
    """Return a token of the own page of each endorsement."""
    # A mail whose first attempt was lost on the way may have arrived all the same: its links must go on working, so
    # each attempt carries the tokens of the one before, as long as they open anything.
    live = private_links.filter_open_tokens(content.get("tokens", []))
    if len(live) == len(endorsements):
        return live
    content["tokens"] = [private_links.create_own_page_link(endorsement) for endorsement in endorsements]
    outbox.replace_content(mail, content)
    return list(content["tokens"])


def _reports_last_decision(mail: OutgoingMail, endorsement: Endorsement) -> bool:
    """Return whether nothing was decided after the decision that the mail reports, and no withdrawal is under way."""
    return get_last_move(endorsement).pk == mail.reports and endorsement.withdrawal_due_at is None


def _carries_live_link(mail: OutgoingMail, at: datetime) -> bool:
    return PrivateLink.objects.live(at).filter(mail=mail).exists()


def _is_listed(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    signatory = endorsement.signatory
    is_public = signatory is not None and signatory.status == Status.LISTED and endorsement.display == Display.NAMED
    return _reports_last_decision(mail, endorsement) and endorsement.state == State.APPROVED and is_public


def _is_counted(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD
    return _reports_last_decision(mail, endorsement) and is_withheld


def _is_rejected(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return _reports_last_decision(mail, endorsement) and endorsement.state == State.REJECTED


def _is_unanswered(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    waiting = endorsement.questions.waiting().filter(pk=content["question"])
    return endorsement.state == State.RETURNED and endorsement.withdrawal_due_at is None and waiting.exists()


def _correction_is(state: CorrectionState) -> "MailCheck":
    def is_in_state(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
        corrections = endorsement.corrections.filter(pk=content["correction"], state=state)
        return endorsement.state in ACTIVE and corrections.exists()

    return is_in_state


def _has_own_page(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return endorsement.state != State.SUBMITTED and endorsement.contact_erased_at is None


def _can_confirm_entered(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return endorsement.state == State.SUBMITTED and _carries_live_link(mail, at)


def _can_change_contact(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    return endorsement.state in ACTIVE and _carries_live_link(mail, at)


def _can_show_name(mail: OutgoingMail, endorsement: Endorsement, content: Content, at: datetime) -> bool:
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD
    return is_withheld and endorsement.name_again_at is None and _carries_live_link(mail, at)


def _can_confirm_forms(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    return mailbox_mails.has_form_to_confirm(mail.mailbox_index) and _carries_live_link(mail, at)


def _has_endorsed(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    return Endorsement.objects.filter(mailbox_index=mail.mailbox_index, state__in=ACTIVE).exists()


def _has_confirmed(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    return private_links.find_confirmed_by(mail.mailbox_index).exists()


def _is_invited(mail: OutgoingMail, endorsement: None, content: Content, at: datetime) -> bool:
    digest = hash_token(content["url"].rstrip("/").rpartition("/")[2], "invitation")
    return Invitation.objects.filter(digest=digest, expires_at__gt=at, account__is_active=True).exists()


MailCheck = Callable[[OutgoingMail, Any, Content, datetime], bool]
CHECKS: Final[dict[str, MailCheck]] = {
    "listed": _is_listed,
    "counted": _is_counted,
    "rejected": _is_rejected,
    "question": _is_unanswered,
    "question_reminder": _is_unanswered,
    "correction_accepted": _correction_is(CorrectionState.ACCEPTED),
    "correction_refused": _correction_is(CorrectionState.REFUSED),
    "own_page": _has_own_page,
    "entered": _can_confirm_entered,
    "old_contact": _can_change_contact,
    "new_contact": _can_change_contact,
    "name_again": _can_show_name,
    "confirm_mailbox": _can_confirm_forms,
    "already_endorsed": _has_endorsed,
    "own_page_again": _has_confirmed,
    "invitation": _is_invited,
}
"""For each message, whether it is true. Takes the mail, its endorsement (locked) if it has one, content and time."""

# Mails that tell of something that has happened, and stays so.
ALWAYS_TRUE: Final = frozenset(
    {"changed", "dispute_answer", "new_device", "delivery_check", "prepared", "own_factor_reset", "factor_reset"}
)
_WITH_OWN_PAGE: Final = ("own_page", "question", "question_reminder")
_NOT_TO_CONTACT: Final = ("new_contact", "changed")  # to somebody who is not the contact yet, or not any more
