"""What the evidence says: a plain sentence with a mark."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from petition.models import Endorsement, FlagCode


class Mark(StrEnum):
    """What a finding is worth to a moderator."""

    SUPPORTS = "supports"
    NEUTRAL = "neutral"
    CLOSER = "closer"


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `flag` is its name in the queue; `others` is whom it is true of as well."""

    mark: Mark
    sentence: str
    flag: FlagCode | None = None
    others: tuple[int, ...] = ()


class Subject:
    """The endorsement that is looked at, with what several kinds of evidence need to know of it."""

    def __init__(self, endorsement: Endorsement) -> None:
        self.row = endorsement

    @cached_property
    def hints(self) -> frozenset[str]:
        return frozenset(self.row.hints)

    @property
    def has_own_domain(self) -> bool:
        """Whether its mail domain belongs to few, so that it says something."""
        return bool(self.row.domain_index) and not self.hints & {FlagCode.FREE_MAIL, FlagCode.DISPOSABLE_MAIL}
