"""The form by which the secretariat enters an endorsement that came by e-mail, letter or call."""

from dataclasses import fields
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.intake.accept import NotOpen, Submission
from petition.actions.moderation import manual_entry
from petition.actions.moderation.spelling import SameBodyTwice
from petition.admin.actors import WHY_NOT, me, with_site
from petition.admin.review.decision_forms import EnterForm
from petition.models import Endorsement, Origin
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """POST stores it: its contact is asked by mail to confirm, or it waits for a second moderator."""
    form = EnterForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            found = _entered(request, form)
        except (NotOpen, SameBodyTwice, manual_entry.EnteredBefore) as error:
            form.add_error(None, str(WHY_NOT[type(error)]))
        else:
            by_mail = found.origin == Origin.EMAIL
            messages.success(
                request, _("A mail asks it to confirm.") if by_mail else _("It waits for a second moderator.")
            )
            return HttpResponseRedirect(reverse("admin:endorsement", args=[found.pk]), status=HTTPStatus.SEE_OTHER)
    content = {"form": form, "title": _("Enter an endorsement")}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return TemplateResponse(request, "admin/petition/decision/enter.html", with_site(request, content), status=status)


def _entered(request: HttpRequest, form: EnterForm) -> Endorsement:
    told = form.cleaned_data | {"countries": tuple(form.cleaned_data["countries"].split())}
    submission = Submission(**{field.name: told[field.name] for field in fields(Submission)})
    return manual_entry.enter(
        told["appeal"],
        submission,
        origin=Origin(told["origin"]),
        note=told["note"],
        by=me(request),
        at=clock.now(),
    )
