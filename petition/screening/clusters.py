"""Many that look like one hand's work: proposed to be set aside or decided together, never by itself.

Honest ones share things too. A capital city's mobile networks put dozens of organisations behind one address, everybody
uses the same free mail, and names begin alike. So a network counts only within one hour, a domain only where not
everybody gets a mailbox, a name only where it differs from others in nothing but something like a serial number, and a
burst only of forms that were sent faster than a person types.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from petition.models import Endorsement, Origin
from petition.models.endorsements import UNDECIDED
from petition.text.names import folded

LOOKED_AT = 20_000
"""The newest of those that wait, and of those on hold; older ones come up once these are decided."""
FASTER_THAN_TYPING = 10
"""Seconds in which nobody types six fields and ticks three boxes."""


@dataclass(frozen=True)
class Arrived:
    """What is looked at of one endorsement."""

    pk: int
    domain: str
    network: str
    at: datetime
    seconds: int | None
    name: str
    is_confirmed: bool
    explained_by: int
    is_on_hold: bool = False  # set aside already, by a limit or by a moderator


@dataclass(frozen=True)
class Cluster:
    """Endorsements, in order of arrival, that share `key` in one respect, `kind`."""

    kind: str  # domain, network, text, burst
    key: str
    rows: tuple[Arrived, ...]

    @property
    def first(self) -> datetime:
        return self.rows[0].at

    @property
    def last(self) -> datetime:
        return self.rows[-1].at

    @property
    def on_hold(self) -> int:
        """How many are set aside already."""
        return sum(row.is_on_hold for row in self.rows)

    @property
    def confirmed(self) -> int:
        """How many have proven their mailbox."""
        return sum(row.is_confirmed for row in self.rows)


Key = tuple[str, str] | None  # what the cluster is called, and within which part of it these are counted


def _hour(row: Arrived) -> str:
    return row.at.strftime("%Y-%m-%dT%H")


def _by_domain(row: Arrived) -> Key:
    return (row.domain, "") if row.domain else None


def _by_network(row: Arrived) -> Key:
    return (row.network, _hour(row)) if row.network else None


def _by_text(row: Arrived) -> Key:
    pattern = pattern_of(row.name)
    return (pattern, "") if pattern else None


def _by_burst(row: Arrived) -> Key:
    return ("", _hour(row)) if row.seconds is not None and row.seconds <= FASTER_THAN_TYPING else None


_KINDS: dict[str, tuple[Callable[[Arrived], Key], int]] = {
    "domain": (_by_domain, 8),
    "network": (_by_network, 30),
    "text": (_by_text, 8),
    "burst": (_by_burst, 12),
}
"""How each kind groups, and from how many in one group on it is worth a look."""

_SERIAL = re.compile(r"\w*\d\w*")


def pattern_of(name: str) -> str:
    """The folded name with every word that has a digit in it replaced: equal for names made from one mould."""
    return _SERIAL.sub("#", folded(name))


def arrived() -> Iterator[Arrived]:
    """Yield the newest endorsements that came by the form and wait: those to decide, and those on hold.

    A limit sets aside what comes above it, so that a flood is most often in both. Of each at most LOOKED_AT: however
    many are on hold, they displace none of the others.
    """
    came = {"state__in": UNDECIDED, "origin": Origin.FORM, "sealed_name": ""}
    yield from _newest(Endorsement.objects.not_quarantined().filter(**came), is_on_hold=False)
    yield from _newest(Endorsement.objects.set_aside().filter(**came), is_on_hold=True)


def _newest(rows: QuerySet[Endorsement], *, is_on_hold: bool) -> Iterator[Arrived]:
    columns = (
        "pk", "domain_index", "network_index", "submitted_at", "seconds_to_fill", "organisation_name", "confirmed_at",
        "explained_by",
    )  # fmt: skip
    newest = rows.order_by("-pk").values_list(*columns)[:LOOKED_AT]
    for pk, domain, network, at, seconds, name, confirmed_at, explained_by in newest:
        yield Arrived(pk, domain, network, at, seconds, name, confirmed_at is not None, explained_by, is_on_hold)


def clusters_in(rows: list[Arrived]) -> list[Cluster]:
    """All clusters among `rows`, the largest first. One endorsement may be in several."""
    found = [
        Cluster(kind, key, tuple(sorted(members, key=lambda row: row.pk)))
        for kind, (key_of, least) in _KINDS.items()
        for key, members in _grouped(rows, key_of, least).items()
    ]
    return sorted(found, key=lambda cluster: (-len(cluster.rows), cluster.kind, cluster.key))


def _grouped(rows: list[Arrived], key_of: Callable[[Arrived], Key], least: int) -> dict[str, list[Arrived]]:
    groups = defaultdict(list)
    for row in rows:
        if key := key_of(row):
            groups[key].append(row)
    dense: dict[str, list[Arrived]] = defaultdict(list)
    for (name, _), members in groups.items():
        if len(members) >= least:
            dense[name] += members
    return dense
