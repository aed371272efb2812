"""Select the listed names worth comparing letter by letter: all while they are few, else those that share most pieces.

So what a page costs does not grow with the list: the database ranks the entries in one scan, and only the first ones
are compared. A name with a few letters changed keeps most of its pieces, wherever the change is.
"""

from collections.abc import Collection, Mapping
from heapq import nlargest
from itertools import pairwise
from typing import Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from petition.models import Endorsement, Signatory, Status
from petition.screening.opened_names import OpenedName
from petition.screening.similarity import build_sound_key
from petition.security.encrypted_names import get_name
from petition.text.names import fold

MAX_CANDIDATES: Final = 2_000
_PIECE_LETTERS: Final = 4
_MAX_PIECES: Final = 30
_POINTS_FOR_ACRONYM: Final = 100  # more than all pieces together: one is called what the other is abbreviated to


def list_candidates(endorsement: Endorsement) -> QuerySet[Endorsement]:
    """Return the endorsements of the same appeal whose entries are compared with this name: MAX_CANDIDATES at most."""
    rows = Endorsement.objects.filter(appeal=endorsement.appeal_id, signatory__status=Status.LISTED)
    rows = rows.exclude(pk=endorsement.pk)
    if not _are_many(endorsement):
        return rows
    return rows.annotate(shared=_shared(endorsement)).order_by("-shared", "-pk")[:MAX_CANDIDATES]


def list_opened_candidates(name: Mapping[str, str], opened: Mapping[int, OpenedName]) -> Collection[int]:
    """Return the ids of the opened names worth comparing with this name: all while they are few."""
    if len(opened) <= MAX_CANDIDATES:
        return opened
    folded, acronym = fold(name["organisation_name"]), fold(name["acronym"])
    pieces = split_into_pieces(f"{folded} {build_sound_key(name['organisation_name'])}")

    def count_points(number: int) -> int:  # as _shared does in the database
        key = opened[number].search_key
        is_abbreviated = f"|{folded}|" in key or bool(acronym and key.startswith(f"{acronym}|"))
        return sum(piece in key for piece in pieces) + _POINTS_FOR_ACRONYM * is_abbreviated

    return nlargest(MAX_CANDIDATES, opened, key=count_points)


def _are_many(endorsement: Endorsement) -> bool:
    return (
        Signatory.objects.listed().filter(appeal=endorsement.appeal_id)[: MAX_CANDIDATES + 1].count() > MAX_CANDIDATES
    )


def _shared(endorsement: Endorsement) -> Combinable:
    """Return how many pieces of the name a row shares. A row that is not screened yet has no pieces, and goes first."""
    own = get_name(endorsement)
    name, acronym = fold(own["organisation_name"]), fold(own["acronym"])
    score: Combinable = _worth(Q(folded=""), _POINTS_FOR_ACRONYM) + _worth(
        Q(folded__contains=f"|{name}|"), _POINTS_FOR_ACRONYM
    )
    if acronym:
        score = score + _worth(Q(folded__startswith=f"{acronym}|"), _POINTS_FOR_ACRONYM)
    for piece in split_into_pieces(f"{name} {build_sound_key(own['organisation_name'])}"):
        score = score + _worth(Q(folded__contains=piece), 1)
    return score


def _worth(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())


def split_into_pieces(words: str) -> list[str]:
    """Return pieces of about _PIECE_LETTERS of the words, each once, at most _MAX_PIECES, evenly spread."""
    pieces = list(dict.fromkeys(piece for word in dict.fromkeys(words.split()) for piece in _cut(word)))
    step = max(1.0, len(pieces) / _MAX_PIECES)
    return [pieces[int(place * step)] for place in range(min(len(pieces), _MAX_PIECES))]


def _cut(word: str) -> list[str]:
    count = max(1, round(len(word) / _PIECE_LETTERS))
    ends = [round(len(word) * place / count) for place in range(count + 1)]
    return [word[begin:end] for begin, end in pairwise(ends) if end - begin > 1]
