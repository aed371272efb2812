"""What is pressed around a decision, a POST each: take it back, note, spell, count, confirm a letter."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.endorsing import withheld_count
from petition.actions.moderation import manual_entry, notes, spelling, undo as undoing
from petition.actions.moderation.spelling import ChangedMeanwhile, Proposal
from petition.admin.actors import me
from petition.admin.queue.filter_querystring import back
from petition.admin.review import endorsement, sections
from petition.admin.review.decision_forms import InternalNoteForm, NameLanguageForm, SpellingForm
from petition.admin.review.endorsement_actions import done, found_or_404
from petition.reference import clock


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The last decision is taken back, if its minute is not over."""
    found_or_404(pk)
    said = _("Taken back; no mail leaves.")
    return done(request, pk, said, lambda: undoing.undo(pk, by=me(request), at=clock.now()))


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """What was typed is noted for moderators, or nothing is any more."""
    found_or_404(pk)
    form = InternalNoteForm(request.POST, auto_id="internal-%s")
    if not form.is_valid():
        return endorsement.page(request, pk, internal=form)
    words = form.cleaned_data["note"]
    said = _("The note is kept.") if words else _("The note is erased.")
    try:
        seen = form.cleaned_data["seen"]
        return done(request, pk, said, lambda: notes.note(pk, words, seen=seen, by=me(request), at=clock.now()))
    except ChangedMeanwhile:
        now = sections.of(found_or_404(pk))["internal"]
        if now is None:
            return back(request, pk)
        typed = {"note": words, "seen": now.initial["seen"]}
        content = {"internal": InternalNoteForm(typed, auto_id="internal-%s"), "noted_since": now.initial["note"]}
        return endorsement.page(request, pk, status=HTTPStatus.CONFLICT, **content)


@require_POST
def spell(request: HttpRequest, pk: int) -> HttpResponse:
    """The name is spelled as typed; if somebody was faster, both versions are shown and nothing is stored."""
    found = found_or_404(pk)
    form = SpellingForm(request.POST, auto_id="spelling-%s")
    if not form.is_valid():
        return endorsement.page(request, pk, spelling=form)
    told = form.cleaned_data
    proposal = Proposal(told["organisation_name"], told["acronym"], told["countries"])

    def deed() -> None:
        spelling.respell(pk, proposal, seen=told["seen"], by=me(request), at=clock.now())

    try:
        return done(request, pk, _("The name is spelled as typed; old and new are kept."), deed)
    except ChangedMeanwhile:
        typed = request.POST.copy()
        typed["seen"] = spelling.version(found)
        content = {"spelling": SpellingForm(typed, auto_id="spelling-%s"), "stored": spelling.line_before(found)}
        return endorsement.page(request, pk, status=HTTPStatus.CONFLICT, **content)


@require_POST
def language(request: HttpRequest, pk: int) -> HttpResponse:
    """The name is said to be in this language."""
    found_or_404(pk)
    form = NameLanguageForm(request.POST, auto_id="name-%s")
    if not form.is_valid():
        return endorsement.page(request, pk, name_language=form)
    told = form.cleaned_data

    def deed() -> None:
        spelling.set_language(pk, told["language"], seen=told["seen"], by=me(request), at=clock.now())

    try:
        return done(request, pk, _("The language of the name is set."), deed)
    except ChangedMeanwhile:
        messages.warning(request, _("Somebody has changed the name since you looked; look again."))
        return back(request, pk)


@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """A second moderator has checked it as well, so it is counted."""
    found_or_404(pk)
    said = _("Counted. The published number follows within a day.")
    return done(request, pk, said, lambda: withheld_count.count(pk, by=me(request), at=clock.now()))


@require_POST
def confirm_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A second moderator stands for the mailbox, once all declarations are ticked."""
    found_or_404(pk)
    if "declared" not in request.POST:
        messages.warning(request, _("Check first that the organisation declared all of it, and say so."))
        return back(request, pk)
    said = _("Confirmed; it waits for a decision now.")
    return done(request, pk, said, lambda: manual_entry.confirm_letter(pk, by=me(request), at=clock.now()))
