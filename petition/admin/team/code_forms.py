"""The forms of allauth that take a code of the second factor, with the limits of actions/staff/second_factor_codes.py.

allauth counts wrong codes by network and keeps used ones in the cache, which may be the memory of one process.
"""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm, ReauthenticateForm as AllauthAgain
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from petition.actions.refusals import CodesBlocked
from petition.actions.staff import second_factor_codes
from petition.reference import clock


class _LimitedCode:
    """Check a code of an app, or a recovery code, with our limits in place of allauth's."""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]  # of the form that this is mixed into
        account = self.user  # type: ignore[attr-defined]
        try:
            self.authenticator = second_factor_codes.accept_code(account, code, at=clock.now())
        except CodesBlocked as blocked:
            until = {"time": date_format(timezone.localtime(blocked.until), "H:i e")}
            words = _("Too many wrong codes. This account accepts no code until %(time)s. A passkey works.")
            raise ValidationError(words % until, code="codes_blocked") from blocked
        if self.authenticator is None and second_factor_codes.is_code_used(account, code, at=clock.now()):
            words = _("This code was already used. Wait for the next code in your app.")
            raise ValidationError(words, code="code_used")
        if self.authenticator is None:
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_LimitedCode, AllauthAuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The form at sign-in, after the password."""


class ReauthenticateForm(_LimitedCode, AllauthAgain):  # type: ignore[misc]
    """The form for an account that is signed in and is asked again."""


class ActivateTOTPForm(AllauthActivateTOTPForm):  # type: ignore[misc]
    """The form that sets up an authenticator app. Its first code counts as used."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        second_factor_codes.remember_first_code(self.user, self.secret, code, at=clock.now())
        return code
