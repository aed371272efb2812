"""The line as it will be printed, shown before the form is sent. Nothing is stored, counted or mailed."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from petition.actions.listing.entries import line_of
from petition.models import Display, Endorsement
from petition.web.endorse.endorse_form import EndorseForm

PRINTED = ("organisation_name", "acronym", "countries")
"""The fields that make a line."""


@dataclass(frozen=True)
class Preview:
    """A sentence, and the line it speaks of where there is one."""

    said: str
    line: str = ""


def preview_of(form: EndorseForm) -> Preview:
    """What the list would show for the bound `form`, made by the same function as the list itself.

    Afterwards the form has errors at the fields of the line and nowhere else: the others are not yet sent.
    """
    for untouched in [name for name in form.errors if name not in PRINTED]:
        del form.errors[untouched]
    if form.cleaned_data.get("display") == Display.WITHHELD:
        return Preview(_("Not named: no line will be printed."))
    if form.errors:
        return Preview(
            " ".join(f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors)
        )
    name, acronym, countries = (form.cleaned_data[name] for name in PRINTED)
    line = line_of(Endorsement(organisation_name=name, acronym=acronym, countries=" ".join(countries)))
    return Preview(_("This is how the line will be printed:"), line)
