"""A finding about an endorsement: a plain sentence with a mark."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from petition.models import Endorsement, FlagCode
from petition.security.encrypted_names import get_name


class Mark(StrEnum):
    """How much a finding matters to a moderator."""

    SUPPORTS = "supports"
    NEUTRAL = "neutral"
    CLOSER = "closer"


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `flag` is its code in the queue; `others` are the endorsements it is also true of."""

    mark: Mark
    sentence: str
    flag: FlagCode | None = None
    others: tuple[int, ...] = ()


class Subject:
    """The endorsement that is evaluated, with what several kinds of findings need to know of it."""

    def __init__(self, endorsement: Endorsement) -> None:
        self.row = endorsement

    @cached_property
    def name(self) -> dict[str, str]:
        return get_name(self.row)

    @cached_property
    def hints(self) -> frozenset[str]:
        return frozenset(self.row.hints)

    @property
    def has_own_domain(self) -> bool:
        """Return whether its mail domain belongs to few, so that it says something."""
        return bool(self.row.domain_index) and not self.hints & {FlagCode.FREE_MAIL, FlagCode.DISPOSABLE_MAIL}
