"""What the page of an endorsement shows to decide by: mails before they leave, the internal note, the spelling."""

from typing import Any

from django.utils.translation import get_language

from petition.actions.endorsing import withheld_count
from petition.actions.listing import entries
from petition.actions.mailing import decision_mails
from petition.actions.mailing.decision_mails import MailSpec
from petition.actions.moderation import manual_entry, name_changes, spelling
from petition.admin.review.forms import InternalNoteForm, NameLanguageForm, RejectForm, SpellingForm
from petition.mail.messages import RenderedMail
from petition.models import Endorsement, Reason, State
from petition.models.choices import ACTIVE, LEGAL_MOVES
from petition.security import encryption

_MAIL_SPECS = {
    "ask": MailSpec("question", {"url": decision_mails.LINK_PLACEHOLDER}),
    "accept": MailSpec("correction_accepted"),
    "refuse": MailSpec("correction_refused"),
}


def decision_context(endorsement: Endorsement, seen: int) -> dict[str, Any]:
    """Return the sections of the page, each missing or None where it does not apply.

    `seen` is the version of the endorsement (actions/stale_forms.py) that the forms hand back.
    """
    reachable, is_open = endorsement.has_contact(), endorsement.withdrawal_due_at is None
    may_reject = is_open and State.REJECTED in LEGAL_MOVES[State(endorsement.state)]
    return {
        "reachable": reachable,
        "mails": _preview_mails(endorsement) if reachable and is_open else {},
        "reasons": _preview_reasons(endorsement, reachable) if may_reject else [],
        "reject": RejectForm(auto_id="reject-%s"),
        "internal": build_internal_note_form(endorsement, seen),
        "needs_second_count": withheld_count.needs_second_check(endorsement),
        "needs_second_letter": manual_entry.needs_second_moderator(endorsement),
        **_spelling_context(endorsement, seen),
    }


def _preview_mails(endorsement: Endorsement) -> dict[str, RenderedMail]:
    """Return the mail of each decision that may come next, in the organisation's language."""
    mails = {name: decision_mails.render_in_language(spec, endorsement.language) for name, spec in _MAIL_SPECS.items()}
    if endorsement.state == State.CONFIRMED:
        mails["approve"] = decision_mails.preview_approval_mail(endorsement)
    return mails


def _preview_reasons(endorsement: Endorsement, reachable: bool) -> list[tuple[str, str, RenderedMail | None]]:
    """Return code, label and mail of each reason; the mail is None where none is sent."""
    language, reasons = get_language() or "en", []
    for reason in Reason.objects.offered():
        # A mailbox that confirmed nothing is not told: the address may have been typed by somebody else.
        gets_mail = reachable and endorsement.confirmed_at
        spec = decision_mails.build_mail_for_reason(reason, endorsement.language) if gets_mail else None
        mail = decision_mails.render_in_language(spec, endorsement.language) if spec else None
        reasons.append((reason.code, reason.label(language), mail))
    return reasons


def build_internal_note_form(endorsement: Endorsement, seen: int) -> InternalNoteForm | None:
    """Return the form with the note for moderators, or None without the key: nobody may overwrite it unread."""
    try:
        words = str(encryption.decrypt_column(endorsement, "sealed_note") or "")
    except encryption.CannotDecrypt:
        return None
    return InternalNoteForm(initial={"note": words, "seen": seen}, auto_id="internal-%s")


def _spelling_context(endorsement: Endorsement, seen: int) -> dict[str, Any]:
    try:
        fields = name_changes.read_entry_fields(endorsement)
        kept = [
            (row.changed_at, *(encryption.decrypt_column(row, name) for name in ("sealed_before", "sealed_after")))
            for row in endorsement.spellings.all()
        ]
        language = entries.read_name(endorsement)["name_language"]
    except encryption.CannotDecrypt:
        return {}
    if endorsement.state == State.WITHDRAWN:
        return {}
    can_correct = spelling.can_correct_spelling(endorsement)
    can_set_language = endorsement.state in ACTIVE and endorsement.withdrawal_due_at is None
    initial = {"seen": seen, "language": language}
    return {
        "spelling": SpellingForm(initial=fields | {"seen": seen}, auto_id="spelling-%s") if can_correct else None,
        "name_language": NameLanguageForm(initial=initial, auto_id="name-%s") if can_set_language else None,
        "spellings": kept,
    }
