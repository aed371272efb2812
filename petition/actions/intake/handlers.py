"""Do what one row of the intake asks for, other than a form: each kind calls the action for it."""

import uuid
from collections.abc import Callable
from typing import Final

from django.db import transaction

from petition.actions.endorsing import confirmation
from petition.actions.intake import validation
from petition.actions.intake.request_kinds import BY_LINK, RequestKind
from petition.actions.listing.entries import EntryProposal
from petition.actions.mailing import mailbox_mails
from petition.actions.refusals import (
    ChoiceRequired,
    DeclarationMissing,
    InvalidRequest,
    NoSuchLink,
    NotOpen,
    NotPossible,
)
from petition.actions.self_service import contact_changes, corrections, disputes, own_page
from petition.models import Appeal, DisputeTopic, Endorsement, IntakeRow, Outcome, PrivateLink, Purpose, State
from petition.models.choices import ACTIVE
from petition.security.sealed_boxes import Envelope
from petition.text import form_limits as limits
from petition.text.references import find_references, format_reference

Handler = Callable[[IntakeRow, Envelope], bool | None]  # False: a part is left for the next time


def handle(row: IntakeRow, envelope: Envelope) -> Outcome | None:
    """Do what the row asks for; return whether it was done or refused, or None if a part of it is left.

    Raises InvalidRequest for what no page of this site sends, and NoSuchLink.
    """
    kind = _get_kind(envelope)
    if row.link_digest:
        link = PrivateLink.objects.live(row.arrived_at).filter(digest=row.link_digest).first()
        if link is None:
            raise NoSuchLink
        if kind not in BY_LINK[Purpose(link.purpose)]:
            raise InvalidRequest("kind")
    try:
        with transaction.atomic():  # an action that refuses leaves nothing behind
            is_finished = _HANDLERS[kind](row, envelope) is not False
    except (NotPossible, NotOpen, ChoiceRequired, DeclarationMissing):
        return Outcome.REFUSED
    return Outcome.DONE if is_finished else None


def _get_kind(envelope: Envelope) -> RequestKind:
    try:
        return RequestKind(envelope.kind)
    except ValueError as error:
        raise InvalidRequest("kind") from error


def _send_again(row: IntakeRow, envelope: Envelope) -> None:
    try:
        form = uuid.UUID(str(envelope.fields.get("row")))
    except ValueError as error:
        raise InvalidRequest("row") from error
    waiting = Endorsement.objects.filter(intake_id=form, appeal=row.appeal, state=State.SUBMITTED)
    waiting.update(asked_at=None)


def _lost_link(row: IntakeRow, envelope: Envelope) -> None:
    mailbox = validation.clean(validation.MAILBOX, envelope.fields, "mailbox")
    language = validation.parse_language(envelope.fields)
    mailbox_mails.request_links(mailbox, language=language, at=row.arrived_at)


def _message(row: IntakeRow, envelope: Envelope) -> None:
    appeal, fields = Appeal.objects.filter(pk=row.appeal).first(), envelope.fields
    if appeal is None:
        raise InvalidRequest("appeal")
    most = limits.MAX_MESSAGE + limits.MAX_MESSAGE_SUBJECT + 2
    mailbox = validation.clean(validation.MAILBOX, fields, "mailbox") if fields.get("mailbox") else ""
    disputes.raise_dispute(
        appeal,
        about=DisputeTopic(validation.parse_choice(fields, "about", DisputeTopic.values)),
        reference=_parse_reference(fields.get("reference")),
        words=validation.parse_lines(fields, "words", most),
        mailbox=mailbox,
        network=row.network_bucket,
        at=row.arrived_at,
    )


def _parse_reference(typed: object) -> str:
    if typed == "":
        return ""
    references = [format_reference(*one) for one in find_references(str(typed))]
    if references != [typed]:
        raise InvalidRequest("reference")
    return references[0]


