"""The form by which an organisation endorses, with all messages of its fields, and forms of some of its fields."""

from copy import deepcopy
from typing import Any

from crispy_forms.bootstrap import Field
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout, Submit
from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy as _, override

from petition.models.choices import Display
from petition.reference import countries
from petition.reference.languages import FALLBACK_LANGUAGE, UNREVIEWED_LANGUAGES
from petition.text import form_limits as limits
from petition.text.form_fields import MailboxField, SharedFields, SingleLineField
from petition.text.form_limits import MAX_COUNTRIES
from petition.web.endorse import consent_texts

DECLARATIONS = ("authority", "consent_processing", "consent_publication")

# Names must be stored exactly as typed. Only the mailbox has an enterkeyhint: on the other fields Android shows "next"
# anyway, and on iOS "next" would be wrong, because there Enter sends the form.
_AS_TYPED = {"autocorrect": "off", "spellcheck": "false"}
_ADDRESS = _AS_TYPED | {"autocapitalize": "off", "dir": "ltr"}


class CountrySelects(forms.SelectMultiple):
    """Several plain drop-down lists with one name, instead of one multiple-choice box, which few people can use."""

    template_name = "endorse/country_selects.html"
    use_fieldset = True

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""  # the legend names the group, each list has its own name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = [code for code in value or [] if code][:MAX_COUNTRIES]
        chosen += [""] * (MAX_COUNTRIES - len(chosen))
        context = super().get_context(name, [], attrs)
        options = countries.country_choices(get_language() or "en")
        context["selects"] = [(index, code, options) for index, code in enumerate(chosen)]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [code for code in data.getlist(name) if code] if hasattr(data, "getlist") else list(data.get(name, ()))


class CountriesField(forms.Field):
    """At most MAX_COUNTRIES ISO 3166-1 alpha-2 codes, in the order given, each once."""

    widget = CountrySelects

    def clean(self, value: Any) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(code.strip().upper() for code in value or ()))
        if not set(codes) <= countries.COUNTRY_CODES:
            raise forms.ValidationError(_("Choose countries from the list."))
        if len(codes) > MAX_COUNTRIES:
            raise forms.ValidationError(_("Choose three countries at most."))
        return codes


def _add_reviewed_wording(field: forms.Field) -> None:
    """Show the label in a second language as well, if no native reader has checked the one of the page."""
    if get_language() in UNREVIEWED_LANGUAGES:
        with override(FALLBACK_LANGUAGE):
            # Marked with its language for screen readers (WCAG 3.1.2).
            field.help_text = format_html('<span lang="{}">{}</span>', FALLBACK_LANGUAGE, field.label)


class EndorseForm(forms.Form):
    organisation_name = SingleLineField(
        label=_("Name of the organisation, exactly as it should appear"),
        max_length=limits.MAX_NAME,
        error_messages={"required": _("Enter the name of the organisation.")},
        widget=forms.TextInput(attrs=_AS_TYPED | {"autocomplete": "organization", "dir": "auto"}),
    )
    acronym = SingleLineField(
        label=_("Acronym"),
        required=False,
        max_length=limits.MAX_ACRONYM,
        widget=forms.TextInput(
            attrs=_AS_TYPED | {"autocomplete": "off", "dir": "auto", "autocapitalize": "characters"}
        ),
    )
    countries = CountriesField(label=_("Country or countries to print"), required=False)
    website = SingleLineField(
        label=_("Website"),
        is_name=False,
        required=False,
        max_length=limits.MAX_WEBSITE,
        help_text=_("Helps us check; it is not published."),
        validators=[
            RegexValidator(
                limits.WEBSITE_PATTERN,
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
    contact_name = SingleLineField(
        label=_("Your name"),
        max_length=limits.MAX_PERSON,
        error_messages={"required": _("Enter your name.")},
        widget=forms.TextInput(attrs=_AS_TYPED | {"autocomplete": "name", "dir": "auto", "autocapitalize": "words"}),
    )
    contact_role = SingleLineField(
        label=_("Your role in the organisation"),
        max_length=limits.MAX_PERSON,
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
        label=consent_texts.AUTHORITY,
        error_messages={"required": _("Confirm that you are authorised, or ask somebody who is.")},
    )
    consent_processing = forms.BooleanField(
        label=consent_texts.PROCESSING,
        error_messages={"required": _("Without this agreement nothing can be stored.")},
    )
    consent_publication = forms.BooleanField(
        label=consent_texts.PUBLICATION,
        required=False,
    )

    def __init__(self, *args: Any, issuer: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"].label = _("The organisation is a member: %(issuer)s") % {"issuer": issuer}
        for name in DECLARATIONS:
            _add_reviewed_wording(self.fields[name])

    @cached_property
    def helper(self) -> FormHelper:
        """Return how the form is laid out; not needed for a form that is stored."""
        helper = FormHelper()
        # Without a session there is nothing to forge; web/middleware/request_checks.py refuses posts of other sites.
        helper.disable_csrf = True
        helper.form_show_errors = True
        # Our own errors are translated and keep everything that was typed.
        helper.attrs = {"novalidate": ""}
        helper.layout = Layout(
            HTML("{% include 'endorse/submit_on_enter.html' %}{% include 'endorse/restored_input.html' %}"),
            Fieldset(_("The organisation"), "organisation_name", "acronym", "countries", "website"),
            Fieldset(_("On the list"), "display", "member", HTML("{% include 'endorse/preview.html' %}")),
            Fieldset(
                _("Who speaks for it"),
                HTML("{% include 'endorse/contact_privacy.html' %}"),
                "contact_name",
                "contact_role",
                Field("contact_email"),
            ),
            Fieldset(
                _("Declarations"),
                HTML("{% include 'endorse/privacy_link.html' %}"),
                "authority",
                "consent_processing",
                "consent_publication",
            ),
            HTML("{% include 'endorse/hidden_fields.html' %}{% include 'endorse/text_version.html' %}"),
            Submit("", _("Join the appeal"), css_class="button"),
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("display") == Display.NAMED and not cleaned.get("consent_publication"):
            self.add_error("consent_publication", _("To be named, agree to the publication, or choose “Not named”."))
        return cleaned


EndorseForm.base_fields = SharedFields(EndorseForm.base_fields)


class PartForm(forms.Form):
    """A form with some of the fields of EndorseForm."""

    parts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields = {name: deepcopy(EndorseForm.base_fields[name]) for name in self.parts} | self.fields


class DeclarationsForm(PartForm):
    """What an organisation must declare itself, where the secretariat filled in the rest of the form."""

    parts = DECLARATIONS

    def __init__(self, *args: Any, display: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if display == Display.NAMED:
            self.fields["consent_publication"].required = True
            self.fields["consent_publication"].error_messages["required"] = _(
                "To be named, agree to the publication; or erase this and write to the secretariat."
            )
        else:
            del self.fields["consent_publication"]
        for field in self.fields.values():
            _add_reviewed_wording(field)
