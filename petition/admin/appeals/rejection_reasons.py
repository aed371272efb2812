"""The list of reasons for a rejection, and each of them with the mail that it sends."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.moderation import decision_mails
from petition.actions.moderation.rejection_reasons import set_reason
from petition.admin.actors import me, with_site
from petition.admin.review.decision_forms import ReasonForm
from petition.mail.messages import Letter
from petition.models import Reason
from petition.reference import clock
from petition.reference.languages import LANGUAGES

NEW = "new"


@require_safe
def reasons(request: HttpRequest) -> HttpResponse:
    """All of them, those that are no longer offered too."""
    language = get_language() or "en"
    content = {
        "rows": [(reason, reason.label(language)) for reason in Reason.objects.all()],
        "title": _("Reasons for a rejection"),
    }
    return TemplateResponse(request, "admin/petition/appeals/reasons.html", with_site(request, content))


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: HttpRequest, code: str) -> HttpResponse:
    """One reason, or a new one: POST with `preview` shows its mails, any other stores it."""
    present = None if code == NEW else get_object_or_404(Reason, code=code)
    form = ReasonForm(request.POST if request.method == "POST" else None, reason=present)
    shown = present
    if form.is_bound and form.is_valid():
        told = form.told()
        if "preview" not in request.POST:
            set_reason(code if present else form.cleaned_data["code"], **told, by=me(request), at=clock.now())
            messages.success(request, _("The reason is kept."))
            return HttpResponseRedirect(reverse("admin:reasons"), status=HTTPStatus.SEE_OTHER)
        shown = Reason(code=code, **told)
    content = {
        "form": form,
        "letters": _letters(shown) if shown else [],
        "title": present.label(get_language() or "en") if present else _("New reason"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/appeals/reason.html", with_site(request, content), status=status)


def _letters(reason: Reason) -> list[tuple[str, Letter | None]]:
    """Its mail in each language; None where it sends none."""
    told = [(language, decision_mails.rejected_for(reason, language)) for language in LANGUAGES]
    return [(language, decision_mails.in_its_language(mail, language) if mail else None) for language, mail in told]
