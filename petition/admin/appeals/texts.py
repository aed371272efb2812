"""An appeal's opening and closing, and its text in other languages, as editors enter them."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.appeals import publication, text_proposals
from petition.admin.actors import me, with_site
from petition.admin.appeals.text_forms import OpeningForm, TextForm
from petition.models import Appeal, AppealText, TextProposal, TextStatus
from petition.reference import clock
from petition.reference.languages import LANGUAGES
from petition.statements import read_statement

WHY_NOT: dict[type[Exception], str | Promise] = {
    text_proposals.OwnProposal: gettext_lazy("You proposed it yourself: somebody else has to publish it."),
    TextProposal.DoesNotExist: gettext_lazy("Another wording was proposed since, or it is decided."),
    publication.Refused: gettext_lazy("It cannot be published: see the report."),
}


@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Every published appeal: when it takes endorsements, in which languages its text stands, what is proposed."""
    published = list(Appeal.objects.filter(published_at__isnull=False).prefetch_related("text_proposals"))
    newest: dict[tuple[int, str], AppealText] = {}
    for text in AppealText.objects.published().order_by("version"):
        newest[text.appeal_id, text.language] = text
    now = clock.now()
    rows = [
        (appeal, appeal.phase(now), [(code, newest.get((appeal.pk, code))) for code in LANGUAGES])
        for appeal in published
    ]
    return TemplateResponse(
        request, "admin/petition/appeals/texts.html", with_site(request, {"rows": rows, "title": _("Texts")})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, slug: str) -> HttpResponse:
    """From when to when the appeal takes endorsements."""
    appeal = _published(slug)
    initial = {"opens_at": appeal.opens_at, "closes_at": appeal.closes_at}
    form = OpeningForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        moments = form.cleaned_data
        publication.set_opening(slug, moments["opens_at"], moments["closes_at"], by=me(request), at=clock.now())
        messages.success(request, _("Opening and closing are set."))
        return HttpResponseRedirect(reverse("admin:texts"), status=HTTPStatus.SEE_OTHER)
    content = {"appeal": appeal, "form": form, "title": _("Opening and closing")}
    return _page(request, "opening", content, is_refused=bool(form.errors))


@require_http_methods(["GET", "HEAD", "POST"])
def translation(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The text in one language: pasted, shown as it was read, then published or, to change one, proposed."""
    appeal = _published(slug)
    if language not in LANGUAGES:
        raise Http404
    present = appeal.texts.published().filter(language=language).first()
    form = TextForm(request.POST if request.method == "POST" else None, initial={"dated": clock.now().date()})
    content: dict[str, Any] = {
        "appeal": appeal,
        "language": language,
        "present": present,
        "is_final": bool(present and present.status == TextStatus.OFFICIAL),
        "needs_second": bool(present) and text_proposals.needs_second_person(),
        "form": form,
        "title": _("Text"),
    }
    if form.is_valid():
        content["reading"] = read_statement(form.cleaned_data["source"])
        if "publish" in request.POST:
            try:
                said = _enter(request, appeal, language, form.cleaned_data, is_new=present is None)
            except publication.Refused as error:
                content["refused"] = str(error)
            else:
                messages.success(request, said)
                return HttpResponseRedirect(reverse("admin:texts"), status=HTTPStatus.SEE_OTHER)
    return _page(request, "translation", content, is_refused=bool(form.errors or content.get("refused")))


def _enter(request: HttpRequest, appeal: Appeal, language: str, typed: dict[str, Any], *, is_new: bool) -> str:
    """The text is published, or proposed; in words which. Raises appeals.Refused."""
    by, now = me(request), clock.now()
    if is_new:
        status = TextStatus(typed["status"])
        edition = text_proposals.edition_of(appeal, language, typed["dated"], status)
        publication.publish_statement(read_statement(typed["source"]), edition, by=by, at=now)
        return _("The text is published.")
    is_public = text_proposals.change(appeal.slug, language, typed["source"], typed["dated"], by=by, at=now)
    return _("The text is published.") if is_public else _("Proposed: somebody else has to publish it.")


@require_http_methods(["GET", "HEAD", "POST"])
def text_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposed wording as it will be read; a second person publishes it."""
    if request.method == "POST":
        return _decided(request, pk)
    proposal = get_object_or_404(TextProposal.objects.select_related("appeal"), pk=pk)
    content = {
        "proposal": proposal,
        "seen": proposal.proposed_at.isoformat(),
        "reading": read_statement(proposal.source),
        "is_mine": proposal.proposed_by == request.user.pk,
        "title": _("Proposed text"),
    }
    return _page(request, "text_proposal", content)


def _decided(request: HttpRequest, pk: int) -> HttpResponse:
    deed = {"agree": text_proposals.agree, "refuse": text_proposals.refuse}.get(request.POST.get("do", ""))
    if deed is None:
        return HttpResponseBadRequest(_("Unknown decision."))
    try:
        deed(pk, seen=request.POST.get("seen", ""), by=me(request), at=clock.now())
    except tuple(WHY_NOT) as error:
        messages.warning(request, str(WHY_NOT[type(error)]))
    else:
        messages.success(request, _("Done."))
    return HttpResponseRedirect(reverse("admin:texts"), status=HTTPStatus.SEE_OTHER)


def _published(slug: str) -> Appeal:
    return get_object_or_404(Appeal, slug=slug, published_at__isnull=False)


def _page(request: HttpRequest, name: str, content: dict[str, Any], *, is_refused: bool = False) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return TemplateResponse(request, f"admin/petition/appeals/{name}.html", with_site(request, content), status=status)
