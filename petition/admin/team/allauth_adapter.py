"""What allauth does differently here: only staff sign in, and nobody signs up."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from petition.actions.audit import Actor, record_for
from petition.actions.staff import second_factor_secrets
from petition.actions.staff.accounts import queue_new_device_mail
from petition.admin.team import known_browsers
from petition.reference import clock
from petition.security import networks

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types for it
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Complete the sign-in, which the audit log names.

        The owner gets a mail if this browser had not signed in to the account before.
        """
        response: HttpResponse = super().post_login(request, user, **options)
        record_for("account", user.pk, "sign_in", by=Actor.staff(user.pk), at=clock.now())
        if not known_browsers.is_known(request, user):
            queue_new_device_mail(user, at=clock.now())
            known_browsers.remember(request, response, user)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down that a password was wrong, without whose or from where: that is counted, and forgotten."""
        super().authentication_failed(request, **credentials)
        log.warning("A sign-in failed.")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what wrong passwords are counted by: the network, as in the rest of the site."""
        return networks.get_network(request.META)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """Secrets of second factors are stored encrypted."""

    def encrypt(self, text: str) -> str:
        return second_factor_secrets.encrypt_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor_secrets.decrypt_secret(encrypted_text)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]  # as above
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # it would say the label again, in grey

    def add_prefix(self, field_name: str) -> str:
        """Name the field `username`, as Django and password managers do."""
        return super().add_prefix("username" if field_name == "login" else field_name)  # type: ignore[no-any-return]
