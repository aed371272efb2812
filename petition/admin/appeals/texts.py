"""An appeal's opening and closing, and its text in other languages, as editors enter them."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions import stale_forms
from petition.actions.appeals import text_proposals
from petition.actions.appeals.opening import Opening, set_opening
from petition.actions.refusals import ChangedMeanwhile, SecondPersonNeeded, StatementRefused
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import follow_appeal, get_chosen_appeal
from petition.admin.appeals.forms import OpeningForm, TextForm
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Appeal, AppealText, TextProposal, TextStatus, get_roles
from petition.reference import clock
from petition.reference.languages import LANGUAGES
from petition.statements.blocks import BlockKind, format_blocks

_ZONE = "time_zone"
"""In the session: the zone in which this editor typed a time last."""
REFUSAL_MESSAGES: dict[type[Exception], str | Promise] = {
    SecondPersonNeeded: gettext_lazy("You proposed this. Another editor must publish it."),
    ChangedMeanwhile: gettext_lazy("Somebody proposed another text since, or it was decided."),
    TextProposal.DoesNotExist: gettext_lazy("Somebody proposed another text since, or it was decided."),
    StatementRefused: gettext_lazy("It cannot be published. See the report."),
}


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Show when the chosen appeal is open, in which languages it has a text, and which texts are proposed."""
    appeal = get_chosen_appeal(request)
    texts = AppealText.objects.published().filter(appeal=appeal).order_by("version") if appeal else ()
    newest = {text.language: text for text in texts}
    context = {
        "appeal": appeal,
        "phase": appeal.phase(clock.now()) if appeal else "",
        "roles": get_roles(request.user),
        "texts": [(code, newest.get(code)) for code in LANGUAGES],
        "title": _("Text and dates"),
    }
    return render_page(request, "appeals/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and set from when to when the appeal is open."""
    appeal = _get_published_appeal(request, slug)
    opening = Opening(appeal.opens_at, appeal.closes_at, _choose_zone(request, appeal), appeal.closes_for)
    form = OpeningForm(request.POST if request.method == "POST" else None, opening=opening)
    if form.is_valid():
        set_opening(slug, form.to_opening(), by=current_actor(request), at=clock.now())
        request.session[_ZONE] = form.cleaned_data["time_zone"]
        messages.success(request, _("Opening and closing are saved."))
        return redirect_to_page("texts")
    context = {"appeal": appeal, "form": form, "title": _("Opening and closing")}
    return render_page(request, "appeals/opening.html", context, status=form_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def translation(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Show the form for the text in one language, and how it is read; POST with `publish` publishes or proposes it."""
    appeal = _get_published_appeal(request, slug)
    if language not in LANGUAGES:
        raise Http404
    present = appeal.texts.published().filter(language=language).first()
    form = TextForm(request.POST if request.method == "POST" else None, initial={"dated": clock.now().date()})
    context: dict[str, Any] = {
        "appeal": appeal,
        "language": language,
        "present": present,
        "is_final": bool(present and present.status == TextStatus.OFFICIAL),
        "needs_second": bool(present) and text_proposals.needs_second_person(),
        "form": form,
        "title": _("Text"),
    }
    if form.is_valid():
        source = form.cleaned_data["source"]
        context["statement"] = statement = text_proposals.read_translation(appeal, source)
        context["refused"] = text_proposals.find_refusal(appeal, language, source)
        context["undecided"] = bool(statement.texts(BlockKind.UNDECIDED))
        context["marked"] = format_blocks(statement.blocks)
        if "publish" in request.POST:
            try:
                message = _save_text(request, appeal, language, form.cleaned_data, is_new=present is None)
            except StatementRefused as error:
                context["refused"] = str(error)
            else:
                messages.success(request, message)
                return redirect_to_page("texts")
    is_refused = form.errors or ("publish" in request.POST and context.get("refused"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render_page(request, "appeals/translation.html", context, status=status)


def _save_text(request: HttpRequest, appeal: Appeal, language: str, typed: dict[str, Any], *, is_new: bool) -> str:
    """Publish or propose the text, and return the message that says which. Raises StatementRefused."""
    by, now = current_actor(request), clock.now()
    if is_new:
        status = TextStatus(typed["status"])
        text_proposals.publish_new(appeal, language, typed["source"], typed["dated"], status, by=by, at=now)
        return _("The text is published.")
    is_public = text_proposals.publish_or_propose(appeal, language, typed["source"], typed["dated"], by=by, at=now)
    return _("The text is published.") if is_public else _("Proposed. Another editor must publish it.")


@require_http_methods(["GET", "HEAD", "POST"])
def text_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposed text as it will be read; on POST a second person publishes or refuses it."""
    if request.method == "POST":
        return _decide(request, pk)
    proposal = get_object_or_404(TextProposal.objects.select_related("appeal"), pk=pk)
    context = {
        "proposal": proposal,
        "seen": text_proposals.get_version(proposal),
        "statement": text_proposals.read_translation(proposal.appeal, proposal.source),
        "is_mine": proposal.proposed_by == request.user.pk,
        "title": _("Proposed text"),
    }
    return render_page(request, "appeals/text_proposal.html", context)


def _decide(request: HttpRequest, pk: int) -> HttpResponse:
    action = {"agree": text_proposals.publish_proposal, "refuse": text_proposals.refuse_proposal}.get(
        request.POST.get("do", "")
    )
    if action is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    try:
        action(pk, seen=stale_forms.parse(request.POST.get("seen", "")), by=current_actor(request), at=clock.now())
    except tuple(REFUSAL_MESSAGES) as error:
        messages.warning(request, str(REFUSAL_MESSAGES[type(error)]))
    else:
        messages.success(request, _("Done."))
    return redirect_to_page("texts")


def _choose_zone(request: HttpRequest, appeal: Appeal) -> str:
    """Return the zone of the appeal's dates; where it has none yet, the zone that this editor chose last."""
    return appeal.time_zone if appeal.opens_at or appeal.closes_at else request.session.get(_ZONE, appeal.time_zone)


def _get_published_appeal(request: HttpRequest, slug: str) -> Appeal:
    appeal = get_object_or_404(Appeal, slug=slug, published_at__isnull=False)
    follow_appeal(request, appeal)
    return appeal
