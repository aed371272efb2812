"""What an administrator types about the team."""

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from petition.models import Role
from petition.text.form_fields import MailboxField


class InviteForm(forms.Form):
    name = forms.CharField(
        label=_("Account name"),
        help_text=_("Small letters, digits, hyphens and full stops. Colleagues see it next to your decisions."),
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9.-]*\Z", _("Use small letters, digits, hyphens and full stops."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    mailbox = MailboxField(
        label=_("E-mail address"),
        help_text=_("We send the link to choose a password there."),
        attrs={"autocomplete": "off"},
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the e-mail"), choices=settings.LANGUAGES)


class MailboxForm(forms.Form):
    mailbox = MailboxField(label=_("E-mail address"), help_text=_("For e-mails about this account and the queue."))
