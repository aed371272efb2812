"""Compare a list that was read again with the published one, which an import never changes."""

from dataclasses import dataclass

from petition.models import Appeal, Endorsement, Kind, Origin, Status
from petition.security.encryption import compute_index
from petition.statements.blocks import SignatoryEntry
from petition.text.names import fold


@dataclass(frozen=True)
class Differences:
    """Entries of the file that are not published, published ones missing in the file, those under another number."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.moved)

    def __str__(self) -> str:
        """Return one sentence for each kind, each entry with its number."""
        kinds = [("Only in the file", self.added), ("Only published", self.gone), ("Under another number", self.moved)]
        return " ".join(f"{kind}: {'; '.join(entries)}." for kind, entries in kinds if entries)


def compare_lists(appeal: Appeal, read: tuple[SignatoryEntry, ...]) -> Differences:
    """Return how `read` differs from the originals as they were imported."""
    # An entry that was hidden, revoked or corrected since cannot be compared and must never be named: what the file
    # says under its number, or by its name, is taken for it.
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
        row.label
        for row in new
        if row.number in silent_numbers or compute_index("name", fold(row.organisation.name)) in silent_names
    }
    return Differences(
        added=tuple(f"{row.number}. {row.label}" for row in new if row.label not in silent),
        gone=tuple(f"{number}. {label}" for label, number in published.items() if label not in here),
        moved=tuple(
            f"{row.number}. {label} (published as {published[label]}.)"
            for label, row in here.items()
            if label in published and published[label] != row.number
        ),
    )
