"""What moderators type about an endorsement: decisions, notes, questions, checks, spellings, and whole endorsements."""

import unicodedata
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext_lazy as _

from petition.actions.bulk_entry.entry_form import EntryForm
from petition.models import Appeal, Check, Origin
from petition.reference.country_fields import CountryCodesField
from petition.text import input_rules, names
from petition.text.form_fields import INVALID_TEXT, LineField

NOTE_LENGTH = 300
_TEXTAREA = {"rows": 3, "dir": "auto"}
_LIKELY = ("ky", "ru", "en", "kk", "uz", "tg", "uk", "be", "ka", "hy", "az", "pl", "de", "fr")
"""Languages of the countries from which organisations signed the appeal of 2020, the likeliest first."""
_NAMES = {
    code: unicodedata.normalize("NFC", info["name_local"]) for code, info in LANG_INFO.items() if "name_local" in info
}
LANGUAGE_CHOICES = [
    ("", "–"),
    (_("Likely"), [(code, _NAMES[code]) for code in _LIKELY]),
    (
        _("Others"),
        sorted(
            ((code, name) for code, name in _NAMES.items() if code not in _LIKELY),
            key=lambda pair: names.collation_key(pair[1]),
        ),
    ),
]
"""Code and own name of each language that Django knows."""


class LanguageSelect(forms.Select):
    """A select of languages, each under its own name and with its `lang`, so that it is read aloud right."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **options)
        option["attrs"] |= {"lang": value} if value else {}
        return option


class RejectForm(forms.Form):
    reason = forms.CharField(max_length=40, error_messages={"required": _("Choose a reason.")})
    note = forms.CharField(
        label=_("Internal note"),
        help_text=_("Encrypted. Only moderators see it. Deleted with the contact."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXTAREA),
    )


class InternalNoteForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Internal note"),
        help_text=_("Encrypted. Only moderators see it. Deleted with the contact. Leave empty to delete it now."),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs=_TEXTAREA),
    )


class SpellingForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    organisation_name = LineField(label=_("Name of the organisation"), max_length=300)
    acronym = LineField(label=_("Acronym"), required=False, max_length=50)
    countries = CountryCodesField()


class NameLanguageForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Language of the name"),
        help_text=_("For screen readers. Leave empty if you do not know."),
        required=False,
        choices=LANGUAGE_CHOICES,
        widget=LanguageSelect,
    )


CHECKS = [
    ("", _("Only by its own e-mail")),
    *((check.value, check.label) for check in Check if check != Check.IMPORTED),
]


class QuestionForm(forms.Form):
    words = forms.CharField(
        label=_("Question to the organisation"),
        help_text=_("The organisation reads it on its own page. The e-mail contains only a link."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write the question.")},
    )


class NoteForm(forms.Form):
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Public note"),
        help_text=_("Public, with a date. Leave empty to remove it."),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_words(self) -> str:
        words = names.clean(self.cleaned_data["words"])
        if words and input_rules.broken_name_rules(words):
            raise forms.ValidationError(INVALID_TEXT)
        return words


class CheckForm(forms.Form):
    how = forms.ChoiceField(label=_("Checked"), choices=CHECKS, required=False, widget=forms.RadioSelect)
    voucher = forms.CharField(
        label=_("Who vouches"),
        help_text=_("Its reference, like original-12 or further-12."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=_("Details"),
        help_text=_("Encrypted. Only moderators see it. Deleted with the contact."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    member = forms.BooleanField(label=_("Membership checked"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_note(self) -> str:
        words = names.clean(self.cleaned_data["note"])
        if input_rules.broken_rules(words):
            raise forms.ValidationError(INVALID_TEXT)
        return words

    def clean(self) -> dict[str, Any]:
        """Require the voucher and the note where they are how it was checked."""
        typed = super().clean() or {}
        if typed.get("how") == Check.VOUCHED and not typed.get("voucher"):
            self.add_error("voucher", _("Enter which listed organisation vouches for it."))
        if typed.get("how") == Check.OTHER and not typed.get("note") and "note" not in self.errors:
            self.add_error("note", _("Describe how you checked it."))
        return typed


class EnterForm(EntryForm):
    """One endorsement, how it came, and to which appeal."""

    origin = forms.ChoiceField(
        label=_("How it came"),
        choices=[
            (Origin.EMAIL, _("By e-mail. The contact confirms with a button.")),
            (Origin.LETTER, _("By letter or call. A second moderator confirms.")),
        ],
        widget=forms.RadioSelect,
    )
    appeal = forms.ModelChoiceField(Appeal.objects.none(), label=_("Appeal"), to_field_name="slug", empty_label=None)
    note = forms.CharField(
        label=_("Internal note"),
        help_text=_("Where the letter is, who signed, who called. Encrypted. Deleted with the contact."),
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXTAREA),
    )
    field_order = ("origin", "appeal")

    def __init__(self, typed: Any) -> None:
        super().__init__(typed, initial={"language": get_language()})
        appeals = Appeal.objects.published().order_by("is_demo", "-issued_on")
        self.fields["appeal"].queryset = appeals  # type: ignore[attr-defined]

    def is_by_mail(self) -> bool:
        return bool(self.cleaned_data.get("origin") == Origin.EMAIL)
