"""What editors type for an appeal that is not public yet: its source, its details, the kind and words of its blocks."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.actions.appeals.drafts.drafts import DraftDetails
from petition.actions.appeals.publication import MAX_NAME_LENGTH
from petition.models import AppealDraft
from petition.reference.languages import TEXT_LANGUAGES
from petition.statements.blocks import Block, BlockKind
from petition.statements.source import SourceRefused, read_bytes, tidy
from petition.text import input_rules, names

MOST_BYTES: Final = 2**20
JOIN: Final = "join"
KINDS: Final = [
    (BlockKind.TITLE, _("Title")),
    (BlockKind.DATE, _("Date")),
    (BlockKind.PARAGRAPH, _("Paragraph")),
    (BlockKind.DEMAND, _("Demand")),
    (BlockKind.HEADING, _("Heading")),
    (BlockKind.SIGNATORY, _("Original signatory")),
    (BlockKind.NOT_LISTED, _("Person or other, not listed")),
    (BlockKind.DROPPED, _("Leave out (page number, header)")),
    (BlockKind.UNDECIDED, _("Undecided")),
]
_INVALID_NAME = _("Remove invisible characters. Begin with a letter, a digit or a quotation mark.")


class SourceForm(forms.Form):
    language = forms.ChoiceField(label=_("Language of the text"), choices=[])
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "dir": "auto", "class": "staff-source"}),
    )
    file = forms.FileField(
        label=_("Or a file"), help_text=_("Word (.docx) or plain text in UTF-8, 1 MB at most."), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["language"].choices = list(TEXT_LANGUAGES.items())  # type: ignore[attr-defined]  # of a choice

    def clean(self) -> dict[str, Any]:
        """Set `source`: the words of the file if there is one, else what was pasted."""
        typed = super().clean() or {}
        file = typed.get("file")
        try:
            typed["source"] = read_bytes(file.read()) if file else tidy(typed.get("text", ""))
        except SourceRefused as error:
            self.add_error("file", str(error))
        if not file and not typed.get("text", "").strip():
            self.add_error("text", _("Paste the text, or choose a file."))
        return typed


class DetailsForm(forms.Form):
    slug = forms.SlugField(
        label=_("Part of the address"),
        help_text=_("Latin letters, digits and hyphens, for example kyrgyzstan-2020. It cannot be changed later."),
        max_length=50,
    )
    issuer = forms.CharField(label=_("Issued by"), required=False, max_length=200)
    addressees = forms.CharField(
        label=_("Addressed to"),
        help_text=_("One on each line. Name an office, not a person."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    dated = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )

    def clean_issuer(self) -> str:
        return _clean_name(self.cleaned_data["issuer"])

    def clean_addressees(self) -> tuple[str, ...]:
        lines = [_clean_name(line) for line in self.cleaned_data["addressees"].splitlines()]
        if any(len(line) > MAX_NAME_LENGTH for line in lines):
            raise forms.ValidationError(_("At most %(most)s characters on a line.") % {"most": MAX_NAME_LENGTH})
        return tuple(line for line in lines if line)

    def to_details(self) -> DraftDetails:
        return DraftDetails(**self.cleaned_data)


def describe_details(draft: AppealDraft) -> dict[str, Any]:
    """Return what DetailsForm shows first."""
    addressees = "\n".join(draft.addressees)
    return {"slug": draft.slug, "issuer": draft.issuer, "addressees": addressees, "dated": draft.dated}


def read_blocks(fields: Any, first: int, count: int) -> list[Block]:
    """Return the blocks that the rows `first` to `first + count` of a form describe.

    A line break divides a block into two of its kind. A row of the kind JOIN goes on from the one above.
    """
    blocks: list[Block] = []
    for index in range(first, first + count):
        kind, words = fields.get(f"kind-{index}", ""), fields.get(f"text-{index}", "")
        lines = [names.clean(line) for line in words.splitlines()]
        texts = [line for line in lines if line]
        if kind == JOIN and blocks:
            blocks[-1] = Block(blocks[-1].kind, " ".join([blocks[-1].text, *texts]).strip())
            continue
        known = BlockKind(kind) if kind in set(BlockKind) else BlockKind.UNDECIDED
        blocks += [Block(known, text) for text in texts]
    return blocks


def _clean_name(typed: str) -> str:
    name = names.clean(typed)
    if name and input_rules.broken_name_rules(name):
        raise forms.ValidationError(_INVALID_NAME)
    return name
