"""The form field for a name or another single line, which the public form and those of the staff use."""

from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from petition.vocabulary import names
from petition.vocabulary.names import Trouble

ADVICE: Final = {
    Trouble.CONTROL: _("Remove the invisible control characters; typing the text anew does it."),
    Trouble.BIDI: _("Remove the invisible characters that change the direction of writing."),
    Trouble.TAG: _("Remove the invisible characters; typing the text anew does it."),
    Trouble.ZERO_WIDTH: _("Remove the invisible characters; typing the text anew does it."),
    Trouble.UNASSIGNED: _("Remove the characters that do not exist in Unicode."),
    Trouble.PRIVATE_USE: _("Remove the characters that only one font can show."),
    Trouble.SURROGATE: _("Remove the broken characters; typing the text anew does it."),
    Trouble.MARKS: _("Remove the accents piled on one letter."),
    Trouble.FORMULA: _("Begin with a letter, a digit or a quotation mark, not with = + - or @."),
    Trouble.NO_LETTER: _("Enter at least one letter or digit."),
}
"""What to do about each trouble of a text."""


class LineField(forms.CharField):
    """One line of text, stored in NFC with single spaces, held against the input policy (vocabulary/troubles.py).

    `is_name=False` is for what need not begin like a name. `advice` is said instead of ADVICE, once for all troubles.
    """

    def __init__(self, *, is_name: bool = True, advice: str | Promise = "", **options: Any) -> None:
        self._troubles = names.name_troubles if is_name else names.troubles
        self._advice = advice
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        return names.clean(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        found = self._troubles(value) if value else ()
        if found:
            raise forms.ValidationError([self._advice] if self._advice else [ADVICE[trouble] for trouble in found])
