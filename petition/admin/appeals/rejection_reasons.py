"""The rejection reasons that moderators choose from, each with the mail that it sends."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from petition.actions.mailing import decision_mails
from petition.actions.moderation.rejection_reasons import set_reason
from petition.admin.actors import current_actor
from petition.admin.appeals.forms import ReasonForm
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.mail.messages import RenderedMail
from petition.models import Reason
from petition.reference import clock
from petition.reference.languages import LANGUAGES

NEW = "new"


@require_safe
def reasons(request: HttpRequest) -> HttpResponse:
    """Show all of them, also those that are no longer offered."""
    language = get_language() or "en"
    context = {
        "rows": [(reason, reason.label(language)) for reason in Reason.objects.all()],
        "title": _("Rejection reasons"),
    }
    return render_page(request, "appeals/reasons.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: HttpRequest, code: str) -> HttpResponse:
    """Show one reason, or a new one; POST with `preview` shows its mails, without it stores it."""
    present = None if code == NEW else get_object_or_404(Reason, code=code)
    form = ReasonForm(request.POST if request.method == "POST" else None, reason=present)
    shown = present
    if form.is_bound and form.is_valid():
        arguments = form.to_arguments()
        if "preview" not in request.POST:
            set_reason(
                code if present else form.cleaned_data["code"], **arguments, by=current_actor(request), at=clock.now()
            )
            messages.success(request, _("The reason is saved."))
            return redirect_to_page("reasons")
        shown = Reason(code=code, **arguments)
    context = {
        "form": form,
        "mails_by_language": _preview_mails(shown) if shown else [],
        "title": present.label(get_language() or "en") if present else _("New reason"),
    }
    return render_page(request, "appeals/reason.html", context, status=form_status(form))


def _preview_mails(reason: Reason) -> list[tuple[str, RenderedMail | None]]:
    """Return its mail in each language; None where it sends none."""
    specs = [(language, decision_mails.build_mail_for_reason(reason, language)) for language in LANGUAGES]
    return [(language, decision_mails.render_in_language(spec, language) if spec else None) for language, spec in specs]
