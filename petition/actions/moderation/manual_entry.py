"""An endorsement that the secretariat enters for an organisation: it wrote a mail, or a letter, or it called.

After a mail its contact declares and confirms, as with the form. A letter or a call takes two moderators: one enters
it, another confirms it in place of a mailbox.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor
from petition.actions.endorsing.withheld_count import SecondModeratorNeeded, was_done_by
from petition.actions.intake import accept
from petition.actions.intake.accept import NotOpen, Submission
from petition.actions.lifecycle import locked, move
from petition.actions.mailing import queue
from petition.actions.moderation import notes
from petition.actions.moderation.spelling import SameBodyTwice
from petition.actions.self_service import private_links
from petition.actions.self_service.withdrawal import NotPossible
from petition.models import Appeal, Endorsement, Origin, Purpose, State
from petition.models.appeals import Phase
from petition.models.endorsements import ACTIVE
from petition.reference import retention_periods as periods


class EnteredBefore(Exception):
    """Just this was entered a moment ago, and waits."""


@transaction.atomic
def enter(appeal: Appeal, submission: Submission, *, origin: Origin, note: str, by: Actor, at: datetime) -> Endorsement:
    """It waits for its mailbox, to which a mail is owed, or after a letter or call for another moderator.

    `note` is for moderators alone: where the mail or letter lies, who called. A letter has no mailbox: what a
    submission says of a contact is not stored then. Raises NotOpen, EnteredBefore, SameBodyTwice.
    """
    if appeal.phase(at) is not Phase.OPEN:
        raise NotOpen
    fingerprint = accept.fingerprint_of(submission, kind=origin)
    try:
        with transaction.atomic():
            endorsement = accept.store(appeal, submission, fingerprint, origin=origin, by=by, at=at)
    except IntegrityError as error:
        raise EnteredBefore from error
    notes.write(endorsement, note)
    endorsement.save(update_fields=["sealed_note"])
    if origin == Origin.EMAIL:
        if accept.same_body(endorsement).filter(state__in=ACTIVE).exists():
            raise SameBodyTwice
        token = private_links.new_link(endorsement, Purpose.CONFIRM, expires_at=at + periods.UNCONFIRMED)
        content = {"url": private_links.address("confirm", token, endorsement.language)}
        mail = queue.owe_to_contact("entered", endorsement, content=content, at=at)
        queue.carry_link(mail, token, Purpose.CONFIRM)
    return endorsement


def waits_for_second(endorsement: Endorsement) -> bool:
    """Whether it came by letter or call, and another moderator has yet to confirm it."""
    is_letter = endorsement.state == State.SUBMITTED and endorsement.origin == Origin.LETTER
    return is_letter and endorsement.withdrawal_due_at is None


@transaction.atomic
def confirm_letter(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Another moderator has read the letter or called back: the organisation declared all that the form asks for.

    It waits for a decision like any other. Raises NotPossible, or SecondModeratorNeeded for who entered it or gave it
    the name that it has now.
    """
    endorsement = locked(endorsement_id)
    if not waits_for_second(endorsement):
        raise NotPossible
    if was_done_by(endorsement, "submit", by) or was_done_by(endorsement, "respell", by):
        raise SecondModeratorNeeded
    move(endorsement, to=State.CONFIRMED, by=by, at=at)
    accept.declare(endorsement, at=at)
    endorsement.save()
    return endorsement
