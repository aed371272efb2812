"""The entry as it will be printed, shown before the form is sent. Nothing is stored, counted or mailed."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from petition.models.choices import Display
from petition.publishing.entry_text import format_named_entry
from petition.web.endorse.forms import EndorseForm

PRINTED_FIELDS = ("organisation_name", "acronym", "countries")


@dataclass(frozen=True)
class Preview:
    """A sentence, and the entry that it is about if there is one. Its field names are those of the JSON."""

    said: str
    line: str = ""


def create_preview(form: EndorseForm) -> Preview:
    """Return what the list would show for the bound `form`, by the function that lists entries.

    Removes from the form all errors of other fields, which are not to be sent yet.
    """
    for name in [name for name in form.errors if name not in PRINTED_FIELDS]:
        del form.errors[name]
    if form.cleaned_data.get("display") == Display.WITHHELD:
        return Preview(_("Your name will not be published."))
    if form.errors:
        return Preview(
            " ".join(f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors)
        )
    name, acronym, countries = (form.cleaned_data[name] for name in PRINTED_FIELDS)
    entry = format_named_entry(name, acronym, " ".join(countries))
    return Preview(_("Your organisation will appear on the public list as:"), entry)
