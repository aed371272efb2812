"""The filters of the queue: one tab, narrowed by what was chosen and searched for."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from petition.actions.audit import Actor
from petition.models import AuditEvent, CorrectionState, Display, Endorsement, Flag, FlagCode, State, Suspicion
from petition.models.choices import ACTIVE
from petition.reference.countries import COUNTRY_CODES
from petition.screening.opened_names import OpenedName, load_names
from petition.screening.similarity import build_search_key, build_sound_key
from petition.text import names
from petition.text.numbers import parse_number

QUARANTINED, CORRECTIONS, NAME_AGAIN = "quarantined", "corrections", "name-again"
BEING_WITHDRAWN = "being-withdrawn"


def _select_state(state: State) -> Callable[[], QuerySet[Endorsement]]:
    return lambda: Endorsement.objects.filter(state=state)


def _select_corrections() -> QuerySet[Endorsement]:
    waiting = Endorsement.objects.not_being_withdrawn()
    return waiting.filter(state__in=ACTIVE, corrections__state=CorrectionState.PROPOSED)


def _select_name_again() -> QuerySet[Endorsement]:
    # The subquery makes SQLite use the small partial index; otherwise it reads all that are approved.
    asked = Endorsement.objects.filter(name_again_at__isnull=False).values("pk")
    waiting = Endorsement.objects.not_being_withdrawn().filter(pk__in=asked)
    return waiting.filter(state=State.APPROVED, display=Display.WITHHELD)


TABS: Final[dict[str, tuple[str | Promise, Callable[[], QuerySet[Endorsement]]]]] = {
    State.CONFIRMED: (_("Waiting"), Endorsement.objects.to_decide),
    State.RETURNED: (State.RETURNED.label, _select_state(State.RETURNED)),
    CORRECTIONS: (_("Corrections"), _select_corrections),
    NAME_AGAIN: (_("Publish name again"), _select_name_again),
    QUARANTINED: (_("On hold"), Endorsement.objects.undecided_on_hold),
    State.SUBMITTED: (State.SUBMITTED.label, _select_state(State.SUBMITTED)),
    State.APPROVED: (State.APPROVED.label, _select_state(State.APPROVED)),
    State.REJECTED: (State.REJECTED.label, _select_state(State.REJECTED)),
    BEING_WITHDRAWN: (_("Being withdrawn"), Endorsement.objects.being_withdrawn),
    State.WITHDRAWN: (State.WITHDRAWN.label, _select_state(State.WITHDRAWN)),
}
"""The label of each tab and what it shows, in the order of the page."""
WORK_TABS: Final = (State.CONFIRMED, CORRECTIONS, NAME_AGAIN, QUARANTINED)
"""Those with work for moderators. The others stand together behind them."""


class Age:
    ON_TIME, LATE, OVERDUE = "on-time", "late", "overdue"


AGE_LABELS: Final[dict[str, str | Promise]] = {
    Age.ON_TIME: _("On time"),
    Age.LATE: _("Late"),
    Age.OVERDUE: _("Overdue"),
}


def get_age(endorsement: Endorsement, *, at: datetime) -> str:
    """Return how long an undecided endorsement has waited, as one of Age; "" once it is decided."""
    if endorsement.state not in (State.CONFIRMED, State.RETURNED) or endorsement.confirmed_at is None:
        return ""
    waited = at - endorsement.confirmed_at
    if waited > timedelta(days=settings.OVERDUE_AFTER_DAYS):
        return Age.OVERDUE
    return Age.LATE if waited > timedelta(days=settings.LATE_AFTER_DAYS) else Age.ON_TIME


@dataclass(frozen=True)
class Filters:
    """The filters in the query string of an address."""

    state: str = State.CONFIRMED
    q: str = ""
    flag: str = ""
    age: str = ""
    country: str = ""
    appeal: str = ""
    mine: str = ""
    reason: str = ""  # for which it is on hold

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Filters":
        """Return the filters in the query of an address. Raises Http404 for a value that no page offers."""
        chosen = cls(**{field.name: query.get(field.name) or str(field.default) for field in fields(cls)})
        known = (
            (chosen.state, TABS),
            (chosen.flag, {"", *FlagCode.values}),
            (chosen.age, {"", *AGE_LABELS}),
            (chosen.country, {"", *COUNTRY_CODES}),
            (chosen.mine, {"", "1"}),
            (chosen.reason, {"", *Suspicion.values}),
        )
        if any(value not in words for value, words in known):
            raise Http404
        return chosen

    def to_querystring(self, **changes: object) -> str:
        """Return the query string of these filters, with `changes`."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)} | changes
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything but a tab and an appeal was chosen."""
        return self != Filters(self.state, appeal=self.appeal)

    def select(self, *, by: Actor, at: datetime) -> QuerySet[Endorsement]:
        """Return the endorsements that are shown to `by`, unordered."""
        return TABS[self.state][1]().filter(*self.build_conditions(by=by, at=at))

    def build_conditions(self, *, by: Actor, at: datetime) -> list[Any]:
        """Return the conditions of every filter but the tab."""
        wanted: list[Any] = []
        opened = load_names() if self.q.strip() or self.country else {}
        if self.q.strip():
            wanted.append(search_condition(self.q, opened))
        if self.flag:
            wanted.append(Exists(Flag.objects.filter(endorsement=OuterRef("pk"), code=self.flag)))
        if self.age:
            wanted.append(_age_condition(self.age, at=at))
        if self.country:
            abroad = [pk for pk, name in opened.items() if self.country in name.countries]
            wanted.append(Q(countries__contains=self.country) | has_one_of(abroad))
        if self.appeal:
            wanted.append(Q(appeal__slug=self.appeal))
        if self.reason:
            wanted.append(Q(quarantined_for=self.reason))
        if self.mine:
            events = AuditEvent.objects.filter(actor_kind=by.kind, actor_id=by.id, subject_kind="endorsement")
            wanted.append(Exists(events.filter(subject_id=OuterRef("pk"))))
        return wanted


def search_condition(typed: str, opened: Mapping[int, OpenedName] | None = None) -> Q:
    """Return the condition for a name or acronym in either alphabet, or the id of an endorsement.

    `opened` are the encrypted names, decrypted, where the caller has them.
    """
    opened = load_names() if opened is None else opened
    folded, spoken = names.fold(typed), build_sound_key(typed)
    if not folded:
        return Q(pk__in=())
    wanted = Q(folded__contains=folded)
    if spoken:
        wanted |= Q(folded__contains=spoken)
    parts = folded.split()
    wanted |= Q(*(Q(folded__contains=part) for part in parts))  # in any order
    texts = [text for text in (folded, spoken) if text]
    keys = chain(((pk, name.search_key) for pk, name in opened.items()), _unscreened_keys())
    wanted |= has_one_of(
        pk for pk, key in keys if any(text in key for text in texts) or all(part in key for part in parts)
    )
    if (number := parse_number(typed.strip())) is not None:
        wanted |= Q(pk=number)
    return wanted


def _unscreened_keys() -> Iterator[tuple[int, str]]:
    """Yield id and search key of each name in clear that was not screened yet: its column is still empty.

    Unconfirmed endorsements are never screened, and staff look for them all the same.
    """
    rows = Endorsement.objects.filter(folded="").exclude(organisation_name="")
    for pk, name, acronym in rows.values_list("pk", "organisation_name", "acronym").iterator():
        yield pk, build_search_key(name, acronym)


def has_one_of(ids: Iterable[int]) -> Q:
    """Return the condition for these ids, however many."""
    # All in one parameter: databases take some 30,000 at most, and there may be more encrypted names.
    elements = "json_each(%s)" if connection.vendor == "sqlite" else "jsonb_array_elements_text(%s::jsonb)"
    value = "value" if connection.vendor == "sqlite" else "value::bigint"
    return Q(pk__in=RawSQL(f"SELECT {value} FROM {elements}", [json.dumps(list(ids))]))  # noqa: S608, S611


def _age_condition(age: str, *, at: datetime) -> Q:
    late, overdue = (at - timedelta(days=days) for days in (settings.LATE_AFTER_DAYS, settings.OVERDUE_AFTER_DAYS))
    if age == Age.OVERDUE:
        return Q(confirmed_at__lt=overdue)
    return Q(confirmed_at__lt=late, confirmed_at__gte=overdue) if age == Age.LATE else Q(confirmed_at__gte=late)
