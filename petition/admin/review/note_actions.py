"""The two notes on an endorsement: the public one beside its entry, and the internal one for moderators."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions import stale_forms
from petition.actions.moderation import decisions, internal_notes
from petition.actions.refusals import ChangedMeanwhile
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import redirect_to_endorsement
from petition.admin.review import sections
from petition.admin.review.endorsement_page import render_endorsement
from petition.admin.review.forms import InternalNoteForm, NoteForm
from petition.admin.review.run_action import get_endorsement_or_404, get_entry_or_404, run_action
from petition.reference import clock


@require_POST
def set_public_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the note beside the public entry, or remove it."""
    endorsement = get_endorsement_or_404(pk)
    form = NoteForm(request.POST, auto_id="note-%s")
    if not form.is_valid():
        return render_endorsement(request, pk, note=form)
    words = form.cleaned_data["words"]
    message = _("The public note is saved.") if words else _("The public note is removed.")
    entry, seen = get_entry_or_404(endorsement), stale_forms.parse(form.cleaned_data["seen"])

    def action() -> None:
        decisions.set_public_note(*entry, words, seen=seen, by=current_actor(request), at=clock.now())

    try:
        return run_action(request, pk, message, action)
    except ChangedMeanwhile:
        typed = {"words": words, "seen": stale_forms.last_change_of(pk)}
        now = get_endorsement_or_404(pk)
        stored = now.signatory.note if now.signatory else ""
        context = {"note": NoteForm(typed, auto_id="note-%s"), "note_since": stored}
        return render_endorsement(request, pk, status=HTTPStatus.CONFLICT, **context)


@require_POST
def set_internal_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the note for moderators, or erase it."""
    get_endorsement_or_404(pk)
    form = InternalNoteForm(request.POST, auto_id="internal-%s")
    if not form.is_valid():
        return render_endorsement(request, pk, internal=form)
    words = form.cleaned_data["note"]
    message = _("The note is saved.") if words else _("The note is deleted.")
    seen = stale_forms.parse(form.cleaned_data["seen"])

    def action() -> None:
        internal_notes.set_internal_note(pk, words, seen=seen, by=current_actor(request), at=clock.now())

    try:
        return run_action(request, pk, message, action)
    except ChangedMeanwhile:
        seen = stale_forms.last_change_of(pk)
        now = sections.build_internal_note_form(get_endorsement_or_404(pk), seen)
        if now is None:  # it cannot be decrypted here, so there is nothing to show beside it
            return redirect_to_endorsement(request, pk)
        typed = {"note": words, "seen": seen}
        context = {"internal": InternalNoteForm(typed, auto_id="internal-%s"), "noted_since": now.initial["note"]}
        return render_endorsement(request, pk, status=HTTPStatus.CONFLICT, **context)
