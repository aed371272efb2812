"""Which endorsements the queue shows: one tab, narrowed by what was chosen and searched for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from petition.actions.audit import Actor
from petition.models import AuditEvent, CorrectionState, Display, Endorsement, Flag, FlagCode, State, Suspicion
from petition.models.endorsements import ACTIVE
from petition.reference.countries import CODES
from petition.screening.similarity import sounds
from petition.text import names

QUARANTINED, CORRECTIONS, NAME_AGAIN = "quarantined", "corrections", "name-again"
BEING_WITHDRAWN = "being-withdrawn"


def _in_state(state: State) -> Callable[[], QuerySet[Endorsement]]:
    return lambda: Endorsement.objects.filter(state=state)


def _corrections() -> QuerySet[Endorsement]:
    waiting = Endorsement.objects.not_being_withdrawn()
    return waiting.filter(state__in=ACTIVE, corrections__state=CorrectionState.PROPOSED)


def _name_again() -> QuerySet[Endorsement]:
    asked = Endorsement.objects.not_being_withdrawn().filter(name_again_at__isnull=False)
    return asked.filter(state=State.APPROVED, display=Display.WITHHELD)


TABS: Final[dict[str, tuple[str | Promise, Callable[[], QuerySet[Endorsement]]]]] = {
    State.CONFIRMED: (_("To decide"), Endorsement.objects.to_decide),
    State.RETURNED: (State.RETURNED.label, _in_state(State.RETURNED)),
    CORRECTIONS: (_("Corrections"), _corrections),
    NAME_AGAIN: (_("Ask to be named again"), _name_again),
    QUARANTINED: (_("Quarantined"), Endorsement.objects.set_aside),
    State.SUBMITTED: (State.SUBMITTED.label, _in_state(State.SUBMITTED)),
    State.APPROVED: (State.APPROVED.label, _in_state(State.APPROVED)),
    State.REJECTED: (State.REJECTED.label, _in_state(State.REJECTED)),
    BEING_WITHDRAWN: (_("Being withdrawn"), Endorsement.objects.being_withdrawn),
    State.WITHDRAWN: (State.WITHDRAWN.label, _in_state(State.WITHDRAWN)),
}
"""What stands under each tab, in the order in which they are shown."""


class Age:
    ON_TIME, LATE, OVERDUE = "on-time", "late", "overdue"


AGES: Final[dict[str, str | Promise]] = {
    Age.ON_TIME: _("On time"),
    Age.LATE: _("Late"),
    Age.OVERDUE: _("Overdue"),
}


def age_of(endorsement: Endorsement, *, at: datetime) -> str:
    """How long an undecided endorsement has waited, in one of three words; '' once it is decided."""
    if endorsement.state not in (State.CONFIRMED, State.RETURNED) or endorsement.confirmed_at is None:
        return ""
    waited = at - endorsement.confirmed_at
    if waited > timedelta(days=settings.OVERDUE_AFTER_DAYS):
        return Age.OVERDUE
    return Age.LATE if waited > timedelta(days=settings.LATE_AFTER_DAYS) else Age.ON_TIME


@dataclass(frozen=True)
class Filters:
    """What was chosen, as it stands in the address."""

    state: str = State.CONFIRMED
    q: str = ""
    flag: str = ""
    age: str = ""
    country: str = ""
    appeal: str = ""
    mine: str = ""
    reason: str = ""  # for which it is on hold

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Those in the query of an address. Raises Http404 for a value that nobody could choose."""
        chosen = cls(**{field.name: query.get(field.name) or str(field.default) for field in fields(cls)})
        known = (
            (chosen.state, TABS),
            (chosen.flag, {"", *FlagCode.values}),
            (chosen.age, {"", *AGES}),
            (chosen.country, {"", *CODES}),
            (chosen.mine, {"", "1"}),
            (chosen.reason, {"", *Suspicion.values}),
        )
        if any(value not in words for value, words in known):
            raise Http404
        return chosen

    def query(self, **changes: object) -> str:
        """The part of an address behind `?` that leads here again, with `changes`."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)} | changes
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but a tab was chosen."""
        return self != Filters(self.state)

    def rows(self, *, by: Actor, at: datetime) -> QuerySet[Endorsement]:
        """The endorsements that are shown to `by`, in no order."""
        return TABS[self.state][1]().filter(*self._narrowed(by=by, at=at))

    def _narrowed(self, *, by: Actor, at: datetime) -> list[Any]:
        wanted: list[Any] = []
        if self.q.strip():
            wanted.append(_searched(self.q))
        if self.flag:
            wanted.append(Exists(Flag.objects.filter(endorsement=OuterRef("pk"), code=self.flag)))
        if self.age:
            wanted.append(_aged(self.age, at=at))
        if self.country:
            wanted.append(Q(countries__contains=self.country))
        if self.appeal:
            wanted.append(Q(appeal__slug=self.appeal))
        if self.reason:
            wanted.append(Q(quarantined_for=self.reason))
        if self.mine:
            deeds = AuditEvent.objects.filter(actor_kind=by.kind, actor_id=by.id, subject_kind="endorsement")
            wanted.append(Exists(deeds.filter(subject_id=OuterRef("pk"))))
        return wanted


def _searched(typed: str) -> Q:
    """A name or an acronym, in either alphabet, or the number of an endorsement."""
    folded, spoken = names.folded(typed), sounds(typed)
    if not folded:
        return Q(pk__in=())
    wanted = Q(folded__contains=folded)
    if spoken:
        wanted |= Q(folded__contains=spoken)
    if typed.strip().isascii() and typed.strip().isdigit() and len(typed.strip()) < 19:
        wanted |= Q(pk=int(typed))
    return wanted


def _aged(age: str, *, at: datetime) -> Q:
    late, overdue = (at - timedelta(days=days) for days in (settings.LATE_AFTER_DAYS, settings.OVERDUE_AFTER_DAYS))
    if age == Age.OVERDUE:
        return Q(confirmed_at__lt=overdue)
    return Q(confirmed_at__lt=late, confirmed_at__gte=overdue) if age == Age.LATE else Q(confirmed_at__gte=late)
