"""How allauth behaves here: staff only, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from petition.actions.staff.accounts import tell_of_new_device
from petition.admin.team import known_browsers
from petition.reference import clock
from petition.security import networks


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types for it
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Signed in. Where this browser did not know the account, its owner hears of it by mail."""
        response: HttpResponse = super().post_login(request, user, **options)
        if not known_browsers.is_known(request, user):
            tell_of_new_device(user, at=clock.now())
            known_browsers.remember(request, response, user)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """What tries at passwords are counted by: the network, told as the rest of the site tells it."""
        return networks.network_of(request.META)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]  # as above
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # it would say the label again, in grey

    def add_prefix(self, field_name: str) -> str:
        """The field that Django and password managers call `username` is called so here too."""
        return super().add_prefix("username" if field_name == "login" else field_name)  # type: ignore[no-any-return]
