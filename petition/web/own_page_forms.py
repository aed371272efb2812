"""The forms of the own page. Their fields are those of the form by which an organisation endorses."""

from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.vocabulary import names
from petition.vocabulary.line_field import ADVICE
from petition.vocabulary.mailbox_field import MailboxField
from petition.web.endorse_form import EndorseForm

MOST_WORDS = 2_000
"""Characters of an answer."""


class PartForm(forms.Form):
    """A form of some of the endorsement form's fields."""

    parts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields = {name: deepcopy(EndorseForm.base_fields[name]) for name in self.parts} | self.fields


class CorrectionForm(PartForm):
    parts = ("organisation_name", "acronym", "countries")
    old_line_public = forms.BooleanField(
        required=False,
        label=_("The line as it is now may stay in the public list of changes"),
        help_text=_("Otherwise the list of changes says that the line was corrected, and not how it read before."),
    )


class ContactForm(PartForm):
    parts = ("contact_name", "contact_role")
    contact_email = MailboxField(
        label=_("The new e-mail address"),
        error_messages={"required": _("Enter your e-mail address.")},
        help_text=_("One mail goes there, and one to the present address; both are to be confirmed."),
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=MOST_WORDS,
        help_text=_("Only the secretariat can read it."),
        error_messages={"required": _("Write an answer.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "autocomplete": "off"}),
    )

    def clean_answer(self) -> str:
        """Lines of text, each held against the input policy (vocabulary/troubles.py)."""
        lines = [names.clean(line) for line in str(self.cleaned_data["answer"]).splitlines()]
        found = {trouble for line in lines for trouble in (names.troubles(line) if line else ())}
        if found:
            raise forms.ValidationError([ADVICE[trouble] for trouble in sorted(found)])
        return "\n".join(lines)
