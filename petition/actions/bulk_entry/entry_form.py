"""The form for one endorsement that came by e-mail, letter or call, and for each row of a table of them."""

from dataclasses import fields
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.actions.intake.submissions import Submission
from petition.models import Display, Origin
from petition.reference.country_fields import CountryCodesField
from petition.reference.languages import LANGUAGES
from petition.text.form_fields import LineField, MailboxField

FIELDS: Final = tuple(field.name for field in fields(Submission))


class EntryForm(forms.Form):
    """What the public form asks, without the declarations. A contact is needed where it confirms by e-mail."""

    organisation_name = LineField(label=_("Name of the organisation"), max_length=300)
    acronym = LineField(label=_("Acronym"), required=False, max_length=50)
    countries = CountryCodesField()
    website = LineField(label=_("Website"), is_name=False, required=False, max_length=200)
    display = forms.ChoiceField(label=_("Name on the list"), choices=Display.choices, widget=forms.RadioSelect)
    member = forms.BooleanField(label=_("Says that it is a member"), required=False)
    language = forms.ChoiceField(label=_("Language of e-mails"), choices=list(LANGUAGES.items()))
    contact_name = LineField(label=_("Contact person"), required=False, max_length=200)
    contact_role = LineField(label=_("Role"), required=False, max_length=200)
    contact_email = MailboxField(label=_("E-mail address"), required=False, attrs={"autocomplete": "off"})

    def is_by_mail(self) -> bool:
        """Return whether the contact confirms by e-mail."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("contact_name", "contact_role", "contact_email"):
            if self.is_by_mail() and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Needed, because the contact confirms by e-mail."))
        return cleaned

    def to_submission(self) -> Submission:
        """Return what was entered, for a valid form."""
        cleaned = self.cleaned_data | {"countries": tuple(self.cleaned_data["countries"].split())}
        return Submission(**{name: cleaned[name] for name in FIELDS})


class RowForm(EntryForm):
    """One row of a table of `origin`; `typed` has its cells by the name of the field."""

    def __init__(self, typed: Any, *, origin: str) -> None:
        self._origin = origin
        super().__init__(typed)

    def is_by_mail(self) -> bool:
        return self._origin == Origin.EMAIL

    def clean_member(self) -> bool:
        if self.data.get("member", "") not in ("", "on"):
            raise forms.ValidationError(_("Write “yes” or “no”."))
        return bool(self.cleaned_data["member"])

    def clean(self) -> dict[str, Any]:
        if self.data.get("surplus"):
            self.add_error(
                None, _("The row has more cells than there are columns. Put a text with a comma in quotation marks.")
            )
        return super().clean()
