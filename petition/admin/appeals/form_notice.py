"""The notice before the form, per appeal and language."""

from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.appeals.form_notice import BUILT_IN_DATED, set_notice
from petition.admin.actors import me, with_site
from petition.admin.review.action_forms import NoticeForm
from petition.models import Appeal, Notice
from petition.reference import clock
from petition.reference.languages import LANGUAGES


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Every appeal in every language: whether an editor has worded the notice, and when."""
    written = {(notice.appeal_id, notice.language): notice.dated for notice in Notice.objects.all()}
    rows = [
        (appeal, code, written.get((appeal.pk, code)))
        for appeal in Appeal.objects.filter(published_at__isnull=False)
        for code in LANGUAGES
    ]
    content = {"rows": rows, "title": _("Notice before the form")}
    return TemplateResponse(request, "admin/petition/appeals/notices.html", with_site(request, content))


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """One notice: POST with `preview` shows it, any other stores it, without words the built-in ones stand again."""
    appeal = get_object_or_404(Appeal, slug=slug, published_at__isnull=False)
    if language not in LANGUAGES:
        raise Http404
    present = Notice.objects.filter(appeal=appeal, language=language).first()
    form = NoticeForm(request.POST if request.method == "POST" else None, initial=_initial(present))
    shown = (present.paragraphs, present.dated) if present else ([], BUILT_IN_DATED)
    if form.is_bound and form.is_valid():
        words, dated = form.cleaned_data["words"], form.cleaned_data["dated"]
        if "preview" not in request.POST:
            set_notice(appeal, language=language, paragraphs=words, dated=dated, by=me(request), at=clock.now())
            messages.success(request, _("The notice stands before the form now."))
            return HttpResponseRedirect(reverse("admin:notices"), status=HTTPStatus.SEE_OTHER)
        shown = (words, dated) if words else ([], BUILT_IN_DATED)
    content = {
        "appeal": appeal,
        "language": language,
        "form": form,
        "preview": _as_it_will_stand(appeal, language, *shown),
        "title": _("Notice before the form"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/appeals/notice.html", with_site(request, content), status=status)


def _initial(present: Notice | None) -> dict[str, object]:
    if present is None:
        return {"dated": clock.now().date()}
    return {"words": "\n\n".join(present.paragraphs), "dated": present.dated}


def _as_it_will_stand(appeal: Appeal, language: str, paragraphs: list[str], dated: date) -> str:
    """The notice as the form in `language` will show it."""
    notice = {"paragraphs": paragraphs} if paragraphs else None
    content = {"appeal": appeal, "notice": notice, "truth_dated": dated}
    with translation.override(language):
        return render_to_string("endorse/notice.html", content)
