"""Confirm or disown an endorsement by a mailed link or code.

A mailed link opens all forms that wait for its mailbox, so that nobody can push a form aside by sending others. An
endorsement entered by the secretariat has a link of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from petition.actions.audit import CONTACT
from petition.actions.endorsing.contact_erasure import erase_unconfirmed
from petition.actions.intake.consent_version import record_declarations
from petition.actions.lifecycle import move
from petition.actions.mailing import queue
from petition.actions.mailing.mailbox_mails import exclude_endorsed
from petition.actions.refusals import ChoiceRequired, DeclarationMissing, NoSuchLink, NotOpen
from petition.actions.self_service import private_links
from petition.models import Appeal, Endorsement, Origin, PrivateLink, State
from petition.models.choices import ACTIVE


@dataclass(frozen=True)
class Confirmation:
    """The result of a confirmation. Token and code are shown only the first time; '' when it is repeated."""

    endorsement: Endorsement
    own_page: str = ""
    removal_code: str = ""


@dataclass(frozen=True)
class WaitingForms:
    """What a link opens: the forms that wait, newest first, or if none does, the latest endorsement."""

    forms: list[Endorsement]
    last: Endorsement | None = None

    @property
    def only(self) -> Endorsement | None:
        """Return the only form or endorsement that can be meant; None if several wait."""
        if len(self.forms) > 1:
            return None
        return self.forms[0] if self.forms else self.last


def find_waiting_forms(digest: str, *, at: datetime) -> WaitingForms:
    """Return what the link or code with this digest opens. Raises NoSuchLink."""
    rows = _find_by_link(digest, at=at).select_related("appeal", "text")
    is_waiting = Q(state=State.SUBMITTED, withdrawal_due_at=None)
    forms = list(rows.filter(is_waiting).order_by("-submitted_at", "-pk"))
    if len(forms) > 1:
        forms = exclude_endorsed(forms)
    latest = rows.exclude(is_waiting).order_by(F("confirmed_at").desc(nulls_last=True), "-pk")
    last = None if forms else latest.first()
    if not forms and last is None:
        raise NoSuchLink
    return WaitingForms(forms, last)


def _find_by_link(digest: str, *, at: datetime) -> QuerySet[Endorsement]:
    """Return all endorsements that the link or code with this digest may confirm. Raises NoSuchLink."""
    link = PrivateLink.objects.live(at).filter(digest=digest).first()
    if link is None:
        raise NoSuchLink
    if link.endorsement_id:
        return Endorsement.objects.filter(pk=link.endorsement_id)
    return Endorsement.objects.filter(mailbox_index=link.mailbox_index, origin=Origin.FORM)


def _choose_form(digest: str, form: str, *, at: datetime) -> Endorsement:
    """Return the one with the fingerprint `form`, or with '' the only one. Raises NoSuchLink, ChoiceRequired."""
    if form:
        chosen = _find_by_link(digest, at=at).filter(fingerprint=form).order_by("pk").first()
        if chosen is None:
            raise NoSuchLink
        return chosen
    only = find_waiting_forms(digest, at=at).only
    if only is None:
        raise ChoiceRequired
    return only


@transaction.atomic
def confirm(digest: str, *, at: datetime, form: str = "", declared: bool = False) -> Confirmation:
    """Confirm an endorsement: it waits for a moderator now, and other unconfirmed ones of its organisation are erased.

    Creates the link to its own page, which is also mailed, and its removal code. `form` is the fingerprint of the
    chosen form if several wait. Confirming again changes nothing. `declared` says that the contact agrees to the
    declarations, which an endorsement entered by the secretariat needs.

    Raises NoSuchLink, ChoiceRequired, DeclarationMissing, or NotOpen after the closing date and its grace period.
    """
    chosen = _choose_form(digest, form, at=at)
    same = Endorsement.objects.of_same_organisation(chosen).select_for_update(of=("self",))
    rows = list(same.select_related("appeal").order_by("pk"))  # in ascending order, as lifecycle.py says
    endorsement = next((row for row in rows if row.pk == chosen.pk), None)
    if endorsement is None:
        raise NoSuchLink  # erased a moment ago
    if endorsement.state != State.SUBMITTED or endorsement.withdrawal_due_at:
        return Confirmation(endorsement)
    if not endorsement.appeal.can_confirm(at):
        raise NotOpen
    if endorsement.origin == Origin.EMAIL and not declared:
        raise DeclarationMissing
    active = next((row for row in rows if row.state in ACTIVE), None)
    confirmation = Confirmation(active) if active else _confirm(endorsement, at=at)
    for row in rows:
        if row.state == State.SUBMITTED:
            erase_unconfirmed(row, by=CONTACT, reason="superseded", at=at)
    return confirmation


def _confirm(endorsement: Endorsement, *, at: datetime) -> Confirmation:
    move(endorsement, to=State.CONFIRMED, by=CONTACT, at=at)
    if endorsement.origin == Origin.EMAIL:
        record_declarations(endorsement, at=at)
    endorsement.save()
    queue.queue_mail_to_contact("own_page", endorsement, content={}, at=at)
    return Confirmation(
        endorsement, private_links.create_own_page_link(endorsement), private_links.create_removal_code(endorsement)
    )


@transaction.atomic
def disown(digest: str, *, at: datetime, form: str = "") -> Appeal:
    """Erase an unconfirmed endorsement that the owner of the mailbox did not send, and return its appeal.

    `form` as in `confirm`. Raises NoSuchLink, also if it was confirmed before, and ChoiceRequired.
    """
    chosen = _choose_form(digest, form, at=at)
    endorsement = Endorsement.objects.unconfirmed().select_for_update().filter(pk=chosen.pk).first()
    if endorsement is None:
        raise NoSuchLink
    erase_unconfirmed(endorsement, by=CONTACT, reason="not_me", at=at)
    return chosen.appeal


def disown_all(digest: str, *, at: datetime) -> int:
    """Erase all waiting forms that this link opens, and return how many. Raises NoSuchLink."""
    waiting = _find_by_link(digest, at=at).filter(state=State.SUBMITTED).order_by("pk")
    erased = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():  # one transaction each: thousands of forms must not hold a lock for seconds
            row = Endorsement.objects.unconfirmed().select_for_update().filter(pk=pk).first()
            if row:
                erase_unconfirmed(row, by=CONTACT, reason="not_me", at=at)
                erased += 1
    return erased
