"""Enter an endorsement for an organisation that wrote a mail or a letter, or called.

After a mail its contact declares and confirms, as with the form. A letter or a call takes two moderators: one enters
it, another confirms it in place of a mailbox.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from petition.actions.audit import Actor, is_last_actor
from petition.actions.intake import accept, consent_version
from petition.actions.intake.submissions import Submission
from petition.actions.lifecycle import lock_endorsement, move
from petition.actions.mailing import queue
from petition.actions.moderation import note_encryption
from petition.actions.refusals import AlreadyEntered, DuplicateEndorsement, NotOpen, NotPossible, SecondPersonNeeded
from petition.actions.self_service import private_links
from petition.models import Appeal, AppealText, Endorsement, Origin, Purpose, State
from petition.models.appeals import Phase
from petition.models.choices import ACTIVE
from petition.reference import retention_periods as periods


@transaction.atomic
def enter_endorsement(
    appeal: Appeal, submission: Submission, *, origin: Origin, note: str, by: Actor, at: datetime
) -> Endorsement:
    """Store the endorsement; it waits for its mailbox, to which a mail is queued, or for another moderator.

    `note` is for moderators alone: where the mail or letter is kept, who called. For a letter no contact is stored.
    Raises NotOpen, AlreadyEntered, DuplicateEndorsement.
    """
    if appeal.phase(at) is not Phase.OPEN:
        raise NotOpen
    fingerprint = accept.compute_fingerprint(appeal, submission, kind=origin)
    try:
        with transaction.atomic():
            text = AppealText.objects.signed(appeal.pk)
            endorsement = accept.build_endorsement(appeal, text, submission, fingerprint, origin=origin, at=at)
            contact = None if origin == Origin.LETTER else accept.build_contact(endorsement, submission)
            accept.insert_endorsements([(endorsement, contact)], by=by)
    except IntegrityError as error:
        raise AlreadyEntered from error
    note_encryption.write_note(endorsement, note)
    endorsement.save(update_fields=["sealed_note"])
    if origin == Origin.EMAIL:
        if Endorsement.objects.of_same_organisation(endorsement).filter(state__in=ACTIVE).exists():
            raise DuplicateEndorsement
        queue_request_to_confirm(endorsement, at=at)
    return endorsement


def queue_request_to_confirm(endorsement: Endorsement, *, at: datetime) -> None:
    """Queue the mail with the link by which the contact confirms what was entered for it."""
    token = private_links.create_link(endorsement, Purpose.CONFIRM, expires_at=at + periods.UNCONFIRMED)
    content = {"url": private_links.build_url("confirm", token, endorsement.language)}
    mail = queue.queue_mail_to_contact("entered", endorsement, content=content, at=at)
    queue.attach_link(mail, token, Purpose.CONFIRM)


def needs_second_moderator(endorsement: Endorsement) -> bool:
    """Return whether it came by letter or call, and another moderator has yet to confirm it."""
    is_letter = endorsement.state == State.SUBMITTED and endorsement.origin == Origin.LETTER
    return is_letter and endorsement.withdrawal_due_at is None


@transaction.atomic
def confirm_letter(endorsement_id: int, *, by: Actor, at: datetime) -> Endorsement:
    """Confirm that the organisation declared all that the form asks for: `by` has read the letter or called back.

    Raises NotPossible, and SecondPersonNeeded for those who entered the endorsement or changed its name.
    """
    endorsement = lock_endorsement(endorsement_id)
    if not needs_second_moderator(endorsement):
        raise NotPossible
    if is_last_actor(by, endorsement, "submit") or is_last_actor(by, endorsement, "respell"):
        raise SecondPersonNeeded
    move(endorsement, to=State.CONFIRMED, by=by, at=at)
    consent_version.record_declarations(endorsement, at=at)
    endorsement.save()
    return endorsement
