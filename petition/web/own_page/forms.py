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
        label=_("The public list of changes may show the old entry"),
        help_text=_("If not, it only says that the entry was corrected."),
    )


class ContactForm(PartForm):
    parts = ("contact_name", "contact_role")
    contact_email = MailboxField(
        label=_("New e-mail address"),
        error_messages={"required": _("Enter your e-mail address.")},
        help_text=_("We write to both addresses. Both must confirm."),
    )


class AnswerForm(forms.Form):
    answer = MultiLineField(
        label=_("Your answer"),
        max_length=MAX_ANSWER,
        help_text=_("Only the secretariat can read it."),
        error_messages={"required": _("Write an answer.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "autocomplete": "off"}),
    )
