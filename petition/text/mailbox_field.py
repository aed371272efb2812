"""The form field for a mailbox, which every form with an e-mail address uses."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.text.mailboxes import LONGEST, canonical

_ATTRIBUTES = {
    "autocomplete": "email",
    "inputmode": "email",
    "autocapitalize": "off",
    "autocorrect": "off",
    "spellcheck": "false",
    "dir": "ltr",
}


class MailboxField(forms.CharField):
    """A mailbox in its one spelling (mailboxes.py); '' where none is needed and none was given.

    Not `<input type="email">`: Chromium rewrites the domain in it by IDNA 2003, so `faß.de` would reach us as
    `fass.de`, which is somebody else's. `inputmode` brings up the same keyboard.
    """

    default_error_messages = {"invalid": _("Enter a valid e-mail address.")}

    def __init__(self, *, attrs: dict[str, str] | None = None, **options: Any) -> None:
        widget = forms.TextInput(attrs=_ATTRIBUTES | (attrs or {}))
        super().__init__(max_length=LONGEST, widget=widget, **options)

    def clean(self, value: Any) -> str:
        typed = super().clean(value) or ""
        mailbox = canonical(typed) if typed else ""
        if mailbox is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return mailbox
