"""Every action on one endorsement: by its organisation, its mailbox, a moderator, the worker or a stranger."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from petition.actions.endorsing import expiry
from petition.actions.endorsing.confirmation import confirm, disown
from petition.actions.intake import accept
from petition.actions.listing.entries import EntryProposal
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions, undo
from petition.actions.refusals import (
    AlreadyDecided,
    ChoiceRequired,
    DeclarationMissing,
    EndorsedAgain,
    MailboxNotConfirmed,
    NoSuchLink,
    NothingToUndo,
    NotPossible,
    TooLateToUndo,
)
from petition.actions.self_service import contact_changes, corrections, own_page, private_links
from petition.models import Appeal, Correction, Endorsement, Kind, PrivateLink, Purpose, Question, State
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, SECOND, SLUG, a_code_digest

REFUSALS = (
    *(AlreadyDecided, ChoiceRequired, EndorsedAgain, MailboxNotConfirmed, NoSuchLink, DeclarationMissing, NotPossible),
    *(NothingToUndo, TooLateToUndo, Correction.DoesNotExist, Question.DoesNotExist, Endorsement.DoesNotExist),
)
"""Raised by an action that is not possible now."""
Action = Callable[[Endorsement, datetime], object]


def own(endorsement: Endorsement) -> str:
    """Return the digest of a new link to the own page."""
    if not Endorsement.objects.filter(pk=endorsement.pk, confirmed_at__isnull=False).exists():
        raise NoSuchLink
    return hash_token(private_links.create_own_page_link(endorsement), Purpose.OWN_PAGE)


def linked(endorsement: Endorsement, purpose: Purpose) -> str:
    """Return the digest of the link that was mailed for `purpose`."""
    return (
        PrivateLink.objects.filter(endorsement=endorsement, purpose=purpose)
        .values_list("digest", flat=True)
        .latest("pk")
    )


def mailed(endorsement: Endorsement, purpose: Purpose) -> str:
    try:
        return linked(endorsement, purpose)
    except PrivateLink.DoesNotExist as error:
        raise NoSuchLink from error


def propose(endorsement: Endorsement, at: datetime) -> None:
    corrections.propose_correction(own(endorsement), EntryProposal("Made-up Fund, corrected", "", "KG"), at=at)


def correction(action: Callable[..., object]) -> Action:
    return lambda endorsement, at: action(
        Correction.objects.get(endorsement=endorsement, state="proposed").pk, by=MODERATOR, at=at
    )


def request_contact(endorsement: Endorsement, at: datetime) -> None:
    contact_changes.request_contact_change(own(endorsement), name="Aibek", role="", mailbox="aibek@fund.example", at=at)


def hide(endorsement: Endorsement, at: datetime) -> None:
    signatory = Endorsement.objects.get(pk=endorsement.pk).signatory
    if signatory is None:
        raise NotPossible
    decisions.hide(SLUG, Kind(signatory.kind), signatory.number, by=MODERATOR, at=at)


def lapse(endorsement: Endorsement, at: datetime) -> None:
    if not Endorsement.objects.filter(pk=endorsement.pk, state=State.RETURNED).exists():
        raise NotPossible
    expiry.expire_unanswered(endorsement, at=at)


def close(endorsement: Endorsement, at: datetime) -> None:
    if not Endorsement.objects.filter(pk=endorsement.pk, state__in=(State.CONFIRMED, State.RETURNED)).exists():
        raise NotPossible
    expiry.expire_undecided(endorsement, at=at)


def remind(endorsement: Endorsement, at: datetime) -> None:
    expiry.queue_reminder(Question.objects.get(endorsement=endorsement, answered_at=None), at=at)


def form_again(endorsement: Endorsement, at: datetime) -> None:
    """Send another form with the same mailbox and name, and another website."""
    again = factories.a_submission(**MAILBOX, website=f"https://{at.second}.example")
    accept.submit(endorsement.appeal, again, at=at)
    mailbox_mails.queue_due_mails(at=at)


def form_of_another(endorsement: Endorsement, at: datetime) -> None:
    accept.submit(endorsement.appeal, factories.a_submission(contact_email=MAILBOX["contact_email"]), at=at)
    mailbox_mails.queue_due_mails(at=at)


def lost_link(endorsement: Endorsement, at: datetime) -> None:
    mailbox_mails.request_links(MAILBOX["contact_email"], language="en", at=at)
    mailbox_mails.queue_due_mails(at=at)


def mailbox_link(action: Callable[..., object]) -> Action:
    def act(endorsement: Endorsement, at: datetime) -> object:
        link = PrivateLink.objects.filter(mailbox_index=endorsement.mailbox_index, purpose=Purpose.CONFIRM).last()
        if link is None or not endorsement.mailbox_index:
            raise NoSuchLink
        return action(link.digest, at=at)

    return act


MAILBOX: Final[dict[str, Any]] = {"organisation_name": "Made-up Fund", "contact_email": "asel@fund.example"}


def decision(name: str) -> Action:
    return lambda endorsement, at: getattr(decisions, name)(endorsement.pk, by=MODERATOR, at=at)


ACTIONS: Final[dict[str, Action]] = {
    **{
        name: decision(name)
        for name in ("approve", "reject", "reopen", "revoke", "withdraw", "show_as_requested", "issue_private_link")
    },
    "ask": lambda endorsement, at: decisions.ask_question(endorsement.pk, "Who are you?", by=MODERATOR, at=at),
    "hide": hide,
    "undo": lambda endorsement, at: undo.undo_decision(endorsement.pk, by=SECOND, at=at),
    "accept_correction": correction(corrections.accept_correction),
    "refuse_correction": correction(corrections.refuse_correction),
    "lapse": lapse,
    "remind": remind,
    "close": close,
    "propose_correction": propose,
    "answer": lambda endorsement, at: own_page.answer_question(own(endorsement), "We are.", at=at),
    "stop_being_named": lambda endorsement, at: leaving.stop_being_named(own(endorsement), at=at),
    "leave": lambda endorsement, at: leaving.withdraw(own(endorsement), at=at),
    "ask_to_be_named": lambda endorsement, at: own_page.ask_to_be_named(own(endorsement), at=at),
    "agree_to_be_named": lambda endorsement, at: own_page.agree_to_be_named(
        mailed(endorsement, Purpose.NAME_AGAIN), at=at
    ),
    "forget": lambda endorsement, at: own_page.forget_mailbox(own(endorsement), a_code_digest(), at=at),
    "end_other_links": lambda endorsement, at: own_page.end_other_links(own(endorsement), at=at),
    "new_code": lambda endorsement, at: own_page.replace_removal_code(own(endorsement), a_code_digest(), at=at),
    "request_contact": request_contact,
    "old_agrees": lambda endorsement, at: contact_changes.confirm_contact_change(
        mailed(endorsement, Purpose.OLD_CONTACT), Purpose.OLD_CONTACT, at=at
    ),
    "new_agrees": lambda endorsement, at: contact_changes.confirm_contact_change(
        mailed(endorsement, Purpose.NEW_CONTACT), Purpose.NEW_CONTACT, at=at
    ),
    "form_again": form_again,
    "form_of_another": form_of_another,
    "lost_link": lost_link,
    "confirm": mailbox_link(confirm),
    "disown": mailbox_link(disown),
}

SILENT = ("end_other_links", "new_code", "propose_correction", "forget", "disown", "hide", "show_as_requested", "undo")
"""These cause no mail, so they need not come first: the other order covers their effect on a mail."""


def a_state(appeal: Appeal, state: str) -> Endorsement:
    """Create an endorsement in a state and display, such as `approved withheld`."""
    kind, _, display = state.partition(" ")
    if kind == "submitted":
        return factories.submitted(appeal, **MAILBOX)[0]
    endorsement = factories.confirmed(appeal, **MAILBOX, display=display or "named")
    if kind == "approved":
        decisions.approve(endorsement.pk, by=MODERATOR, at=NOON)
        propose(endorsement, NOON)
        request_contact(endorsement, NOON)
        if display:
            own_page.ask_to_be_named(own(endorsement), at=NOON)
    if kind == "returned":
        decisions.ask_question(endorsement.pk, "Who are you?", by=MODERATOR, at=NOON)
    if kind == "rejected":
        decisions.reject(endorsement.pk, by=MODERATOR, at=NOON)
    return endorsement


STATES = ("submitted", "confirmed", "confirmed withheld", "returned", "approved", "approved withheld", "rejected")
