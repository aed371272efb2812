"""What is done to the name of an organisation: hide and show it, correct its spelling, set its language."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions import stale_forms
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions, name_changes, spelling
from petition.actions.refusals import ChangedMeanwhile
from petition.actions.self_service import corrections
from petition.admin.actors import current_actor
from petition.admin.queue.filter_querystring import redirect_to_endorsement
from petition.admin.review.endorsement_page import render_endorsement
from petition.admin.review.forms import NameLanguageForm, SpellingForm
from petition.admin.review.run_action import get_endorsement_or_404, get_entry_or_404, run_action
from petition.models import Correction
from petition.reference import clock
from petition.text.numbers import parse_number


@require_POST
def show_or_hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide the name, show the name of an original again, or show one again as its mailbox asked."""
    endorsement, pressed = get_endorsement_or_404(pk), request.POST.get("decision", "")
    if pressed not in ("hide", "show", "name_again"):
        return HttpResponseBadRequest(_("Unknown decision."))

    def action() -> None:
        by, now = current_actor(request), clock.now()
        if pressed == "name_again":
            decisions.show_as_requested(pk, by=by, at=now)
        elif pressed == "show":
            decisions.show(*get_entry_or_404(endorsement), by=by, at=now)
        else:
            decisions.hide(*get_entry_or_404(endorsement), by=by, at=now)

    message = _("The name is removed from the whole site.") if pressed == "hide" else _("The name is published again.")
    return run_action(request, pk, message, action)


@require_POST
def decide_correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse the correction that was shown; one that has replaced it since stays as it is."""
    correction = Correction.objects.filter(pk=pk).first()
    # The form names the endorsement too: the correction is gone once the organisation has proposed another one.
    endorsement_id = correction.endorsement_id if correction else parse_number(request.POST.get("endorsement", "")) or 0
    pressed = request.POST.get("decision")
    if pressed not in ("accept", "refuse"):
        return HttpResponseBadRequest(_("Unknown decision."))
    decide = corrections.accept_correction if pressed == "accept" else corrections.refuse_correction
    message = _("The correction is accepted.") if pressed == "accept" else _("The correction is refused.")
    get_endorsement_or_404(endorsement_id)
    return run_action(request, endorsement_id, message, lambda: decide(pk, by=current_actor(request), at=clock.now()))


@require_POST
def correct_spelling(request: HttpRequest, pk: int) -> HttpResponse:
    """Store the spelling that was typed; if somebody else was faster, show both versions and store nothing."""
    endorsement = get_endorsement_or_404(pk)
    form = SpellingForm(request.POST, auto_id="spelling-%s")
    if not form.is_valid():
        return render_endorsement(request, pk, spelling=form)
    cleaned = form.cleaned_data
    proposal = EntryProposal(cleaned["organisation_name"], cleaned["acronym"], cleaned["countries"])

    def action() -> None:
        spelling.correct_spelling(
            pk, proposal, seen=stale_forms.parse(cleaned["seen"]), by=current_actor(request), at=clock.now()
        )

    try:
        return run_action(request, pk, _("The name is corrected. The old spelling is kept for staff."), action)
    except ChangedMeanwhile:
        typed = request.POST.copy()
        typed["seen"] = str(stale_forms.last_change_of(pk))
        endorsement.refresh_from_db()
        context = {
            "spelling": SpellingForm(typed, auto_id="spelling-%s"),
            "stored": name_changes.read_entry_fields(endorsement),
        }
        return render_endorsement(request, pk, status=HTTPStatus.CONFLICT, **context)


@require_POST
def set_language(request: HttpRequest, pk: int) -> HttpResponse:
    """Record in which language the name is."""
    get_endorsement_or_404(pk)
    form = NameLanguageForm(request.POST, auto_id="name-%s")
    if not form.is_valid():
        return render_endorsement(request, pk, name_language=form)
    cleaned = form.cleaned_data

    def action() -> None:
        spelling.set_language(
            pk, cleaned["language"], seen=stale_forms.parse(cleaned["seen"]), by=current_actor(request), at=clock.now()
        )

    try:
        return run_action(request, pk, _("The language of the name is saved."), action)
    except ChangedMeanwhile:
        messages.warning(request, _("Somebody changed the name since you opened the page. Look again."))
        return redirect_to_endorsement(request, pk)
