"""Find the names of the same appeal that a name resembles: listed ones, and those of other endorsements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from petition.models import Comparison, Endorsement, State, Status, Verdict
from petition.models.choices import ACTIVE
from petition.screening import candidates
from petition.screening.opened_names import load_names
from petition.screening.similarity import Likeness, NameForms, build_name_forms, compare_names
from petition.security.encrypted_names import get_name
from petition.text.references import format_reference

_MAX_SHOWN: Final = 5
_NEWEST: Final = 2_000  # waiting names compared letter by letter; all others only by the stored keys of each
_COMPARED: Final = (*ACTIVE, State.REJECTED)
_ORDER: Final = list(Likeness)


@dataclass(frozen=True)
class Resemblance:
    """Another endorsement whose name resembles the one looked at. `name` is '' where it cannot be decrypted."""

    endorsement: int
    how: Likeness
    name: str
    reference: str  # further-12 where it is listed, else ''
    verdict: Verdict | None  # what a moderator decided about the two


def find_resemblances(endorsement: Endorsement) -> list[Resemblance]:
    """Return the five strongest, listed names first, and all others that a moderator has given a verdict on."""
    verdicts = _verdicts(endorsement.pk)
    name = get_name(endorsement)
    own = build_name_forms(name["organisation_name"], name["acronym"]) if name["organisation_name"] else None
    by_endorsement = {one.endorsement: one for one in _listed(endorsement, own, verdicts)}
    others = (*_with_same_key(endorsement, verdicts), *_opened(endorsement, own, verdicts))
    for one in (*others, *_newest(endorsement, own, verdicts)):
        by_endorsement.setdefault(one.endorsement, one)
    ranked = sorted(
        by_endorsement.values(), key=lambda one: (not one.reference, _ORDER.index(one.how), one.endorsement)
    )
    return [one for place, one in enumerate(ranked) if place < _MAX_SHOWN or one.verdict]


def _verdicts(pk: int) -> dict[int, Verdict]:
    rows = Comparison.objects.about(pk).values_list("first", "second", "verdict")
    return {second if first == pk else first: Verdict(verdict) for first, second, verdict in rows}


def _others(endorsement: Endorsement) -> QuerySet[Endorsement]:
    return Endorsement.objects.filter(appeal=endorsement.appeal_id).exclude(pk=endorsement.pk)


def _listed(endorsement: Endorsement, own: NameForms | None, verdicts: dict[int, Verdict]) -> Iterator[Resemblance]:
    if own is None:
        return
    columns = ("pk", "signatory__name", "signatory__acronym", "signatory__label")
    rows = candidates.list_candidates(endorsement)
    for pk, name, acronym, label, kind, number in rows.values_list(*columns, "signatory__kind", "signatory__number"):
        if how := compare_names(own, build_name_forms(name, acronym)):
            yield Resemblance(pk, how, label, format_reference(kind, number), verdicts.get(pk))


def _with_same_key(endorsement: Endorsement, verdicts: dict[int, Verdict]) -> Iterator[Resemblance]:
    """Yield those whose name is, looks or sounds the same, also where it is encrypted or was rejected."""
    keys = (
        ("name_index", Likeness.SAME),
        ("looks_index", Likeness.LOOKS),
        ("sounds_index", Likeness.SOUNDS),
    )
    for column, how in keys:
        if key := getattr(endorsement, column):
            rows = _others(endorsement).filter(**{column: key}).order_by("-pk")
            yield from _listed_with_same_key(rows.filter(signatory__status=Status.LISTED), how, verdicts)
            for other in rows.filter(state__in=_COMPARED)[:_MAX_SHOWN]:
                yield Resemblance(other.pk, how, get_name(other)["organisation_name"], "", verdicts.get(other.pk))


def _listed_with_same_key(
    rows: QuerySet[Endorsement], how: Likeness, verdicts: dict[int, Verdict]
) -> Iterator[Resemblance]:
    columns = ("pk", "signatory__label", "signatory__kind", "signatory__number")
    for pk, label, kind, number in rows.values_list(*columns)[:_MAX_SHOWN]:
        yield Resemblance(pk, how, label, format_reference(kind, number), verdicts.get(pk))


def _opened(endorsement: Endorsement, own: NameForms | None, verdicts: dict[int, Verdict]) -> Iterator[Resemblance]:
    """Yield those whose name is not in clear and resembles this one, whatever their state."""
    if own is None:
        return
    opened = load_names()
    alike: dict[int, Likeness] = {}
    for pk in candidates.list_opened_candidates(get_name(endorsement), opened):
        if how := compare_names(own, build_name_forms(opened[pk].organisation_name, opened[pk].acronym)):
            alike[pk] = how
    if alike:
        rows = _others(endorsement).filter(pk__in=alike, state__in=_COMPARED)
        for pk in rows.order_by("-pk").values_list("pk", flat=True):
            yield Resemblance(pk, alike[pk], opened[pk].organisation_name, "", verdicts.get(pk))


def _newest(endorsement: Endorsement, own: NameForms | None, verdicts: dict[int, Verdict]) -> Iterator[Resemblance]:
    """Yield those with a name in clear that wait for a decision and resemble this one."""
    if own is None:
        return
    rows = Endorsement.objects.to_decide().order_by("-pk")  # of all appeals, so that an index gives them in order
    columns = ("pk", "appeal", "organisation_name", "acronym")
    for pk, appeal, name, acronym in rows.values_list(*columns)[:_NEWEST]:
        if not name or appeal != endorsement.appeal_id or pk == endorsement.pk:
            continue
        if how := compare_names(own, build_name_forms(name, acronym)):
            yield Resemblance(pk, how, name, "", verdicts.get(pk))
