"""What staff type: a question, a note, the notice before the form."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.vocabulary import names

NOTE_LENGTH = 300
_STRANGE = _("Remove invisible characters; begin with a letter, a digit or a quotation mark.")


class QuestionForm(forms.Form):
    words = forms.CharField(
        label=_("Question to the organisation"),
        help_text=_("It stands on the organisation’s own page; the mail brings a link and not these words."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write the question.")},
    )


class NoteForm(forms.Form):
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
            raise forms.ValidationError(_STRANGE)
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
            raise forms.ValidationError(_STRANGE)
        return paragraphs
