"""Detect endorsements that look like the work of one person: in the whole queue, and around one endorsement.

A cluster is proposed to a moderator, who may put it on hold or decide it as a whole; nothing happens to it by itself.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from petition.models import Endorsement, FlagCode, Origin
from petition.models.choices import UNDECIDED
from petition.screening import thresholds
from petition.screening.findings import Subject
from petition.screening.opened_names import OpenedName, load_names
from petition.text.names import fold


@dataclass(frozen=True)
class ClusterMember:
    """What the detector looks at of one endorsement."""

    pk: int
    domain: str
    network: str
    at: datetime
    seconds: int | None  # taken to fill in the form
    name: str  # '' where it cannot be decrypted
    is_confirmed: bool
    explained_by: int
    is_on_hold: bool = False


@dataclass(frozen=True)
class Cluster:
    """Endorsements, in order of arrival, that share `key` in one respect, `kind`."""

    kind: str  # domain, network, text, burst
    key: str
    rows: tuple[ClusterMember, ...]

    @property
    def first(self) -> datetime:
        return self.rows[0].at

    @property
    def last(self) -> datetime:
        return self.rows[-1].at

    @property
    def on_hold(self) -> int:
        """Return how many are on hold already."""
        return sum(row.is_on_hold for row in self.rows)

    @property
    def confirmed(self) -> int:
        """Return how many have confirmed their mailbox."""
        return sum(row.is_confirmed for row in self.rows)


ClusterKey = tuple[str, str] | None  # what the cluster is called, and the part of it within which members are counted


def _hour(row: ClusterMember) -> str:
    return row.at.strftime("%Y-%m-%dT%H")


def _by_domain(row: ClusterMember) -> ClusterKey:
    return (row.domain, "") if row.domain else None


def _by_network(row: ClusterMember) -> ClusterKey:
    return (row.network, _hour(row)) if row.network else None


def _by_name(row: ClusterMember) -> ClusterKey:
    pattern = build_name_pattern(row.name)
    return (pattern, "") if pattern else None


def _by_burst(row: ClusterMember) -> ClusterKey:
    is_fast = row.seconds is not None and row.seconds <= thresholds.FAST_FILL_SECONDS
    return ("", _hour(row)) if is_fast else None


_KINDS: dict[str, tuple[Callable[[ClusterMember], ClusterKey], int]] = {
    "domain": (_by_domain, thresholds.CLUSTER_BY_DOMAIN),
    "network": (_by_network, thresholds.CLUSTER_BY_NETWORK),
    "text": (_by_name, thresholds.CLUSTER_BY_NAME),
    "burst": (_by_burst, thresholds.CLUSTER_BY_BURST),
}
_SERIAL = re.compile(r"\w*\d\w*")


def build_name_pattern(name: str) -> str:
    """Return the folded name with every word that has a digit replaced: equal for names made from one template."""
    return _SERIAL.sub("#", fold(name))


def load_members() -> Iterator[ClusterMember]:
    """Yield the newest endorsements that came by the form and wait: those to decide, and those on hold."""
    # A rate limit puts on hold what comes above it, so an attack is most often in both. Each has its own share of
    # rows: however many are on hold, they displace none of the others.
    came, opened = {"state__in": UNDECIDED, "origin": Origin.FORM}, load_names()
    yield from _load_newest(Endorsement.objects.not_on_hold().filter(**came), opened, is_on_hold=False)
    yield from _load_newest(Endorsement.objects.undecided_on_hold().filter(**came), opened, is_on_hold=True)


def _load_newest(
    rows: QuerySet[Endorsement], opened: Mapping[int, OpenedName], *, is_on_hold: bool
) -> Iterator[ClusterMember]:
    columns = (
        "pk", "domain_index", "network_index", "submitted_at", "seconds_to_fill", "organisation_name", "confirmed_at",
        "explained_by",
    )  # fmt: skip
    newest = rows.order_by("-pk").values_list(*columns)[: thresholds.CLUSTER_ROWS]
    for pk, domain, network, at, seconds, name, confirmed_at, explained_by in newest:
        if not name and pk in opened:
            name = opened[pk].organisation_name  # noqa: PLW2901
        yield ClusterMember(pk, domain, network, at, seconds, name, confirmed_at is not None, explained_by, is_on_hold)


def find_clusters(rows: list[ClusterMember]) -> list[Cluster]:
    """Return all clusters among `rows`, the largest first. One endorsement may be in several."""
    clusters = [
        Cluster(kind, key, tuple(sorted(members, key=lambda row: row.pk)))
        for kind, (key_of, least) in _KINDS.items()
        for key, members in _group(rows, key_of, least).items()
    ]
    return sorted(clusters, key=lambda cluster: (-len(cluster.rows), cluster.kind, cluster.key))


def _group(
    rows: list[ClusterMember], key_of: Callable[[ClusterMember], ClusterKey], least: int
) -> dict[str, list[ClusterMember]]:
    parts = defaultdict(list)
    for row in rows:
        if key := key_of(row):
            parts[key].append(row)
    dense: dict[str, list[ClusterMember]] = defaultdict(list)
    for (name, _), members in parts.items():
        if len(members) >= least:  # quiet hours are left out, and busy hours of one network are one cluster
            dense[name] += members
    return dense


def find_related(subject: Subject) -> Iterator[tuple[FlagCode, tuple[int, ...]]]:
    """Yield the numbers of endorsements that came with this one, and in which respect, where there are many."""
    row, day, minutes = subject.row, thresholds.RELATED_WITHIN, thresholds.BURST_WITHIN
    around = Endorsement.objects.filter(
        appeal=row.appeal_id,
        origin=Origin.FORM,
        submitted_at__gte=row.submitted_at - day,
        submitted_at__lte=row.submitted_at + day,
    ).exclude(pk=row.pk)
    if row.network_index:
        others = _numbers(around.filter(network_index=row.network_index))
        if len(others) >= thresholds.RELATED_BY_NETWORK:
            yield FlagCode.SAME_NETWORK, others
    if subject.has_own_domain:
        others = _numbers(around.exclude(name_index=row.name_index).filter(domain_index=row.domain_index))
        if len(others) >= thresholds.RELATED_BY_DOMAIN:
            yield FlagCode.SAME_DOMAIN, others
    others = _numbers(
        around.filter(submitted_at__gte=row.submitted_at - minutes, submitted_at__lte=row.submitted_at + minutes)
    )
    if len(others) >= thresholds.RELATED_BY_BURST:
        yield FlagCode.BURST, others


def _numbers(rows: QuerySet[Endorsement]) -> tuple[int, ...]:
    return tuple(rows.order_by("pk").values_list("pk", flat=True)[: thresholds.RELATED_SHOWN])
