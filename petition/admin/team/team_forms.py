"""What an administrator types about the team."""

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from petition.models import Role
from petition.text.form_fields import MailboxField


class InviteForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the account"),
        help_text=_("Small letters, digits, hyphen and full stop. It stands beside decisions at the desk."),
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9.-]*\Z", _("Use small letters, digits, hyphen and full stop."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    mailbox = MailboxField(
        label=_("Mailbox"), help_text=_("The link to choose a password goes there."), attrs={"autocomplete": "off"}
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)


class MailboxForm(forms.Form):
    mailbox = MailboxField(label=_("Mailbox"), help_text=_("Mails about this account, and about the queue."))
