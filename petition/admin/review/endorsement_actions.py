"""What staff do besides deciding, a POST each. Its sentence, or why not, stands on the endorsement's page then."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition.actions.lifecycle import AlreadyDecided
from petition.actions.moderation import decisions
from petition.actions.moderation.spelling import ChangedMeanwhile
from petition.actions.self_service import corrections
from petition.actions.self_service.withdrawal import NotPossible
from petition.admin.actors import WHY_NOT, already, already_done, me, with_site
from petition.admin.queue.filter_querystring import back
from petition.admin.review import endorsement
from petition.admin.review.action_forms import NoteForm, QuestionForm
from petition.models import Correction, Endorsement, Kind
from petition.reference import clock

_NAME = ("hide", "show", "name_again")


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The endorsement is returned with the question that was typed."""
    found_or_404(pk)
    form = QuestionForm(request.POST, auto_id="ask-%s")
    if not form.is_valid():
        return endorsement.page(request, pk, ask=form)
    words = form.cleaned_data["words"]
    return done(
        request,
        pk,
        _("The question is on its way."),
        lambda: decisions.ask(pk, words, by=me(request), at=clock.now()),
    )


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """What was typed stands beside the line, or nothing does."""
    found = found_or_404(pk)
    form = NoteForm(request.POST, auto_id="note-%s")
    if not form.is_valid():
        return endorsement.page(request, pk, note=form)
    words = form.cleaned_data["words"]
    said = _("The note stands beside the line.") if words else _("No note stands beside the line.")
    line, seen = _line_of(found), form.cleaned_data["seen"]
    try:
        return done(request, pk, said, lambda: decisions.note(*line, words, seen=seen, by=me(request), at=clock.now()))
    except ChangedMeanwhile:
        now = found_or_404(pk).signatory
        stored = now.note if now else ""
        content = {"note": NoteForm({"words": words, "seen": stored}, auto_id="note-%s"), "note_since": stored}
        return endorsement.page(request, pk, status=HTTPStatus.CONFLICT, **content)


@require_POST
def name(request: HttpRequest, pk: int) -> HttpResponse:
    """The name is hidden, shown again (an original), or named again as its mailbox asked."""
    found, pressed = found_or_404(pk), request.POST.get("decision", "")
    if pressed not in _NAME:
        return HttpResponseBadRequest(_("Unknown decision."))

    def deed() -> None:
        if pressed == "name_again":
            decisions.name_again(pk, by=me(request), at=clock.now())
        elif pressed == "show":
            decisions.show(*_line_of(found), by=me(request), at=clock.now())
        else:
            decisions.hide(*_line_of(found), by=me(request), at=clock.now())

    said = _("The name is off everything this site serves.") if pressed == "hide" else _("The name is shown again.")
    return done(request, pk, said, deed)


@require_POST
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """The correction that was looked at is accepted or refused; one that took its place is not."""
    found = Correction.objects.filter(pk=pk).first()
    of = found.endorsement_id if found else _number(request.POST.get("endorsement", ""))
    pressed = request.POST.get("decision")
    if pressed not in ("accept", "refuse"):
        return HttpResponseBadRequest(_("Unknown decision."))
    deed = corrections.accept if pressed == "accept" else corrections.refuse
    said = _("The line reads as proposed.") if pressed == "accept" else _("The line stays as it was.")
    found_or_404(of)
    return done(request, of, said, lambda: deed(pk, by=me(request), at=clock.now()))


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new private link, on this page and nowhere else: neither stored nor in a message of the session."""
    found_or_404(pk)
    if "checked" not in request.POST:
        messages.warning(request, _("Check first who asks, and say so."))
        return back(request, pk)
    try:
        address = decisions.issue_own_page(pk, by=me(request), at=clock.now())
    except NotPossible:
        messages.warning(request, str(WHY_NOT[NotPossible]))
        return back(request, pk)
    content = with_site(request, {"pk": pk, "address": address, "title": _("Private link")})
    response = TemplateResponse(request, "admin/petition/decision/link.html", content)
    response["Referrer-Policy"] = "no-referrer"
    return response


def done(request: HttpRequest, pk: int, said: str, deed: Callable[[], object]) -> HttpResponse:
    """`deed` is done and `said`, or the page says who was first, or why not."""
    try:
        deed()
    except AlreadyDecided as first:
        is_move = first.event.verb not in ("correct", "refuse_correction", "show", "hide")
        messages.warning(request, already(first) if is_move else already_done(first.event))
    except tuple(WHY_NOT) as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
    else:
        messages.success(request, said)
    return back(request, pk)


def found_or_404(pk: int) -> Endorsement:
    """The endorsement. Raises Http404."""
    return get_object_or_404(Endorsement.objects.select_related("appeal", "signatory"), pk=pk)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


def _line_of(found: Endorsement) -> tuple[str, Kind, int]:
    """Appeal, kind and number of its public line. Raises Http404 where there is none."""
    if found.signatory is None:
        raise Http404
    return found.appeal.slug, Kind(found.signatory.kind), found.signatory.number
