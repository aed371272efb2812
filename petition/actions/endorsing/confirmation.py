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
        # The same form may have been sent before, and rejected or withdrawn; then the one that waits is meant.
        same = _find_by_link(digest, at=at).filter(fingerprint=form).order_by("-pk")
        chosen = same.filter(state=State.SUBMITTED, withdrawal_due_at=None).first() or same.first()
        if chosen is None:
            raise NoSuchLink
        return chosen
    only = find_waiting_forms(digest, at=at).only
    if only is None:
        raise ChoiceRequired
    return only


@transaction.atomic
def confirm(digest: str, *, at: datetime, form: str = "", declared: bool = False, code_digest: str = "") -> Endorsement:
    """Confirm an endorsement and return it: it waits for a moderator now.

    Other unconfirmed ones of its organisation are erased, and a mail brings the link to its own page. `code_digest` is
    the hash of a removal code that the page has shown: it works from now on, also where the organisation had confirmed
    before. `form` is the fingerprint of the chosen form if several wait. Confirming again changes nothing else, and
    returns what was confirmed before. `declared` says that the contact agrees to the declarations, which an endorsement
    entered by the secretariat needs.

    Raises NoSuchLink, ChoiceRequired, DeclarationMissing, or NotOpen after the closing date and its grace period.
    """
    chosen = _choose_form(digest, form, at=at)
    same = Endorsement.objects.of_same_organisation(chosen).select_for_update(of=("self",))
    rows = list(same.select_related("appeal").order_by("pk"))  # in ascending order, as lifecycle.py says
    endorsement = next((row for row in rows if row.pk == chosen.pk), None)
    if endorsement is None:
        raise NoSuchLink  # erased a moment ago
    if endorsement.state != State.SUBMITTED or endorsement.withdrawal_due_at:
        _attach_code(endorsement, code_digest)
        return endorsement
    if not endorsement.appeal.can_confirm(at, mailed_at=endorsement.asked_at):
        raise NotOpen
    if endorsement.origin == Origin.EMAIL and not declared:
        raise DeclarationMissing
    confirmed = next((row for row in rows if row.state in ACTIVE), None) or _confirm(endorsement, at=at)
    _attach_code(confirmed, code_digest)
    for row in rows:
        if row.state == State.SUBMITTED:
            erase_unconfirmed(row, by=CONTACT, reason="superseded", at=at)
    return confirmed


def _confirm(endorsement: Endorsement, *, at: datetime) -> Endorsement:
    move(endorsement, to=State.CONFIRMED, by=CONTACT, at=at)
    if endorsement.origin == Origin.EMAIL:
        record_declarations(endorsement, at=at)
    endorsement.save()
    queue.queue_mail_to_contact("own_page", endorsement, content={}, at=at)
    return endorsement


def _attach_code(endorsement: Endorsement, code_digest: str) -> None:
    """Let a removal code that was shown remove the name of this endorsement, besides earlier ones."""
    if code_digest and endorsement.state in ACTIVE:
        private_links.add_removal_code(endorsement, code_digest)


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


@transaction.atomic
def disown_all(digest: str, *, at: datetime, most: int = 10) -> bool:
    """Erase up to `most` of the unconfirmed forms sent until `at` that this link opens; return whether some are left.

    Raises NoSuchLink.
    Thousands may wait, and all of them in one transaction would hold a lock for seconds.
    """
    waiting = _find_by_link(digest, at=at).filter(state=State.SUBMITTED, submitted_at__lte=at).order_by("pk")
    chosen = list(waiting.values_list("pk", flat=True)[: most + 1])
    for row in Endorsement.objects.unconfirmed().select_for_update().filter(pk__in=chosen[:most]).order_by("pk"):
        erase_unconfirmed(row, by=CONTACT, reason="not_me", at=at)
    return len(chosen) > most
