"""Form fields that several forms share: a mailbox, one line of text, and the advice for characters not accepted."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.text import mailboxes, names
from petition.text.input_rules import InputRule, broken_name_rules, broken_rules


class SharedFields(dict[str, forms.Field]):
    """The fields of a form class whose forms change nothing of a field but its own attributes, and those of its widget.

    Django makes a deep copy of all fields for each form; these are copied a level deep. That saves an eighth of what a
    submission costs the web process.
    """

    def __deepcopy__(self, memo: object) -> dict[str, forms.Field]:
        fields = {name: _copy_attributes(field) for name, field in self.items()}
        for field in fields.values():
            field.widget = _copy_attributes(field.widget)
            field.widget.attrs = dict(field.widget.attrs)
        return fields


_Copied = TypeVar("_Copied")


def _copy_attributes(one: _Copied) -> _Copied:
    copied = object.__new__(type(one))
    copied.__dict__ |= one.__dict__
    return copied


_MAILBOX_ATTRIBUTES = {
    "autocomplete": "email",
    "inputmode": "email",
    "autocapitalize": "off",
    "autocorrect": "off",
    "spellcheck": "false",
    "dir": "ltr",
}

INVALID_TEXT = _("Remove invisible characters. Begin with a letter, a digit or a quotation mark.")
_ADVICE = {
    InputRule.CONTROL: _("Remove invisible control characters. Typing the text again does this."),
    InputRule.BIDI: _("Remove invisible characters that change the direction of the text."),
    InputRule.TAG: _("Remove invisible characters. Typing the text again does this."),
    InputRule.ZERO_WIDTH: _("Remove invisible characters. Typing the text again does this."),
    InputRule.UNASSIGNED: _("Remove characters that do not exist in Unicode."),
    InputRule.PRIVATE_USE: _("Remove characters that only one font can show."),
    InputRule.SURROGATE: _("Remove broken characters. Typing the text again does this."),
    InputRule.MARKS: _("Use fewer accents on one letter."),
    InputRule.FORMULA: _("Begin with a letter, a digit or a quotation mark, not with = + - or @."),
    InputRule.NO_LETTER: _("Enter at least one letter or digit."),
}


class MailboxField(forms.CharField):
    """A mailbox in its normal form (mailboxes.py); '' where none is required and none was given."""

    default_error_messages = {"invalid": _("Enter a valid e-mail address.")}

    def __init__(self, *, attrs: dict[str, str] | None = None, **options: Any) -> None:
        # Not `<input type="email">`: Chromium rewrites the domain in it by IDNA 2003, so `faß.de` would reach us as
        # `fass.de`, which belongs to somebody else. `inputmode` brings up the same keyboard.
        widget = forms.TextInput(attrs=_MAILBOX_ATTRIBUTES | (attrs or {}))
        super().__init__(max_length=mailboxes.MAX_LENGTH, widget=widget, **options)

    def clean(self, value: Any) -> str:
        typed = super().clean(value) or ""
        mailbox = mailboxes.normalize_mailbox(typed) if typed else ""
        if mailbox is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return mailbox


class SingleLineField(forms.CharField):
    """One line of text, stored in NFC with single spaces, that breaks none of the input rules (input_rules.py).

    A form may replace the advice for each rule with one message, `invalid`.
    """

    def __init__(self, *, is_name: bool = True, **options: Any) -> None:
        self._broken_rules = broken_name_rules if is_name else broken_rules
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        return names.clean(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        rules = self._broken_rules(value) if value else ()
        if rules and "invalid" in self.error_messages:
            raise forms.ValidationError(self.error_messages["invalid"])
        if rules:
            raise broken_rules_error(rules)


class LineField(SingleLineField):
    """One line of text, with one message for all input rules."""

    default_error_messages = {"invalid": INVALID_TEXT}

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}), **options)


class MultiLineField(forms.CharField):
    """Text of several lines in NFC, separated by line feeds, none of which breaks an input rule (input_rules.py)."""

    def clean(self, value: Any) -> str:
        # Each line for itself, since line ends are control characters.
        lines = [names.clean(line) for line in (super().clean(value) or "").splitlines()]
        rules = {rule for line in lines for rule in (broken_rules(line) if line else ())}
        if rules:
            raise broken_rules_error(sorted(rules))
        return "\n".join(lines)


def broken_rules_error(rules: Iterable[InputRule]) -> forms.ValidationError:
    """Return the error that says how to correct a text that breaks `rules`."""
    return forms.ValidationError([_ADVICE[rule] for rule in rules])
