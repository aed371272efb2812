"""Which listed names are worth comparing letter by letter: all while they are few, else those that share most pieces.

What a page costs does not grow with the list: the database ranks the lines in one scan, and so many are compared at
the most. A name with a few letters changed keeps most of its pieces, wherever the change is.
"""

from itertools import pairwise
from typing import Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from petition.models import Endorsement, Signatory, Status
from petition.screening.similarity import sounds
from petition.text.names import folded

MOST: Final = 2_000
_PIECE: Final = 4  # letters
_PIECES: Final = 30
_CALLED: Final = 100
"""More than all pieces together: one is called what the other is abbreviated to."""


def listed_beside(endorsement: Endorsement) -> QuerySet[Endorsement]:
    """The endorsements of the same appeal whose lines are compared with this one's name, MOST at the most."""
    rows = Endorsement.objects.filter(appeal=endorsement.appeal_id, signatory__status=Status.LISTED)
    rows = rows.exclude(pk=endorsement.pk)
    if not _are_many(endorsement):
        return rows
    return rows.annotate(shared=_shared(endorsement)).order_by("-shared", "-pk")[:MOST]


def _are_many(endorsement: Endorsement) -> bool:
    return Signatory.objects.listed().filter(appeal=endorsement.appeal_id)[: MOST + 1].count() > MOST


def _shared(endorsement: Endorsement) -> Combinable:
    """How many pieces of its name a row has; what is not weighed yet has no pieces, and goes first."""
    name, acronym = folded(endorsement.organisation_name), folded(endorsement.acronym)
    score: Combinable = _worth(Q(folded=""), _CALLED) + _worth(Q(folded__contains=f"|{name}|"), _CALLED)
    if acronym:
        score = score + _worth(Q(folded__startswith=f"{acronym}|"), _CALLED)
    for piece in pieces(f"{name} {sounds(endorsement.organisation_name)}"):
        score = score + _worth(Q(folded__contains=piece), 1)
    return score


def _worth(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())


def pieces(words: str) -> list[str]:
    """Each word cut into pieces of about _PIECE letters, each once, _PIECES at the most, evenly taken."""
    cut = [piece for word in dict.fromkeys(words.split()) for piece in _cut(word)]
    found = list(dict.fromkeys(cut))
    step = max(1.0, len(found) / _PIECES)
    return [found[int(place * step)] for place in range(min(len(found), _PIECES))]


def _cut(word: str) -> list[str]:
    count = max(1, round(len(word) / _PIECE))
    ends = [round(len(word) * place / count) for place in range(count + 1)]
    return [word[begin:end] for begin, end in pairwise(ends) if end - begin > 1]
