"""What staff type: a question, a note, the notice before the form."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.models import Check
from petition.vocabulary import names

NOTE_LENGTH = 300
STRANGE = _("Remove invisible characters; begin with a letter, a digit or a quotation mark.")


HOW = [
    ("", _("By its own mailbox alone")),
    *((check.value, check.label) for check in Check if check != Check.IMPORTED),
]


class QuestionForm(forms.Form):
    words = forms.CharField(
        label=_("Question to the organisation"),
        help_text=_("It stands on the organisation’s own page; the mail brings a link and not these words."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write the question.")},
    )


class NoteForm(forms.Form):
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Note beside the line"),
        help_text=_("Public and dated. Leave empty to take it away."),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_words(self) -> str:
        words = names.clean(self.cleaned_data["words"])
        if words and names.name_troubles(words):
            raise forms.ValidationError(STRANGE)
        return words


class NoticeForm(forms.Form):
    words = forms.CharField(
        label=_("Notice"),
        help_text=_("A blank line between paragraphs. Leave empty to bring our own words back."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    dated = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )

    def clean_words(self) -> list[str]:
        """The paragraphs, each on one line."""
        found = [names.clean(block) for block in re.split(r"\n\s*\n", self.cleaned_data["words"].replace("\r\n", "\n"))]
        paragraphs = [paragraph for paragraph in found if paragraph]
        if any(names.troubles(paragraph) for paragraph in paragraphs):
            raise forms.ValidationError(STRANGE)
        return paragraphs


class CheckForm(forms.Form):
    how = forms.ChoiceField(label=_("Checked"), choices=HOW, required=False, widget=forms.RadioSelect)
    voucher = forms.CharField(
        label=_("Who vouches for it"),
        help_text=_("Its line, like original-12 or further-12."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=_("In words"),
        help_text=_("Sealed, for the secretariat alone; erased with the contact."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    member = forms.BooleanField(label=_("It is a member: checked"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_note(self) -> str:
        words = names.clean(self.cleaned_data["note"])
        if names.troubles(words):
            raise forms.ValidationError(STRANGE)
        return words

    def clean(self) -> dict[str, Any]:
        """Who vouches, and the other way, are said where they are what was checked."""
        typed = super().clean() or {}
        if typed.get("how") == Check.VOUCHED and not typed.get("voucher"):
            self.add_error("voucher", _("Say which listed organisation vouches for it."))
        if typed.get("how") == Check.OTHER and not typed.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say how it was checked."))
        return typed
