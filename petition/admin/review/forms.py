"""What moderators type about an endorsement: decisions, notes, questions, checks, spellings, and whole endorsements."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext_lazy as _

from petition.actions.mailing.decision_mails import OTHER_REASON
from petition.models import Appeal, Check, Display, Origin
from petition.reference import countries
from petition.reference.languages import LANGUAGES
from petition.text import input_rules, names
from petition.text.form_fields import MailboxField, SingleLineField

NOTE_LENGTH = 300
_INVALID_TEXT = _("Remove invisible characters; begin with a letter, a digit or a quotation mark.")
_TEXTAREA = {"rows": 3, "dir": "auto"}
LANGUAGE_NAMES = sorted(
    ((code, info["name_local"]) for code, info in LANG_INFO.items() if "name_local" in info),
    key=lambda pair: names.collation_key(pair[1]),
)
"""Code and own name of each language that Django knows, in the order of the names."""


class LanguageSelect(forms.Select):
    """A select of languages, each under its own name and with its `lang`, so that it is read aloud right."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **options)
        option["attrs"] |= {"lang": value} if value else {}
        return option


class LineField(SingleLineField):
    """One line of text, with one message for all input rules."""

    default_error_messages = {"invalid": _INVALID_TEXT}

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}), **options)


class CountryCodesField(forms.CharField):
    """ISO 3166-1 alpha-2 codes, separated by spaces."""

    def __init__(self) -> None:
        attrs = {"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        super().__init__(
            label=_("Countries to print"),
            help_text=_("Codes of two letters, a space between: KG KZ. Three at most."),
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs=attrs),
        )

    def clean(self, value: Any) -> str:
        codes = list(dict.fromkeys(super().clean(value).upper().replace(",", " ").split()))
        if len(codes) > 3 or not set(codes) <= countries.COUNTRY_CODES:
            raise forms.ValidationError(_("Enter three codes of countries at most, like KG KZ."))
        return " ".join(codes)


class RejectForm(forms.Form):
    reason = forms.CharField(required=False, max_length=40)
    note = forms.CharField(
        label=_("Note for moderators"),
        help_text=_("Sealed, never in the trail or in a mail; erased with the contact."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXTAREA),
    )

    def clean_reason(self) -> str:
        return self.cleaned_data["reason"] or OTHER_REASON


class InternalNoteForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note for moderators"),
        help_text=_("Sealed, never in the trail or in a mail; erased with the contact. Leave empty to erase it now."),
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
        help_text=_("So that it is read aloud and hyphenated right. Leave empty where nobody can say."),
        required=False,
        choices=[("", "–"), *LANGUAGE_NAMES],
        widget=LanguageSelect,
    )


CHECKS = [
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
        if words and input_rules.broken_name_rules(words):
            raise forms.ValidationError(_INVALID_TEXT)
        return words


class CheckForm(forms.Form):
    how = forms.ChoiceField(label=_("Checked"), choices=CHECKS, required=False, widget=forms.RadioSelect)
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
        if input_rules.broken_rules(words):
            raise forms.ValidationError(_INVALID_TEXT)
        return words

    def clean(self) -> dict[str, Any]:
        """Require the voucher and the note where they are how it was checked."""
        typed = super().clean() or {}
        if typed.get("how") == Check.VOUCHED and not typed.get("voucher"):
            self.add_error("voucher", _("Say which listed organisation vouches for it."))
        if typed.get("how") == Check.OTHER and not typed.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say how it was checked."))
        return typed


class EnterForm(forms.Form):
    """What the public form asks, without the declarations."""

    origin = forms.ChoiceField(
        label=_("How it came"),
        choices=[
            (Origin.EMAIL, _("By e-mail: its contact confirms by a button")),
            (Origin.LETTER, _("By letter or call: a second moderator confirms")),
        ],
        widget=forms.RadioSelect,
    )
    appeal = forms.ModelChoiceField(Appeal.objects.none(), label=_("Appeal"), to_field_name="slug", empty_label=None)
    organisation_name = LineField(label=_("Name of the organisation"), max_length=300)
    acronym = LineField(label=_("Acronym"), required=False, max_length=50)
    countries = CountryCodesField()
    website = LineField(label=_("Website"), is_name=False, required=False, max_length=200)
    display = forms.ChoiceField(label=_("Appears"), choices=Display.choices, widget=forms.RadioSelect)
    member = forms.BooleanField(label=_("Says it is a member"), required=False)
    language = forms.ChoiceField(label=_("Language of its mails"), choices=list(LANGUAGES.items()))
    contact_name = LineField(label=_("Who wrote"), required=False, max_length=200)
    contact_role = LineField(label=_("Role in the organisation"), required=False, max_length=200)
    contact_email = MailboxField(label=_("E-mail address"), required=False, attrs={"autocomplete": "off"})
    note = forms.CharField(
        label=_("Note for moderators"),
        help_text=_("Where the mail or letter lies, who signed it, who called. Sealed, and erased with the contact."),
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXTAREA),
    )

    def __init__(self, typed: Any) -> None:
        super().__init__(typed, initial={"language": get_language()})
        appeals = Appeal.objects.filter(published_at__isnull=False).order_by("is_demo", "-issued_on")
        self.fields["appeal"].queryset = appeals  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        by_mail = cleaned.get("origin") == Origin.EMAIL
        for name in ("contact_name", "contact_role", "contact_email"):
            if by_mail and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("After an e-mail this is needed: the contact confirms."))
        return cleaned
