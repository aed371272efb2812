"""What the evidence says of an endorsement is kept as flags, and its name in the forms that a search compares."""

from datetime import datetime

from django.db import transaction

from petition.evidence.likeness import forms, joined, search_key
from petition.evidence.resemblance import resemblances
from petition.evidence.weighing import evidence
from petition.models import Endorsement, Flag, Origin, State
from petition.protection import contacts

AT_ONCE = 100


def weigh_due(*, at: datetime) -> int:
    """Those that came in or got another name since are weighed, AT_ONCE at the most; says how many."""
    due = list(Endorsement.objects.to_weigh().order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for pk in due:
        weigh(pk, at=at)
    return len(due)


@transaction.atomic
def weigh(endorsement_id: int, *, at: datetime) -> None:
    """The endorsement has its flags and search forms, and others that the same is true of have the flag as well.

    Takes no lock: who decides meanwhile goes first, and a name that was changed or sealed meanwhile is left alone.
    """
    row = Endorsement.objects.select_related("appeal").filter(pk=endorsement_id, sealed_name="").first()
    if row is None:
        return
    own = forms(row.organisation_name, row.acronym)
    row.looks_index = contacts.index_of("looks", joined(own.looks)) if own.looks else ""
    row.sounds_index = contacts.index_of("sounds", joined(own.sounds)) if own.sounds else ""
    unchanged = Endorsement.objects.filter(pk=row.pk, organisation_name=row.organisation_name, sealed_name="")
    unchanged.update(
        folded=search_key(row.organisation_name, row.acronym),
        looks_index=row.looks_index,
        sounds_index=row.sounds_index,
        weighed_at=at,
    )
    if row.origin == Origin.FORM and row.state != State.WITHDRAWN:
        _flag(row)


def _flag(row: Endorsement) -> None:
    """The flags of `row` are those of today. Flags of others are only added: they were true when those came in."""
    Flag.objects.filter(endorsement=row).delete()
    flags = []
    for finding in evidence(row, resemblances(row)):
        if finding.flag:
            flags += [Flag(endorsement_id=pk, code=finding.flag) for pk in (row.pk, *finding.others)]
    Flag.objects.bulk_create(flags, ignore_conflicts=True)
