"""A mailbox confirms an endorsement, or says that it wasn't them.

A mailed link or code opens all forms that wait for one mailbox, so that nobody can push a form aside by sending others.
What the secretariat entered has a link of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from petition.actions.audit import CONTACT, Actor, record
from petition.actions.intake.accept import NotOpen, declare, same_body
from petition.actions.lifecycle import move
from petition.actions.mailing import mailbox_mails, queue
from petition.actions.mailing.mailbox_mails import without_active
from petition.actions.self_service import private_links
from petition.actions.self_service.private_links import NoSuchLink
from petition.models import Appeal, Endorsement, Origin, PrivateLink, State
from petition.models.endorsements import ACTIVE


class NotDeclared(Exception):
    """The secretariat entered this, so its mailbox has yet to declare what the form asks for."""


class ChooseOne(Exception):
    """Several forms wait for this mailbox, and the request does not say which of them is meant."""


@dataclass(frozen=True)
class Confirmation:
    """What a confirmation leads to. Token and code are there once, when the mailbox was proven; '' afterwards."""

    endorsement: Endorsement
    own_page: str = ""
    removal_code: str = ""


@dataclass(frozen=True)
class Waiting:
    """What a link opens: the forms that wait, newest first, or where none does what became of the last one."""

    forms: list[Endorsement]
    last: Endorsement | None = None

    @property
    def only(self) -> Endorsement | None:
        """The form or endorsement that is meant where none is named; None where several wait."""
        if len(self.forms) > 1:
            return None
        return self.forms[0] if self.forms else self.last


def waiting_behind(digest: str, *, at: datetime) -> Waiting:
    """Return what the link or code with this digest opens. Changes nothing. Raises NoSuchLink."""
    rows = _behind(digest, at=at).select_related("appeal", "text")
    waits = Q(state=State.SUBMITTED, withdrawal_due_at=None)
    forms = list(rows.filter(waits).order_by("-submitted_at", "-pk"))
    if len(forms) > 1:
        forms = without_active(forms)
    latest = rows.exclude(waits).order_by(F("confirmed_at").desc(nulls_last=True), "-pk")
    last = None if forms else latest.first()
    if not forms and last is None:
        raise NoSuchLink
    return Waiting(forms, last)


def _behind(digest: str, *, at: datetime) -> QuerySet[Endorsement]:
    """Return all endorsements that the link or code with this digest may confirm. Raises NoSuchLink."""
    link = PrivateLink.objects.live(at).filter(digest=digest).first()
    if link is None:
        raise NoSuchLink
    if link.endorsement_id:
        return Endorsement.objects.filter(pk=link.endorsement_id)
    return Endorsement.objects.filter(mailbox_index=link.mailbox_index, origin=Origin.FORM)


def _chosen(digest: str, form: str, *, at: datetime) -> Endorsement:
    """Return the one with the fingerprint `form`, or with '' the only one. Raises NoSuchLink, ChooseOne."""
    if form:
        chosen = _behind(digest, at=at).filter(fingerprint=form).order_by("pk").first()
        if chosen is None:
            raise NoSuchLink
        return chosen
    only = waiting_behind(digest, at=at).only
    if only is None:
        raise ChooseOne
    return only


@transaction.atomic
def confirm(digest: str, *, at: datetime, form: str = "", declared: bool = False) -> Confirmation:
    """Prove the mailbox: the endorsement waits for a moderator, and other unconfirmed tries of it are erased.

    `form` is the fingerprint of the one that is meant, where several wait. Its own page and removal code exist from now
    on, and a mail brings the page's link. Confirming again changes nothing. What the secretariat entered is `declared`
    along with it, or raises NotDeclared. Raises NoSuchLink, ChooseOne, or NotOpen after the closing date and its grace.
    """
    chosen = _chosen(digest, form, at=at)
    rows = list(same_body(chosen).select_for_update(of=("self",)).select_related("appeal").order_by("pk"))
    endorsement = next((row for row in rows if row.pk == chosen.pk), None)
    if endorsement is None:
        raise NoSuchLink  # erased a moment ago
    if endorsement.state != State.SUBMITTED or endorsement.withdrawal_due_at:
        return Confirmation(endorsement)
    if not endorsement.appeal.may_confirm(at):
        raise NotOpen
    if endorsement.origin == Origin.EMAIL and not declared:
        raise NotDeclared
    active = next((row for row in rows if row.state in ACTIVE), None)
    confirmation = Confirmation(active) if active else _confirm(endorsement, at=at)
    for row in rows:
        if row.state == State.SUBMITTED:
            erase(row, by=CONTACT, reason="superseded", at=at)
    return confirmation


def _confirm(endorsement: Endorsement, *, at: datetime) -> Confirmation:
    move(endorsement, to=State.CONFIRMED, by=CONTACT, at=at)
    if endorsement.origin == Origin.EMAIL:
        declare(endorsement, at=at)
    endorsement.save()
    queue.owe_to_contact("own_page", endorsement, content={}, at=at)
    return Confirmation(
        endorsement, private_links.new_own_page(endorsement), private_links.new_removal_code(endorsement)
    )


@transaction.atomic
def disown(digest: str, *, at: datetime, form: str = "") -> Appeal:
    """Erase an unconfirmed endorsement, since it wasn't them, and return its appeal.

    `form` as in `confirm`. Raises NoSuchLink, also when it was confirmed before, and ChooseOne.
    """
    chosen = _chosen(digest, form, at=at)
    endorsement = Endorsement.objects.unproven().select_for_update().filter(pk=chosen.pk).first()
    if endorsement is None:
        raise NoSuchLink
    erase(endorsement, by=CONTACT, reason="not_me", at=at)
    return chosen.appeal


def disown_all(digest: str, *, at: datetime) -> int:
    """Erase all forms that wait behind this link, and return how many: none of them was theirs. Raises NoSuchLink."""
    waiting = _behind(digest, at=at).filter(state=State.SUBMITTED).order_by("pk")
    erased = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():  # each on its own: thousands of them must not hold the lock for seconds
            row = Endorsement.objects.unproven().select_for_update().filter(pk=pk).first()
            if row:
                erase(row, by=CONTACT, reason="not_me", at=at)
                erased += 1
    return erased


def erase(endorsement: Endorsement, *, by: Actor, reason: str, at: datetime) -> None:
    """Erase an endorsement that was never confirmed, with contact, links and mails; the trail keeps its number."""
    record("erase", subject=endorsement, by=by, at=at, reason=reason)
    mailbox_index = endorsement.mailbox_index
    endorsement.delete()
    mailbox_mails.end_links(mailbox_index)
