"""How a list that is read again differs from the one that was published, of which no line is ever changed so."""

from dataclasses import dataclass

from petition.models import Appeal, Endorsement, Kind, Origin, Status
from petition.security.encryption import index_of
from petition.statements import ReadSignatory
from petition.text.names import folded


@dataclass(frozen=True)
class Differences:
    """Lines of the file that are not published, published lines that the file lacks, lines under another number."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.moved)

    def __str__(self) -> str:
        """One sentence a kind, each line with its number."""
        told = [("Only in the file", self.added), ("Only published", self.gone), ("Under another number", self.moved)]
        return " ".join(f"{what}: {'; '.join(lines)}." for what, lines in told if lines)


def differences(appeal: Appeal, read: tuple[ReadSignatory, ...]) -> Differences:
    """What `read` says otherwise than the originals as they were imported.

    A line that was hidden, revoked or corrected since cannot be compared and is never named: what the file says under
    its number, or by its name, is taken for it.
    """
    imported = Endorsement.objects.filter(
        appeal=appeal, origin=Origin.IMPORTED, signatory__kind=Kind.ORIGINAL
    ).select_related("signatory")
    published: dict[str, int] = {}
    silent_numbers, silent_names = set[int](), set[str]()
    for endorsement in imported.order_by("signatory__number"):
        signatory = endorsement.signatory
        if signatory is None:
            continue
        if endorsement.label and signatory.status == Status.LISTED:
            published[endorsement.label] = signatory.number
        else:
            silent_numbers.add(signatory.number)
            silent_names.add(endorsement.name_index)
    here = {row.label: row for row in read}
    new = [row for row in read if row.label not in published]
    silent = {
        row.label for row in new if row.number in silent_numbers or index_of("name", folded(row.name)) in silent_names
    }
    return Differences(
        added=tuple(f"{row.number}. {row.label} (line {row.lines[0]})" for row in new if row.label not in silent),
        gone=tuple(f"{number}. {label}" for label, number in published.items() if label not in here),
        moved=tuple(
            f"{row.number}. {label} (published as {published[label]}.)"
            for label, row in here.items()
            if label in published and published[label] != row.number
        ),
    )
