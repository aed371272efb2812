"""The page behind an invitation, where a member of the team chooses a password. Opening it changes nothing."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.refusals import NoSuchInvitation
from petition.actions.staff import accounts
from petition.admin.responses import form_status
from petition.reference import clock


@csrf_exempt  # the link is the proof; without a referrer browsers send `Origin: null`, which Django refuses
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form; on POST set the password of the account that this link belongs to, once."""
    try:
        account = accounts.get_invited_account(token, at=clock.now())
        form = SetPasswordForm(account, request.POST if request.method == "POST" else None)
        if form.is_valid():
            accounts.accept_invitation(token, form.cleaned_data["new_password1"], at=clock.now())
            messages.success(request, _("The password is set. Sign in with it."))
            return HttpResponseRedirect(reverse("account_login"), status=HTTPStatus.SEE_OTHER)
    except NoSuchInvitation:
        context: dict[str, object] = {"title": _("This link is no longer valid")}
        status = HTTPStatus.NOT_FOUND
    else:
        context = {"title": _("Choose a password"), "form": form, "account": account}
        status = form_status(form)
    # Not render_page(): nobody is signed in, so there is no menu and nothing to undo.
    response = TemplateResponse(request, "admin/petition/team/invitation.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response
