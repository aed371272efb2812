"""The forms of the organisation's own page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.text.form_fields import MailboxField, MultiLineField
from petition.text.form_limits import MAX_ANSWER
from petition.web.endorse.forms import PartForm


class CorrectionForm(PartForm):
    parts = ("organisation_name", "acronym", "countries")
    old_line_public = forms.BooleanField(
        required=False,
        label=_("The line as it is now may stay in the public list of changes"),
        help_text=_("Otherwise the list of changes says that the line was corrected, and not how it read before."),
    )


class ContactForm(PartForm):
    parts = ("contact_name", "contact_role")
    contact_email = MailboxField(
        label=_("The new e-mail address"),
        error_messages={"required": _("Enter your e-mail address.")},
        help_text=_("One mail goes there, and one to the present address; both are to be confirmed."),
    )


class AnswerForm(forms.Form):
    answer = MultiLineField(
        label=_("Your answer"),
        max_length=MAX_ANSWER,
        help_text=_("Only the secretariat can read it."),
        error_messages={"required": _("Write an answer.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "autocomplete": "off"}),
    )
