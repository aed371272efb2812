"""Render the page of one endorsement: what is known about it, and a form or button for each thing that may be done."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from petition.actions import stale_forms
from petition.actions.appeals.timeline import find_entries_naming
from petition.actions.listing import entries
from petition.actions.moderation import contact_access
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import follow_appeal
from petition.admin.decryption import decrypt_or_none
from petition.admin.queue.filter_querystring import filter_querystring, read_filters
from petition.admin.responses import render_page
from petition.admin.review import evidence, sections
from petition.admin.review.decisions import list_decisions
from petition.admin.review.forms import NoteForm, QuestionForm
from petition.admin.review.history import load_history
from petition.admin.review.word_difference import compare_words
from petition.models import Correction, Display, Endorsement, Origin, State, Status
from petition.models.choices import ACTIVE
from petition.reference import clock
from petition.security.encrypted_names import get_name


def render_endorsement(
    request: HttpRequest, pk: int, *, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY, **forms: Any
) -> HttpResponse:
    """Return the page of one endorsement. A form in `forms` was refused: it is shown as it was typed, with `status`."""
    # Before the endorsement is read: what changes in between then counts as not shown.
    seen = stale_forms.last_change_of(pk)
    queryset = Endorsement.objects.select_related("appeal", "signatory", "text", "vouched_by")
    endorsement = get_object_or_404(queryset, pk=pk)
    follow_appeal(request, endorsement.appeal)
    filtered = read_filters(request).select(by=current_actor(request), at=clock.now())
    context = {
        "endorsement": endorsement,
        "line": entries.get_entry_text_for_staff(endorsement) or _("Name encrypted"),
        "name_fields": get_name(endorsement),
        "mail_domain": contact_access.read_mail_domain(endorsement),
        "decisions": list_decisions(endorsement),
        "questions": [
            (question, decrypt_or_none(question, "sealed_answer")) for question in endorsement.questions.all()
        ],
        "history": load_history(pk),
        "check": None if endorsement.withdrawal_due_at else evidence.build_check_form(endorsement, seen),
        "title": _("Endorsement %(number)s") % {"number": pk},
        **evidence.screening_context(endorsement),
        "undelivered": evidence.list_undelivered_mails(endorsement),
        **evidence.entry_context(endorsement),
        **evidence.neighbour_context(endorsement, filtered),
        "querystring": filter_querystring(request),
        **_action_context(endorsement, seen),
        **sections.decision_context(endorsement, seen),
        **forms,
    }
    return render_page(request, "review/endorsement.html", context, status=status if forms else HTTPStatus.OK)


def _action_context(endorsement: Endorsement, seen: int) -> dict[str, Any]:
    """Return what may be done besides deciding: for each a form, a row or True."""
    signatory, is_active = endorsement.signatory, endorsement.state in ACTIVE
    is_open = endorsement.withdrawal_due_at is None
    is_listed = bool(signatory and signatory.status == Status.LISTED)
    is_withheld = endorsement.state == State.APPROVED and endorsement.display == Display.WITHHELD and is_open
    correction = endorsement.corrections.waiting().first() if is_active and is_open else None
    proposed = _format_proposal(correction) if correction else ""
    return {
        "is_active": is_active,
        "is_listed": is_listed,
        "entries": find_entries_naming(endorsement.appeal_id, endorsement.organisation_name) if is_listed else [],
        "may_show": is_withheld and endorsement.origin == Origin.IMPORTED,
        "asks_for_name": is_withheld and endorsement.name_again_at,
        "correction": correction,
        "proposed": proposed,
        "difference": compare_words(entries.get_entry_text_for_staff(endorsement), proposed) if proposed else [],
        "unreachable": endorsement.state == State.CONFIRMED and not endorsement.has_contact(),
        "ask": QuestionForm(auto_id="ask-%s") if endorsement.state == State.CONFIRMED and is_open else None,
        "note": NoteForm(initial={"words": signatory.note, "seen": seen}, auto_id="note-%s")
        if signatory and is_listed
        else None,
    }


def _format_proposal(correction: Correction) -> str:
    proposal = decrypt_or_none(correction, "sealed_proposal")
    return entries.get_entry_text(Endorsement(**proposal)) if proposal else ""
