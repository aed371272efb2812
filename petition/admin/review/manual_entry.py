"""The form for an endorsement that came by e-mail, letter or call."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from petition.actions.moderation import manual_entry
from petition.actions.refusals import AlreadyEntered, DuplicateEndorsement, NotOpen
from petition.admin.actors import current_actor
from petition.admin.refusal_messages import REFUSAL_MESSAGES
from petition.admin.responses import form_status, redirect_to_page, render_page
from petition.admin.review.forms import EnterForm
from petition.models import Endorsement, Origin
from petition.reference import clock


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST store the endorsement, which its contact or a second moderator then confirms."""
    form = EnterForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            endorsement = _enter(request, form)
        except (NotOpen, DuplicateEndorsement, AlreadyEntered) as error:
            form.add_error(None, str(REFUSAL_MESSAGES[type(error)]))
        else:
            by_mail = endorsement.origin == Origin.EMAIL
            messages.success(
                request,
                _("We sent an e-mail asking the contact to confirm.")
                if by_mail
                else _("A second moderator must confirm it."),
            )
            return redirect_to_page("endorsement", endorsement.pk)
    context = {"form": form, "title": _("Add endorsement")}
    return render_page(request, "decision/enter.html", context, status=form_status(form))


def _enter(request: HttpRequest, form: EnterForm) -> Endorsement:
    cleaned = form.cleaned_data
    return manual_entry.enter_endorsement(
        cleaned["appeal"],
        form.to_submission(),
        origin=Origin(cleaned["origin"]),
        note=cleaned["note"],
        by=current_actor(request),
        at=clock.now(),
    )
