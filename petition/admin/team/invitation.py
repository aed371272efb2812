"""The page behind an invitation: a member of the staff chooses a password. Opening it changes nothing."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.actions.staff import accounts
from petition.reference import clock


@csrf_exempt  # the link is the proof; without a referrer browsers send `Origin: null`, which Django refuses
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The account of this link gets the password that was typed, once."""
    try:
        account = accounts.invited(token, at=clock.now())
        form = SetPasswordForm(account, request.POST if request.method == "POST" else None)
        if form.is_valid():
            accounts.accept(token, form.cleaned_data["new_password1"], at=clock.now())
            messages.success(request, _("The password is set. Sign in with it."))
            return HttpResponseRedirect(reverse("account_login"), status=HTTPStatus.SEE_OTHER)
    except accounts.NoSuchInvitation:
        content: dict[str, object] = {"title": _("This link is not valid any more")}
        status = HTTPStatus.NOT_FOUND
    else:
        content = {"title": _("Choose a password"), "form": form, "account": account}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = TemplateResponse(request, "admin/petition/team/invitation.html", content, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response
