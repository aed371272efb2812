"""The form by which an organisation endorses, with all messages of its fields, and forms of some of its fields."""

from copy import deepcopy
from typing import Any

from crispy_forms.bootstrap import Field
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy as _, override

from petition.models.choices import Display
from petition.reference.country_fields import CountriesField
from petition.reference.languages import FALLBACK_LANGUAGE, UNREVIEWED_LANGUAGES
from petition.text import form_limits as limits
from petition.text.form_fields import MailboxField, SharedFields, SingleLineField
from petition.web.endorse import consent_texts

DECLARATIONS = ("authority", "consent_processing", "consent_publication")

# Names must be stored exactly as typed. Only the mailbox has an enterkeyhint: on the other fields Android shows "next"
# anyway, and on iOS "next" would be wrong, because there Enter sends the form.
_AS_TYPED = {"autocorrect": "off", "spellcheck": "false"}
_ADDRESS = _AS_TYPED | {"autocapitalize": "off", "dir": "ltr"}


def _add_reviewed_wording(field: forms.Field) -> None:
    """Show the label in a second language as well, if no native reader has checked the one of the page."""
    if get_language() in UNREVIEWED_LANGUAGES:
        with override(FALLBACK_LANGUAGE):
            # Marked with its language for screen readers (WCAG 3.1.2).
            field.help_text = format_html('<span lang="{}">{}</span>', FALLBACK_LANGUAGE, field.label)


class EndorseForm(forms.Form):
    organisation_name = SingleLineField(
        label=_("Name of the organisation"),
        help_text=_("Exactly as it should appear."),
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
    countries = CountriesField(label=_("Countries"), required=False)
    website = SingleLineField(
        label=_("Website"),
        is_name=False,
        required=False,
        max_length=limits.MAX_WEBSITE,
        help_text=_("Not published."),
        validators=[
            RegexValidator(
                limits.WEBSITE_PATTERN,
                _("Enter an address like www.example.org, or leave this field empty."),
            )
        ],
        widget=forms.TextInput(attrs=_ADDRESS | {"autocomplete": "url", "inputmode": "url"}),
    )
    display = forms.ChoiceField(
        label=_("Name on the list"),
        choices=[
            (Display.NAMED, _("Publish our name.")),
            (
                Display.WITHHELD,
                _("Count us, but do not publish our name. Only the secretariat can see it."),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether we publish your name.")},
    )
    member = forms.BooleanField(required=False)
    contact_name = SingleLineField(
        label=_("Your name"),
        max_length=limits.MAX_PERSON,
        error_messages={"required": _("Enter your name.")},
        widget=forms.TextInput(attrs=_AS_TYPED | {"autocomplete": "name", "dir": "auto", "autocapitalize": "words"}),
    )
    contact_role = SingleLineField(
        label=_("Your role"),
        max_length=limits.MAX_PERSON,
        error_messages={"required": _("Enter your role.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title", "dir": "auto"}),
    )
    contact_email = MailboxField(
        label=_("Your e-mail address"),
        error_messages={"required": _("Enter your e-mail address.")},
        help_text=_("We send you a link to confirm."),
        attrs={"enterkeyhint": "send"},
    )
    authority = forms.BooleanField(
        label=consent_texts.AUTHORITY,
        error_messages={"required": _("Tick the box if you are authorised, or ask somebody who is.")},
    )
    consent_processing = forms.BooleanField(
        label=consent_texts.PROCESSING,
        error_messages={"required": _("Tick the box to continue.")},
    )
    consent_publication = forms.BooleanField(
        label=consent_texts.PUBLICATION,
        required=False,
    )

    def __init__(self, *args: Any, issuer: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["member"].label = _("Member of: %(issuer)s") % {"issuer": issuer}
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
            Fieldset(_("The public list"), "display", "member", HTML("{% include 'endorse/preview.html' %}")),
            Fieldset(
                _("Contact person"),
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
            HTML("{% include 'endorse/answered_within.html' %}{% include 'endorse/submit.html' %}"),
        )
        return helper

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("display") == Display.NAMED and not cleaned.get("consent_publication"):
            self.add_error("consent_publication", _("To publish your name, tick this box too."))
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
                "To publish the name, tick this box. Or delete this and write to the secretariat."
            )
        else:
            del self.fields["consent_publication"]
        for field in self.fields.values():
            _add_reviewed_wording(field)
