"""What an editor types about an appeal: when it is open, and a text in one language."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.models import TextStatus


def _moment(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, widget=widget, required=False)


class OpeningForm(forms.Form):
    opens_at = _moment(_("Opens (UTC)"), _("Leave empty: open since it was published."))
    closes_at = _moment(_("Closes (UTC)"), _("Leave empty: it stays open."))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("opens_at") and typed.get("closes_at") and typed["opens_at"] >= typed["closes_at"]:
            self.add_error("closes_at", _("It has to open before it closes."))
        return typed


class TextForm(forms.Form):
    source = forms.CharField(
        label=_("The text, as plain text"),
        help_text=_("Title, date, paragraphs, demands, closing, background, as in the text that was signed."),
        max_length=30_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "dir": "auto", "class": "desk-source"}),
    )
    status = forms.ChoiceField(
        label=_("Translation"),
        choices=[
            (TextStatus.UNOFFICIAL, _("Unofficial: it may be changed later")),
            (TextStatus.OFFICIAL, _("Official: it stays as it is for ever")),
        ],
        initial=TextStatus.UNOFFICIAL,
        widget=forms.RadioSelect,
    )
    dated = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )
