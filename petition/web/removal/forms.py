"""The three forms of the removal page: a lost link, a removal code, a message to the secretariat."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.models.requests import DisputeTopic
from petition.models.signatories import Kind
from petition.publishing import queries, search
from petition.text.form_fields import MailboxField, MultiLineField, SingleLineField
from petition.text.form_limits import MAX_MESSAGE, MAX_MESSAGE_SUBJECT
from petition.text.references import find_references, format_reference

_NUMBER = re.compile(r"\b[1-9][0-9]{0,8}\b")


class LostLinkForm(forms.Form):
    mailbox = MailboxField(
        label=_("E-mail address that confirmed the endorsement"),
        error_messages={"required": _("Enter your e-mail address.")},
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Removal code"),
        max_length=40,
        error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )


class MessageForm(forms.Form):
    about = forms.ChoiceField(
        label=_("What it is about"),
        choices=DisputeTopic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )
    line = SingleLineField(
        label=_("Name or number on the list"),
        is_name=False,
        required=False,
        max_length=MAX_MESSAGE_SUBJECT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    words = MultiLineField(
        label=_("Message"),
        max_length=MAX_MESSAGE,
        error_messages={"required": _("Write a message.")},
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "autocomplete": "off"}),
    )
    answer_to = MailboxField(label=_("Your e-mail address, if you want an answer"), required=False)

    def reference_and_words(self, slug: str) -> tuple[str, str]:
        """Return the reference of the entry that is meant, and the message as the secretariat reads it.

        A name or an unclear number stays at the beginning of the message; the reference of an unclear entry is ''.
        """
        line, words = self.cleaned_data["line"], self.cleaned_data["words"]
        reference = parse_reference(slug, line)
        if reference or not line:
            return reference, words
        return find_by_name(slug, line), f"{line}\n\n{words}"


def parse_reference(slug: str, typed: str) -> str:
    """Return the reference, such as `further-12`, of the only entry that a number in `typed` can mean, else ''."""
    numbers = _NUMBER.findall(typed)
    # A number alone means the entry that has it, unless both lists have one.
    candidates = find_references(typed) or [(kind, int(numbers[0])) for kind in Kind.values if len(numbers) == 1]
    entries = [format_reference(*entry) for entry in set(candidates) if queries.has_signatory(slug, *entry)]
    return entries[0] if len(entries) == 1 else ""


def find_by_name(slug: str, typed: str) -> str:
    """Return the reference of the only listed entry in which all words of `typed` stand, else ''."""
    found = search.search(slug, search.SearchQuery(q=typed))
    entries = [format_reference(one.kind, one.number) for one in (*found.originals, *found.further)]
    return entries[0] if len(entries) == 1 else ""
