"""What an editor types to freeze the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.text import names


class EditionForm(forms.Form):
    appeal = forms.ChoiceField(label=_("Appeal"))
    dated = forms.DateField(
        label=_("Date of the delivery"),
        help_text=_("Today or later. It is the edition’s address, so there is one a day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    addressee = forms.CharField(
        label=_("Addressee"),
        help_text=_("Public, as it will stand in the documents. An office rather than a person."),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Write whom it is delivered to.")},
    )

    def __init__(self, *args: Any, slugs: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["appeal"].choices = [(slug, slug) for slug in slugs]  # type: ignore[attr-defined]  # of a choice

    def clean_addressee(self) -> str:
        addressee = names.clean(self.cleaned_data["addressee"])
        if names.name_troubles(addressee):
            raise forms.ValidationError(
                _("Remove invisible characters; begin with a letter, a digit or a quotation mark.")
            )
        return addressee
