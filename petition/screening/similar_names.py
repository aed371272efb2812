"""Which names of the same appeal a name resembles: listed ones, and those of other endorsements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from petition.models import Comparison, Endorsement, State, Status, Verdict
from petition.models.endorsements import ACTIVE
from petition.screening import candidates
from petition.screening.similarity import Forms, Likeness, forms, likeness

_MOST: Final = 5
_NEWEST: Final = 2_000
"""So many names that wait are compared letter by letter; all others by what is kept under a key of each."""
_STANDING: Final = (*ACTIVE, State.REJECTED)
_ORDER: Final = list(Likeness)


@dataclass(frozen=True)
class Resemblance:
    """Another endorsement whose name resembles the one looked at. `name` is '' where it is sealed."""

    endorsement: int
    how: Likeness
    name: str
    reference: str  # further-12 where it is listed, else ''
    verdict: Verdict | None  # what a moderator said of the two


def resemblances(endorsement: Endorsement) -> list[Resemblance]:
    """The strongest, listed names before others, five at the most; but all of which a moderator has said something."""
    said = _verdicts(endorsement.pk)
    own = forms(endorsement.organisation_name, endorsement.acronym) if endorsement.organisation_name else None
    found = {one.endorsement: one for one in _listed(endorsement, own, said)}
    for one in (*_under_one_key(endorsement, said), *_newest(endorsement, own, said)):
        found.setdefault(one.endorsement, one)
    ranked = sorted(found.values(), key=lambda one: (not one.reference, _ORDER.index(one.how), one.endorsement))
    return [one for place, one in enumerate(ranked) if place < _MOST or one.verdict]


def _verdicts(pk: int) -> dict[int, Verdict]:
    rows = Comparison.objects.about(pk).values_list("first", "second", "verdict")
    return {second if first == pk else first: Verdict(verdict) for first, second, verdict in rows}


def _others(endorsement: Endorsement) -> QuerySet[Endorsement]:
    return Endorsement.objects.filter(appeal=endorsement.appeal_id).exclude(pk=endorsement.pk)


def _listed(endorsement: Endorsement, own: Forms | None, said: dict[int, Verdict]) -> Iterator[Resemblance]:
    if own is None:
        return
    columns = ("pk", "signatory__name", "signatory__acronym", "signatory__label")
    rows = candidates.listed_beside(endorsement)
    for pk, name, acronym, label, kind, number in rows.values_list(*columns, "signatory__kind", "signatory__number"):
        if how := likeness(own, forms(name, acronym)):
            yield Resemblance(pk, how, label, f"{kind}-{number}", said.get(pk))


def _under_one_key(endorsement: Endorsement, said: dict[int, Verdict]) -> Iterator[Resemblance]:
    """Those whose name is, looks or sounds the same, also where it is sealed or was rejected."""
    keys = (
        ("name_index", Likeness.SAME),
        ("looks_index", Likeness.LOOKS),
        ("sounds_index", Likeness.SOUNDS),
    )
    for column, how in keys:
        if key := getattr(endorsement, column):
            rows = _others(endorsement).filter(**{column: key}).order_by("-pk")
            yield from _on_the_list(rows.filter(signatory__status=Status.LISTED), how, said)
            for pk, name in rows.filter(state__in=_STANDING).values_list("pk", "organisation_name")[:_MOST]:
                yield Resemblance(pk, how, name, "", said.get(pk))


def _on_the_list(rows: QuerySet[Endorsement], how: Likeness, said: dict[int, Verdict]) -> Iterator[Resemblance]:
    columns = ("pk", "signatory__label", "signatory__kind", "signatory__number")
    for pk, label, kind, number in rows.values_list(*columns)[:_MOST]:
        yield Resemblance(pk, how, label, f"{kind}-{number}", said.get(pk))


def _newest(endorsement: Endorsement, own: Forms | None, said: dict[int, Verdict]) -> Iterator[Resemblance]:
    if own is None:
        return
    rows = Endorsement.objects.to_decide().order_by("-pk")  # of all appeals: so the index gives them in order
    columns = ("pk", "appeal", "organisation_name", "acronym")
    for pk, appeal, name, acronym in rows.values_list(*columns)[:_NEWEST]:
        if appeal == endorsement.appeal_id and pk != endorsement.pk and (how := likeness(own, forms(name, acronym))):
            yield Resemblance(pk, how, name, "", said.get(pk))
