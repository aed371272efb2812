"""The form by which an organisation endorses: fields, their limits, and every sentence they may answer with."""

from typing import Any

from crispy_forms.bootstrap import Field
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout, Submit
from django import forms
from django.core.validators import RegexValidator
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy as _, override

from petition.models import Display
from petition.vocabulary import countries
from petition.vocabulary.languages import AWAITING_NATIVE_READER, READ_INSTEAD
from petition.vocabulary.line_field import LineField
from petition.vocabulary.mailbox_field import MailboxField

MOST_COUNTRIES = 3
DECLARATIONS = ("authority", "consent_processing", "consent_publication")

# Names are to come out as typed, letter for letter. There is no enterkeyhint but on the mailbox: elsewhere Android
# says "next" of itself, and a "next" of ours would be untrue on iOS, where Enter sends the form all the same.
_AS_TYPED = {"autocorrect": "off", "spellcheck": "false"}
_ADDRESS = _AS_TYPED | {"autocapitalize": "off", "dir": "ltr"}


class CountrySelects(forms.SelectMultiple):
    """Several plain drop-down lists of one name instead of one multiple-choice box, which few people can use."""

    template_name = "endorse/country_selects.html"
    use_fieldset = True

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""  # the legend names the group, each list has its own name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = [code for code in value or [] if code][:MOST_COUNTRIES]
        chosen += [""] * (MOST_COUNTRIES - len(chosen))
        context = super().get_context(name, [], attrs)
        options = countries.choices(get_language() or "en")
        context["selects"] = [(place, code, options) for place, code in enumerate(chosen)]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [code for code in data.getlist(name) if code] if hasattr(data, "getlist") else list(data.get(name, ()))


class CountriesField(forms.Field):
    """None to MOST_COUNTRIES ISO 3166-1 alpha-2 codes, in the order given, each once."""

    widget = CountrySelects

    def clean(self, value: Any) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(code.strip().upper() for code in value or ()))
        if not set(codes) <= countries.CODES:
            raise forms.ValidationError(_("Choose countries from the list."))
        if len(codes) > MOST_COUNTRIES:
            raise forms.ValidationError(_("Choose three countries at most."))
        return codes


def read_instead(words: Any) -> str:
    """The same words as HTML, marked (WCAG 3.1.2), in a language whose wording a native reader has read."""
    with override(READ_INSTEAD):
        return format_html('<span lang="{}">{}</span>', READ_INSTEAD, words)


class EndorseForm(forms.Form):
    organisation_name = LineField(
        label=_("Name of the organisation, exactly as it should appear"),
        max_length=300,
        error_messages={"required": _("Enter the name of the organisation.")},
        widget=forms.TextInput(attrs=_AS_TYPED | {"autocomplete": "organization", "dir": "auto"}),
    )
    acronym = LineField(
        label=_("Acronym"),
        required=False,
        max_length=50,
        widget=forms.TextInput(
            attrs=_AS_TYPED | {"autocomplete": "off", "dir": "auto", "autocapitalize": "characters"}
        ),
    )
    countries = CountriesField(label=_("Country or countries to print"), required=False)
    website = LineField(
        label=_("Website"),
        is_name=False,
        required=False,
        max_length=200,
        help_text=_("Helps us check; it is not published."),
        validators=[
            RegexValidator(
                r"^(https?://)?[^\s/@]+\.[^\s/@]+(/\S*)?$",
                _("Enter an address like www.example.org, or leave this empty."),
            )
        ],
        widget=forms.TextInput(attrs=_ADDRESS | {"autocomplete": "url", "inputmode": "url"}),
    )
    display = forms.ChoiceField(
        label=_("How the organisation appears"),
        choices=[
            (Display.NAMED, _("Named: our line stands on the public list.")),
            (
                Display.WITHHELD,
                _("Not named: we are counted; nobody outside the secretariat learns our name, authorities included."),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether the organisation is named or not named.")},
    )
    member = forms.BooleanField(required=False)
    contact_name = LineField(
        label=_("Your name"),
        max_length=200,
        error_messages={"required": _("Enter your name.")},
        widget=forms.TextInput(attrs=_AS_TYPED | {"autocomplete": "name", "dir": "auto", "autocapitalize": "words"}),
    )
    contact_role = LineField(
        label=_("Your role in the organisation"),
        max_length=200,
        error_messages={"required": _("Enter your role.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title", "dir": "auto"}),
    )
    contact_email = MailboxField(
        label=_("Your e-mail address"),
        error_messages={"required": _("Enter your e-mail address.")},
        help_text=_("We send a mail there, with a link to confirm."),
        attrs={"enterkeyhint": "send"},
    )
    authority = forms.BooleanField(
        label=_("I am authorised to endorse this appeal on behalf of the organisation."),
        error_messages={"required": _("Confirm that you are authorised, or ask somebody who is.")},
    )
    consent_processing = forms.BooleanField(
        label=_("I agree that the secretariat stores and uses what I enter here to check and manage this endorsement."),
        error_messages={"required": _("Without this agreement nothing can be stored.")},
    )
    consent_publication = forms.BooleanField(
        label=_(
            "If named: the organisation agrees that its name, acronym and countries are published with this appeal."
        ),
        required=False,
    )

    def __init__(self, *args: Any, issuer: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"].label = _("The organisation is a member: %(issuer)s") % {"issuer": issuer}
        if get_language() in AWAITING_NATIVE_READER:
            for name in DECLARATIONS:
                self.fields[name].help_text = read_instead(self.fields[name].label)
        self.helper = FormHelper()
        self.helper.disable_csrf = True  # no cookie, so nothing to forge; web/guard.py refuses other sites' posts
        self.helper.form_show_errors = True
        self.helper.attrs = {"novalidate": ""}  # our own errors are translated and keep everything typed
        self.helper.layout = Layout(
            HTML("{% include 'endorse/enter_joins.html' %}{% include 'endorse/interrupted.html' %}"),
            Fieldset(_("The organisation"), "organisation_name", "acronym", "countries", "website"),
            Fieldset(_("On the list"), "display", "member", HTML("{% include 'endorse/preview.html' %}")),
            Fieldset(
                _("Who speaks for it"),
                HTML("{% include 'endorse/contact_is_private.html' %}"),
                "contact_name",
                "contact_role",
                Field("contact_email"),
            ),
            Fieldset(
                _("Declarations"),
                HTML("{% include 'endorse/how_we_handle.html' %}"),
                "authority",
                "consent_processing",
                "consent_publication",
            ),
            HTML("{% include 'endorse/arrival.html' %}{% include 'endorse/which_text.html' %}"),
            Submit("", _("Join the appeal"), css_class="button"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("display") == Display.NAMED and not cleaned.get("consent_publication"):
            self.add_error("consent_publication", _("To be named, agree to the publication, or choose “Not named”."))
        return cleaned
