"""All that an organisation, its mailbox, a moderator, time or a stranger may do about one endorsement."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from petition.actions.endorsing import expiry
from petition.actions.endorsing.confirmation import ChooseOne, NotDeclared, confirm, disown
from petition.actions.intake import accept
from petition.actions.lifecycle import AlreadyDecided
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions, undo
from petition.actions.moderation.decisions import EndorsedAgain, MailboxNotProven
from petition.actions.self_service import contact_changes, corrections, own_page, private_links, withdrawal
from petition.actions.self_service.corrections import Proposal
from petition.actions.self_service.private_links import NoSuchLink
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Appeal, Correction, Endorsement, Kind, PrivateLink, Purpose, Question, State
from petition.security.tokens import digest_of_token
from tests import factories
from tests.factories import MODERATOR, NOON, SECOND, SLUG

REFUSALS = (
    *(AlreadyDecided, ChooseOne, EndorsedAgain, MailboxNotProven, NoSuchLink, NotDeclared, NotPossible),
    *(undo.NothingToUndo, undo.TooLate, Correction.DoesNotExist, Question.DoesNotExist, Endorsement.DoesNotExist),
)
"""What an action raises where it is not possible now."""
Action = Callable[[Endorsement, datetime], object]


def own(found: Endorsement) -> str:
    """The digest of a link of the own page, as a browser would have it."""
    if not Endorsement.objects.filter(pk=found.pk, confirmed_at__isnull=False).exists():
        raise NoSuchLink
    return digest_of_token(private_links.new_own_page(found), Purpose.OWN_PAGE)


def linked(found: Endorsement, purpose: Purpose) -> str:
    """The digest of the link that was mailed for `purpose`."""
    return PrivateLink.objects.filter(endorsement=found, purpose=purpose).values_list("digest", flat=True).latest("pk")


def mailed(found: Endorsement, purpose: Purpose) -> str:
    try:
        return linked(found, purpose)
    except PrivateLink.DoesNotExist as error:
        raise NoSuchLink from error


def propose(found: Endorsement, at: datetime) -> None:
    corrections.propose(own(found), Proposal("Made-up Fund, corrected", "", "KG"), at=at)


def correction(deed: Callable[..., object]) -> Action:
    return lambda found, at: deed(Correction.objects.get(endorsement=found, state="proposed").pk, by=MODERATOR, at=at)


def request_contact(found: Endorsement, at: datetime) -> None:
    contact_changes.request(own(found), name="Aibek", role="", mailbox="aibek@fund.example", at=at)


def hide(found: Endorsement, at: datetime) -> None:
    line = Endorsement.objects.get(pk=found.pk).signatory
    if line is None:
        raise NotPossible
    decisions.hide(SLUG, Kind(line.kind), line.number, by=MODERATOR, at=at)


def lapse(found: Endorsement, at: datetime) -> None:
    if not Endorsement.objects.filter(pk=found.pk, state=State.RETURNED).exists():
        raise NotPossible
    expiry.lapse(found, at=at)


def close(found: Endorsement, at: datetime) -> None:
    if not Endorsement.objects.filter(pk=found.pk, state__in=(State.CONFIRMED, State.RETURNED)).exists():
        raise NotPossible
    expiry.close(found, at=at)


def remind(found: Endorsement, at: datetime) -> None:
    expiry.remind(Question.objects.get(endorsement=found, answered_at=None), at=at)


def form_again(found: Endorsement, at: datetime) -> None:
    """The same mailbox sends a form, under the same name with another website."""
    again = factories.a_submission(**MAILBOX, website=f"https://{at.second}.example")
    accept.submit(found.appeal, again, at=at)
    mailbox_mails.queue(at=at)


def form_of_another(found: Endorsement, at: datetime) -> None:
    accept.submit(found.appeal, factories.a_submission(contact_email=MAILBOX["contact_email"]), at=at)
    mailbox_mails.queue(at=at)


def lost_link(found: Endorsement, at: datetime) -> None:
    mailbox_mails.request_links(MAILBOX["contact_email"], language="en", at=at)
    mailbox_mails.queue(at=at)


def mailbox_link(deed: Callable[..., object]) -> Action:
    def act(found: Endorsement, at: datetime) -> object:
        link = PrivateLink.objects.filter(mailbox_index=found.mailbox_index, purpose=Purpose.CONFIRM).last()
        if link is None or not found.mailbox_index:
            raise NoSuchLink
        return deed(link.digest, at=at)

    return act


MAILBOX: Final[dict[str, Any]] = {"organisation_name": "Made-up Fund", "contact_email": "asel@fund.example"}


def decision(name: str) -> Action:
    return lambda found, at: getattr(decisions, name)(found.pk, by=MODERATOR, at=at)


ACTIONS: Final[dict[str, Action]] = {
    **{
        name: decision(name)
        for name in ("approve", "reject", "reopen", "revoke", "withdraw", "name_again", "issue_own_page")
    },
    "ask": lambda found, at: decisions.ask(found.pk, "Who are you?", by=MODERATOR, at=at),
    "hide": hide,
    "undo": lambda found, at: undo.undo(found.pk, by=SECOND, at=at),
    "accept_correction": correction(corrections.accept),
    "refuse_correction": correction(corrections.refuse),
    "lapse": lapse,
    "remind": remind,
    "close": close,
    "propose_correction": propose,
    "answer": lambda found, at: own_page.answer(own(found), "We are.", at=at),
    "stop_being_named": lambda found, at: withdrawal.stop_being_named(own(found), at=at),
    "leave": lambda found, at: withdrawal.withdraw(own(found), at=at),
    "ask_to_be_named": lambda found, at: own_page.ask_to_be_named(own(found), at=at),
    "agree_to_be_named": lambda found, at: own_page.agree_to_be_named(mailed(found, Purpose.NAME_AGAIN), at=at),
    "forget": lambda found, at: own_page.forget_mailbox(own(found), at=at),
    "end_other_links": lambda found, at: own_page.end_other_links(own(found), at=at),
    "new_code": lambda found, at: own_page.new_removal_code(own(found), at=at),
    "request_contact": request_contact,
    "old_agrees": lambda found, at: contact_changes.agree(
        mailed(found, Purpose.OLD_CONTACT), Purpose.OLD_CONTACT, at=at
    ),
    "new_agrees": lambda found, at: contact_changes.agree(
        mailed(found, Purpose.NEW_CONTACT), Purpose.NEW_CONTACT, at=at
    ),
    "form_again": form_again,
    "form_of_another": form_of_another,
    "lost_link": lost_link,
    "confirm": mailbox_link(confirm),
    "disown": mailbox_link(disown),
}

SILENT = ("end_other_links", "new_code", "propose_correction", "forget", "disown", "hide", "name_again", "undo")
"""These cause no mail, so they need not come first: the other order holds what they do to a mail."""


def a_state(appeal: Appeal, state: str) -> Endorsement:
    """An endorsement with a state and display, whose earlier mails have left."""
    kind, _, display = state.partition(" ")
    if kind == "submitted":
        return factories.submitted(appeal, **MAILBOX)[0]
    found = factories.confirmed(appeal, **MAILBOX, display=display or "named")
    if kind == "approved":
        decisions.approve(found.pk, by=MODERATOR, at=NOON)
        propose(found, NOON)
        request_contact(found, NOON)
        if display:
            own_page.ask_to_be_named(own(found), at=NOON)
    if kind == "returned":
        decisions.ask(found.pk, "Who are you?", by=MODERATOR, at=NOON)
    if kind == "rejected":
        decisions.reject(found.pk, by=MODERATOR, at=NOON)
    return found


STATES = ("submitted", "confirmed", "confirmed withheld", "returned", "approved", "approved withheld", "rejected")
