"""What staff type about a decision: a reason, a note, a spelling, a language, an endorsement that came by letter."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext_lazy as _

from petition.actions.decision_mails import OTHER
from petition.admin.forms import STRANGE
from petition.models import Appeal, Display, Endorsement, Origin, Reason
from petition.vocabulary import countries, names
from petition.vocabulary.languages import LANGUAGES
from petition.vocabulary.line_field import LineField
from petition.vocabulary.mailbox_field import MailboxField

_WORDS = {"rows": 3, "dir": "auto"}
NAMES_OF_LANGUAGES = sorted(
    ((code, told["name_local"]) for code, told in LANG_INFO.items() if "name_local" in told),
    key=lambda pair: names.collation_key(pair[1]),
)
"""Languages under their own names."""


class OwnNames(forms.Select):
    """Languages to choose from, each marked as what it is."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **options)
        option["attrs"] |= {"lang": value} if value else {}
        return option


def _line(**options: Any) -> LineField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return LineField(advice=STRANGE, widget=widget, **options)


class CountryCodesField(forms.CharField):
    """ISO 3166-1 alpha-2 codes, a space between."""

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
        if len(codes) > 3 or not set(codes) <= countries.CODES:
            raise forms.ValidationError(_("Enter three codes of countries at most, like KG KZ."))
        return " ".join(codes)


class RejectForm(forms.Form):
    reason = forms.CharField(required=False, max_length=40)
    note = forms.CharField(
        label=_("Note for moderators"),
        help_text=_("Sealed, never in the trail or in a mail; erased with the contact."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=_WORDS),
    )

    def clean_reason(self) -> str:
        return self.cleaned_data["reason"] or OTHER


class InternalNoteForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note for moderators"),
        help_text=_("Sealed, never in the trail or in a mail; erased with the contact. Leave empty to erase it now."),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs=_WORDS),
    )


class SpellingForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    organisation_name = _line(label=_("Name of the organisation"), max_length=300)
    acronym = _line(label=_("Acronym"), required=False, max_length=50)
    countries = CountryCodesField()


class NameLanguageForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Language of the name"),
        help_text=_("So that it is read aloud and hyphenated right. Leave empty where nobody can say."),
        required=False,
        choices=[("", "–"), *NAMES_OF_LANGUAGES],
        widget=OwnNames,
    )


class ReasonForm(forms.Form):
    """A label and the words of the mail in each language."""

    code = forms.SlugField(
        label=_("Code"), help_text=_("Stands in the trail and is never changed: like closed_body."), max_length=40
    )

    def __init__(self, typed: Any, *, reason: Reason | None) -> None:
        told = {"is_offered": True, "sends_mail": True}
        if reason:
            told = {"sends_mail": reason.sends_mail, "is_offered": reason.is_offered}
            told |= {f"label_{code}": text for code, text in reason.labels.items()}
            told |= {f"words_{code}": text for code, text in reason.words.items()}
        super().__init__(typed, initial=told)
        if reason:
            del self.fields["code"]
        for code, own in LANGUAGES.items():
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("Label, %(language)s") % {"language": own}, max_length=100, widget=_in_language(code, 1)
            )
        for code, own in LANGUAGES.items():
            self.fields[f"words_{code}"] = forms.CharField(
                label=_("Words of the mail, %(language)s") % {"language": own},
                required=False,
                max_length=500,
                widget=_in_language(code, 3),
            )
        self.fields["sends_mail"] = forms.BooleanField(label=_("A mail is sent"), required=False)
        self.fields["is_offered"] = forms.BooleanField(label=_("Moderators can choose it"), required=False)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code == "new" or Reason.objects.filter(code=code).exists():
            raise forms.ValidationError(_("This code is taken."))
        return code

    def told(self) -> dict[str, Any]:
        """What the deed takes, but for the code."""
        cleaned = self.cleaned_data
        return {
            "labels": {code: cleaned[f"label_{code}"] for code in LANGUAGES},
            "words": {code: " ".join(cleaned[f"words_{code}"].split()) for code in LANGUAGES},
            "sends_mail": cleaned["sends_mail"],
            "is_offered": cleaned["is_offered"],
        }


def _in_language(code: str, rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "lang": code})


class EnterForm(forms.Form):
    """What the form asks an organisation, but for its declarations."""

    origin = forms.ChoiceField(
        label=_("How it came"),
        choices=[
            (Origin.EMAIL, _("By e-mail: its contact confirms by a button")),
            (Origin.LETTER, _("By letter or call: a second moderator confirms")),
        ],
        widget=forms.RadioSelect,
    )
    appeal = forms.ModelChoiceField(Appeal.objects.none(), label=_("Appeal"), to_field_name="slug", empty_label=None)
    organisation_name = _line(label=_("Name of the organisation"), max_length=300)
    acronym = _line(label=_("Acronym"), required=False, max_length=50)
    countries = CountryCodesField()
    website = _line(label=_("Website"), is_name=False, required=False, max_length=200)
    display = forms.ChoiceField(label=_("Appears"), choices=Display.choices, widget=forms.RadioSelect)
    member = forms.BooleanField(label=_("Says it is a member"), required=False)
    language = forms.ChoiceField(label=_("Language of its mails"), choices=list(LANGUAGES.items()))
    contact_name = _line(label=_("Who wrote"), required=False, max_length=200)
    contact_role = _line(label=_("Role in the organisation"), required=False, max_length=200)
    contact_email = MailboxField(label=_("E-mail address"), required=False, attrs={"autocomplete": "off"})
    note = forms.CharField(
        label=_("Note for moderators"),
        help_text=_("Where the mail or letter lies, who signed it, who called. Sealed, and erased with the contact."),
        max_length=2000,
        widget=forms.Textarea(attrs=_WORDS),
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


def spelling_form(found: Endorsement, line: dict[str, str], seen: str) -> SpellingForm:
    """As the name is spelled now."""
    return SpellingForm(initial=line | {"seen": seen}, auto_id="spelling-%s")
