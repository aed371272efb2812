"""What moderators type for a table of endorsements."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy as _

from petition.actions.bulk_entry import table_files
from petition.models import Appeal, Origin
from petition.reference.languages import LANGUAGES


class TableForm(forms.Form):
    """The table, pasted or as a file. A valid form has its rows in `rows`."""

    appeal = forms.ModelChoiceField(Appeal.objects.none(), label=_("Appeal"), to_field_name="slug", empty_label=None)
    origin = forms.ChoiceField(
        label=_("How they came"),
        choices=[
            (Origin.EMAIL, _("By e-mail. Each contact gets an e-mail, and confirms with a button.")),
            (Origin.LETTER, _("By letter or call. A second moderator confirms each.")),
        ],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of e-mails"),
        help_text=_("For rows that do not say it."),
        choices=list(LANGUAGES.items()),
    )
    note = forms.CharField(
        label=_("Internal note"),
        help_text=_("Where the e-mails or letters are kept. It goes to each endorsement. Encrypted."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    table = forms.CharField(
        label=_("Table"),
        help_text=_("Copy the cells in your spreadsheet, with the row that names the columns, and paste them here."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto", "class": "staff-source", "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("Or a file"), help_text=_("CSV in UTF-8, 1 MB at most."), required=False)

    def __init__(self, typed: Any = None, files: Any = None) -> None:
        super().__init__(typed, files, initial={"language": get_language(), "origin": Origin.EMAIL})
        appeals = Appeal.objects.published().order_by("is_demo", "-issued_on")
        self.fields["appeal"].queryset = appeals  # type: ignore[attr-defined]
        self.rows: list[table_files.TableRow] = []

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        file = typed.get("file")
        where = "file" if file else "table"
        try:
            text = table_files.decode(file.read()) if file else typed.get("table", "")
            if text.strip():
                self.rows = table_files.read_table(text, language=typed.get("language") or "en")
            else:
                self.add_error(where, _("Paste the table, or choose a file."))
        except table_files.TableRefused as error:
            self.add_error(where, str(error))
        return typed
