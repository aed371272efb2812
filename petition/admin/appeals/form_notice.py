"""The notice before the form, for each appeal and language."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.appeals.form_notice import BUILT_IN_DATED, set_notice
from petition.admin.actors import current_actor
from petition.admin.appeals.chosen_appeal import follow_appeal, get_chosen_appeal
from petition.admin.appeals.forms import NoticeForm
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.models import Appeal, Notice
from petition.reference import clock
from petition.reference.languages import LANGUAGES


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Show for each language of the chosen appeal whether an editor has written the notice, and when."""
    appeal = get_chosen_appeal(request)
    written = dict(Notice.objects.filter(appeal=appeal).values_list("language", "dated")) if appeal else {}
    rows = [(appeal, code, written.get(code)) for code in LANGUAGES] if appeal else []
    context = {"rows": rows, "title": _("Form notice")}
    return render_page(request, "appeals/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Show one notice to edit; on POST show it (`preview`) or store it. No text brings back the built-in one."""
    appeal = get_object_or_404(Appeal, slug=slug, published_at__isnull=False)
    follow_appeal(request, appeal)
    if language not in LANGUAGES:
        raise Http404
    present = Notice.objects.filter(appeal=appeal, language=language).first()
    form = NoticeForm(request.POST if request.method == "POST" else None, initial=_initial(present))
    shown = (present.paragraphs, present.dated) if present else ([], BUILT_IN_DATED)
    if form.is_bound and form.is_valid():
        words, dated = form.cleaned_data["words"], form.cleaned_data["dated"]
        if "preview" not in request.POST:
            set_notice(
                appeal, language=language, paragraphs=words, dated=dated, by=current_actor(request), at=clock.now()
            )
            messages.success(request, _("The form notice is saved."))
            return redirect_to_page("notices")
        shown = (words, dated) if words else ([], BUILT_IN_DATED)
    context = {
        "appeal": appeal,
        "language": language,
        "form": form,
        "preview": _render_notice(appeal, language, *shown),
        "title": _("Form notice"),
    }
    return render_page(request, "appeals/notice.html", context, status=form_status(form))


def _initial(present: Notice | None) -> dict[str, object]:
    if present is None:
        return {"dated": clock.now().date()}
    return {"words": "\n\n".join(present.paragraphs), "dated": present.dated}


def _render_notice(appeal: Appeal, language: str, paragraphs: list[str], dated: date) -> str:
    """Return the notice as the form in `language` will show it."""
    notice = {"paragraphs": paragraphs} if paragraphs else None
    context = {"appeal": appeal, "notice": notice, "notice_dated": dated}
    with translation.override(language):
        return render_to_string("endorse/notice.html", context)
