"""What editors type: an appeal's opening, text and form notice, a rejection reason, an edition."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.actions.appeals.opening import Opening
from petition.models import Reason, TextStatus
from petition.reference.languages import LANGUAGES
from petition.reference.local_times import NoSuchTime, TwoSuchTimes, list_time_zones, resolve
from petition.text import input_rules, names

_YEARS = (2000, 2200)
_INVALID_TEXT = _("Remove invisible characters. Begin with a letter, a digit or a quotation mark.")


def _moment_field(label: Any, help_text: Any) -> forms.CharField:
    # A text, as a time without its zone is not yet a moment.
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.CharField(label=label, help_text=help_text, widget=widget, required=False)


class OpeningForm(forms.Form):
    """When an appeal is open, as clocks show it in the zone that is chosen."""

    opens = _moment_field(_("Opens"), _("If empty: open since publication."))
    closes = _moment_field(_("Closes"), _("If empty: stays open."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Visitors see both times in this zone."), choices=[]
    )
    closes_for = forms.CharField(
        label=_("For the delivery to"),
        help_text=_("Public. Name an office, not a person. If empty: no delivery is mentioned."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def __init__(self, typed: Any, *, opening: Opening) -> None:
        initial = {"time_zone": opening.time_zone, "closes_for": opening.closes_for}
        for name, moment in (("opens", opening.opens_at), ("closes", opening.closes_at)):
            initial[name] = _show(moment, opening.time_zone)
        super().__init__(typed, initial=initial)
        self.fields["time_zone"].choices = [(zone, zone) for zone in list_time_zones()]  # type: ignore[attr-defined]
        self.doubled: dict[str, TwoSuchTimes] = {}  # by field: which of two such times is meant is not said yet

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for name in ("opens", "closes"):
            typed[name] = self._resolve(name, typed)
        if typed["opens"] and typed["closes"] and typed["opens"] >= typed["closes"]:
            self.add_error("closes", _("The opening must be before the closing."))
        return typed

    def clean_closes_for(self) -> str:
        addressee = names.clean(self.cleaned_data["closes_for"])
        if addressee and input_rules.broken_name_rules(addressee):
            raise forms.ValidationError(_INVALID_TEXT)
        return addressee

    def to_opening(self) -> Opening:
        typed = self.cleaned_data
        return Opening(typed["opens"], typed["closes"], typed["time_zone"], typed["closes_for"])

    def _resolve(self, name: str, typed: dict[str, Any]) -> datetime | None:
        words, zone = typed.get(name, ""), typed.get("time_zone")
        if not words or not zone:
            return None
        chosen = self.data.get(f"{name}-which", "")
        try:
            local = datetime.fromisoformat(words)
            if local.tzinfo or not _YEARS[0] <= local.year <= _YEARS[1]:
                raise ValueError
            return resolve(local, zone, is_second={"first": False, "second": True}.get(chosen))
        except ValueError:
            self.add_error(name, _("Enter a date and a time."))
        except NoSuchTime:
            self.add_error(name, _("The clocks go forward over this time on that day. Choose another time."))
        except TwoSuchTimes as error:
            self.doubled[name] = error
            self.add_error(name, _("The clocks go back, so this time comes twice on that day. Choose which one."))
        return None


def _show(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


class TextForm(forms.Form):
    source = forms.CharField(
        label=_("Text"),
        help_text=_("Plain text with title, date, paragraphs, demands, closing and background, like the signed text."),
        max_length=30_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "dir": "auto", "class": "staff-source"}),
    )
    status = forms.ChoiceField(
        label=_("Translation"),
        choices=[
            (TextStatus.UNOFFICIAL, _("Unofficial. You can change it later.")),
            (TextStatus.OFFICIAL, _("Official. It can never be changed.")),
        ],
        initial=TextStatus.UNOFFICIAL,
        widget=forms.RadioSelect,
    )
    dated = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )


class NoticeForm(forms.Form):
    words = forms.CharField(
        label=_("Notice"),
        help_text=_("Put a blank line between paragraphs. Leave empty to use the standard notice."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    dated = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )

    def clean_words(self) -> list[str]:
        """Return the paragraphs, each on one line."""
        blocks = [
            names.clean(block) for block in re.split(r"\n\s*\n", self.cleaned_data["words"].replace("\r\n", "\n"))
        ]
        paragraphs = [paragraph for paragraph in blocks if paragraph]
        if any(input_rules.broken_rules(paragraph) for paragraph in paragraphs):
            raise forms.ValidationError(_INVALID_TEXT)
        return paragraphs


class ReasonForm(forms.Form):
    """A label and the words of the mail in each language."""

    code = forms.SlugField(
        label=_("Code"), help_text=_("Appears in the audit log and never changes. Example: closed_body."), max_length=40
    )

    def __init__(self, typed: Any, *, reason: Reason | None) -> None:
        initial = {"is_offered": True, "sends_mail": True}
        if reason:
            initial = {"sends_mail": reason.sends_mail, "is_offered": reason.is_offered}
            initial |= {f"label_{code}": text for code, text in reason.labels.items()}
            initial |= {f"words_{code}": text for code, text in reason.words.items()}
        super().__init__(typed, initial=initial)
        if reason:
            del self.fields["code"]
        for code, own in LANGUAGES.items():
            self.fields[f"label_{code}"] = forms.CharField(
                label=_("Label, %(language)s") % {"language": own}, max_length=100, widget=_language_textarea(code, 1)
            )
        for code, own in LANGUAGES.items():
            self.fields[f"words_{code}"] = forms.CharField(
                label=_("Text of the e-mail, %(language)s") % {"language": own},
                required=False,
                max_length=500,
                widget=_language_textarea(code, 3),
            )
        self.fields["sends_mail"] = forms.BooleanField(label=_("Send an e-mail"), required=False)
        self.fields["is_offered"] = forms.BooleanField(label=_("Moderators can choose it"), required=False)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code == "new" or Reason.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is already a reason with this code."))
        return code

    def to_arguments(self) -> dict[str, Any]:
        """Return the arguments of set_reason(), without the code."""
        cleaned = self.cleaned_data
        return {
            "labels": {code: cleaned[f"label_{code}"] for code in LANGUAGES},
            "words": {code: " ".join(cleaned[f"words_{code}"].split()) for code in LANGUAGES},
            "sends_mail": cleaned["sends_mail"],
            "is_offered": cleaned["is_offered"],
        }


def _language_textarea(code: str, rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "lang": code})


class EditionForm(forms.Form):
    appeal = forms.ChoiceField(label=_("Appeal"))
    dated = forms.DateField(
        label=_("Date of the delivery"),
        help_text=_("Today or later. Only one edition per day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    addressee = forms.CharField(
        label=_("Addressee"),
        help_text=_("Public, and printed in the documents. Name an office, not a person."),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Enter the addressee.")},
    )

    def __init__(self, *args: Any, slugs: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["appeal"].choices = [(slug, slug) for slug in slugs]  # type: ignore[attr-defined]  # of a choice

    def clean_addressee(self) -> str:
        addressee = names.clean(self.cleaned_data["addressee"])
        if input_rules.broken_name_rules(addressee):
            raise forms.ValidationError(_INVALID_TEXT)
        return addressee
