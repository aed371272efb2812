"""What the page of one endorsement shows of deciding: the mails before they leave, what can be taken back, who is
needed besides, how the name is spelled."""

from typing import Any

from django.utils.translation import get_language

from petition.actions.endorsing import withheld_count
from petition.actions.moderation import decision_mails, manual_entry, notes, spelling
from petition.actions.moderation.decision_mails import OTHER, Told
from petition.actions.self_service.own_page import has_contact
from petition.admin.review.decision_forms import InternalNoteForm, NameLanguageForm, RejectForm, spelling_form
from petition.mail.messages import Letter
from petition.models import Endorsement, Reason, State
from petition.models.endorsements import ACTIVE, LEGAL_MOVES
from petition.security import encryption

_TOLD = {
    "ask": Told("question", {"url": decision_mails.PRIVATE_ADDRESS}),
    "accept": Told("correction_accepted"),
    "refuse": Told("correction_refused"),
}


def of(found: Endorsement) -> dict[str, Any]:
    """The sections of `found`, each missing or None where it does not apply."""
    reachable, is_open = has_contact(found), found.withdrawal_due_at is None
    may_reject = is_open and State.REJECTED in LEGAL_MOVES[State(found.state)]
    return {
        "reachable": reachable,
        "letters": _letters(found) if reachable and is_open else {},
        "reasons": _reasons(found, reachable) if may_reject else [],
        "chosen_reason": OTHER,
        "reject": RejectForm(auto_id="reject-%s"),
        "internal": _internal(found),
        "needs_second_count": withheld_count.waits_for_second(found),
        "needs_second_letter": manual_entry.waits_for_second(found),
        **_spelling(found),
    }


def _letters(found: Endorsement) -> dict[str, Letter]:
    """The mail of each decision that may come next, in the organisation's language."""
    letters = {name: decision_mails.in_its_language(told, found.language) for name, told in _TOLD.items()}
    if found.state == State.CONFIRMED:
        letters["approve"] = decision_mails.preview_of_approval(found)
    return letters


def _reasons(found: Endorsement, reachable: bool) -> list[tuple[str, str, Letter | None]]:
    """Code, label and mail of each reason; no mail where none is sent, or nobody proved a mailbox."""
    told = []
    for reason in Reason.objects.offered():
        mail = decision_mails.rejected_for(reason, found.language) if reachable and found.confirmed_at else None
        letter = decision_mails.in_its_language(mail, found.language) if mail else None
        told.append((reason.code, reason.label(get_language() or "en"), letter))
    return told


def _internal(found: Endorsement) -> InternalNoteForm | None:
    """What moderators noted, opened, to write on; None where the key is not here: nobody erases it unread."""
    try:
        words = str(encryption.opened(found.sealed_note)) if found.sealed_note else ""
    except encryption.CannotOpen:
        return None
    return InternalNoteForm(initial={"note": words, "seen": notes.version(found)}, auto_id="internal-%s")


def _spelling(found: Endorsement) -> dict[str, Any]:
    try:
        line = spelling.line_before(found)
        kept = [
            (row.changed_at, encryption.opened(row.sealed_before), encryption.opened(row.sealed_after))
            for row in found.spellings.all()
        ]
        language = encryption.opened(found.sealed_name)["name_language"] if found.sealed_name else found.name_language
    except encryption.CannotOpen:
        return {}
    if found.state == State.WITHDRAWN:
        return {}
    seen = spelling.version(found)
    may_spell, may_tell = spelling.may_be_respelled(found), found.state in ACTIVE and found.withdrawal_due_at is None
    told = {"seen": seen, "language": language}
    return {
        "spelling": spelling_form(found, line, seen) if may_spell else None,
        "name_language": NameLanguageForm(initial=told, auto_id="name-%s") if may_tell else None,
        "spellings": kept,
    }
