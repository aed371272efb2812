"""The three small forms of the way out: a lost link, a removal code, a message to the secretariat."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.models import About, Kind
from petition.publishing import records
from petition.text.mailbox_field import MailboxField

MOST_WORDS = 4_000
"""Characters of a message."""
_REFERENCE = re.compile(r"\b(original|further)\W{0,3}([1-9][0-9]{0,8})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b[1-9][0-9]{0,8}\b")


class LostLinkForm(forms.Form):
    mailbox = MailboxField(
        label=_("The e-mail address that confirmed"), error_messages={"required": _("Enter your e-mail address.")}
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Removal code"),
        max_length=40,
        error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )


class MessageForm(forms.Form):
    about = forms.ChoiceField(
        label=_("What it is about"),
        choices=About.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )
    line = forms.CharField(
        label=_("Which line"),
        help_text=_("Its number on the list, if you know it."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    words = forms.CharField(
        label=_("Message"),
        max_length=MOST_WORDS,
        error_messages={"required": _("Say in a few words what it is about.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "autocomplete": "off"}),
    )
    answer_to = MailboxField(label=_("Your e-mail address, if you want an answer"), required=False)

    def whole(self, slug: str) -> tuple[str, str]:
        """The reference of the line meant, and the message as the secretariat reads it.

        Where no line of this appeal is meant for certain, what was typed for it stands first.
        """
        told = self.cleaned_data
        reference = reference_of(slug, told["line"])
        if reference or not told["line"]:
            return reference, told["words"]
        return reference, f"{told['line']}\n\n{told['words']}"


def reference_of(slug: str, typed: str) -> str:
    """`further-12` for a line of the appeal that `typed` means for certain, else ''.

    A number alone means the line that has it; where both lists do, it could be either.
    """
    numbers = _NUMBER.findall(typed)
    possible = _REFERENCE.findall(typed) or [(kind, numbers[0]) for kind in Kind.values if len(numbers) == 1]
    meant = {(kind.lower(), number) for kind, number in possible}
    lines = [f"{kind}-{number}" for kind, number in meant if records.has_signatory(slug, kind, int(number))]
    return lines[0] if len(lines) == 1 else ""