def _confirm(row: IntakeRow, envelope: Envelope) -> None:
    endorsement = confirmation.confirm(
        row.link_digest,
        form=validation.parse_fingerprint(envelope.fields),
        declared=bool(envelope.fields.get("declared")),
        code_digest=validation.parse_code_digest(envelope.fields),
        at=row.arrived_at,
    )
    if endorsement.state not in ACTIVE:
        raise NotPossible  # the page must not say that it is confirmed


def _not_me(row: IntakeRow, envelope: Envelope) -> None:
    confirmation.disown(row.link_digest, form=validation.parse_fingerprint(envelope.fields), at=row.arrived_at)


def _none_is_mine(row: IntakeRow, envelope: Envelope) -> bool:
    return not confirmation.disown_all(row.link_digest, at=row.arrived_at)


def _answer(row: IntakeRow, envelope: Envelope) -> None:
    words = validation.parse_lines(envelope.fields, "words", limits.MAX_ANSWER)
    own_page.answer_question(row.link_digest, words, at=row.arrived_at)


def _correction(row: IntakeRow, envelope: Envelope) -> None:
    proposal = EntryProposal(*validation.parse_entry(envelope.fields))
    is_public = bool(envelope.fields.get("old_line_public"))
    corrections.propose_correction(row.link_digest, proposal, old_line_public=is_public, at=row.arrived_at)


def _contact(row: IntakeRow, envelope: Envelope) -> None:
    contact_changes.request_contact_change(
        row.link_digest,
        name=validation.clean(validation.PERSON, envelope.fields, "contact_name"),
        role=validation.clean(validation.PERSON, envelope.fields, "contact_role"),
        mailbox=validation.clean(validation.MAILBOX, envelope.fields, "contact_email"),
        at=row.arrived_at,
    )


def _new_code(row: IntakeRow, envelope: Envelope) -> None:
    own_page.replace_removal_code(row.link_digest, _require_code(envelope), at=row.arrived_at)


def _end_links(row: IntakeRow, envelope: Envelope) -> None:
    own_page.end_other_links(row.link_digest, at=row.arrived_at)


def _forget(row: IntakeRow, envelope: Envelope) -> None:
    own_page.forget_mailbox(row.link_digest, _require_code(envelope), at=row.arrived_at)


def _name_again(row: IntakeRow, envelope: Envelope) -> None:
    own_page.ask_to_be_named(row.link_digest, at=row.arrived_at)


def _agree_contact(row: IntakeRow, envelope: Envelope) -> None:
    purpose = PrivateLink.objects.values_list("purpose", flat=True).get(digest=row.link_digest)
    contact_changes.confirm_contact_change(row.link_digest, Purpose(purpose), at=row.arrived_at)


def _agree_name(row: IntakeRow, envelope: Envelope) -> None:
    own_page.agree_to_be_named(row.link_digest, at=row.arrived_at)


def _require_code(envelope: Envelope) -> str:
    digest = validation.parse_code_digest(envelope.fields)
    if not digest:
        raise InvalidRequest("code")
    # A code that opens something already would be attached twice.
    if PrivateLink.objects.filter(digest=digest).exists():
        raise NotPossible
    return digest


_HANDLERS: Final[dict[RequestKind, Handler]] = {
    RequestKind.SEND_AGAIN: _send_again,
    RequestKind.LOST_LINK: _lost_link,
    RequestKind.MESSAGE: _message,
    RequestKind.CONFIRM: _confirm,
    RequestKind.NOT_ME: _not_me,
    RequestKind.NONE_IS_MINE: _none_is_mine,
    RequestKind.ANSWER: _answer,
    RequestKind.CORRECTION: _correction,
    RequestKind.CONTACT: _contact,
    RequestKind.NEW_CODE: _new_code,
    RequestKind.END_LINKS: _end_links,
    RequestKind.FORGET: _forget,
    RequestKind.NAME_AGAIN: _name_again,
    RequestKind.AGREE_CONTACT: _agree_contact,
    RequestKind.AGREE_NAME: _agree_name,
}
