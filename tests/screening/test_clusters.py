"""Endorsements of one author are proposed as a cluster; what honest organisations share is not."""

from datetime import timedelta
from typing import Any

import pytest

from petition.actions.moderation import hold
from petition.models import Appeal, Endorsement, OutgoingMail
from petition.screening.clusters import Cluster, ClusterMember, build_name_pattern, find_clusters, load_members
from tests import factories
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


def build_members(count: int, **facts: Any) -> list[ClusterMember]:
    """Return arrivals a minute apart that share only `facts`; `{}` in a text becomes the number."""
    made = []
    for number in range(count):
        plain: dict[str, Any] = {"domain": f"d{number}", "network": f"n{number}", "seconds": 90, "is_confirmed": False}
        plain |= {"at": NOON + number * MINUTE, "name": f"Fund of {'abcdefghij'[number % 10] * (number // 10 + 3)}"}
        values = {name: value.format(number) if isinstance(value, str) else value for name, value in facts.items()}
        made.append(ClusterMember(**({"pk": number + 1, "explained_by": number + 1} | plain | values)))
    return made


def count_clusters(arrivals: list[ClusterMember]) -> list[tuple[str, int]]:
    return [(cluster.kind, len(cluster.rows)) for cluster in find_clusters(arrivals)]


@pytest.mark.parametrize(
    ("count", "facts", "kinds"),
    [
        (60, {}, []),
        (8, {"domain": "x"}, [("domain", 8)]),
        (7, {"domain": "x"}, []),
        (60, {"domain": ""}, []),
        (60, {"network": "x"}, [("network", 60)]),
        (29, {"network": "x"}, []),
        (60, {"network": ""}, []),
        (8, {"name": "Fund for Peace {}"}, [("text", 8)]),
        (8, {"name": "Фонд №{} «Мир»"}, [("text", 8)]),
        (8, {"name": "Fund a{}bc"}, [("text", 8)]),
        (7, {"name": "Fund for Peace {}"}, []),
        (12, {"seconds": 10}, [("burst", 12)]),
        (11, {"seconds": 10}, []),
        (60, {"seconds": 11}, []),
        (60, {"seconds": None}, []),
    ],
)
def test_clusters_are_proposed_from_a_minimum_size(
    count: int, facts: dict[str, Any], kinds: list[tuple[str, int]]
) -> None:
    assert count_clusters(build_members(count, **facts)) == kinds


def test_many_from_one_network_over_a_day_are_no_cluster() -> None:
    assert (
        count_clusters(
            [
                ClusterMember(**(vars(row) | {"at": NOON + row.pk * 3 * MINUTE}))
                for row in build_members(300, network="x")
            ]
        )
        == []
    )


def test_busy_hours_in_a_row_are_one_cluster_without_quiet_hours() -> None:
    flood = build_members(180, network="x", seconds=5)
    later = [ClusterMember(**(vars(row) | {"pk": 999, "at": NOON + timedelta(hours=9)})) for row in flood[:1]]
    assert count_clusters([*later, *flood]) == [("burst", 180), ("network", 180)]


def test_names_that_only_begin_alike_are_no_cluster() -> None:
    names = ["Human Rights Centre “Kylym Shamy”", "Human Rights Centre Osh", "Human Rights Centre", "Centre 2000"]
    assert len({build_name_pattern(name) for name in names}) == 4
    assert build_name_pattern("Fund №17 (Osh)") == build_name_pattern("FUND 18b, Osh") == "fund # osh"


def test_a_cluster_has_its_time_and_number_of_confirmed_mailboxes() -> None:
    made = build_members(9, domain="x")
    made[3] = ClusterMember(**(vars(made[3]) | {"is_confirmed": True}))
    (cluster,) = find_clusters(made[::-1])
    assert isinstance(cluster, Cluster)
    assert (cluster.first, cluster.last, cluster.confirmed) == (NOON, NOON + 8 * MINUTE, 1)


@pytest.mark.both_databases
def test_waiting_rows_are_clustered_on_hold_or_not(appeal: Appeal) -> None:
    waiting, confirmed = factories.submitted(appeal)[0], factories.confirmed(appeal)
    factories.approved(appeal)
    aside = factories.confirmed(appeal)
    hold.put_on_hold([aside.pk], reason="network", by=factories.MODERATOR, at=NOON)
    looked_at = list(load_members())
    events = [(row.pk, row.is_confirmed, row.is_on_hold) for row in looked_at]
    assert events == [(confirmed.pk, True, False), (waiting.pk, False, False), (aside.pk, True, True)]
    assert looked_at[0].explained_by == Endorsement.objects.get(pk=confirmed.pk).explained_by
    assert looked_at[0].domain == Endorsement.objects.get(pk=confirmed.pk).domain_index != ""
    assert Cluster("domain", "x", tuple(looked_at)).on_hold == 1


@pytest.mark.both_databases
def test_rows_on_hold_do_not_displace_others(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petition.screening.thresholds.CLUSTER_ROWS", 2)
    waiting = factories.confirmed(appeal)
    aside = [factories.confirmed(appeal).pk for _ in range(4)]
    hold.put_on_hold(aside, reason="network", by=factories.MODERATOR, at=NOON)
    assert [row.pk for row in load_members()] == [waiting.pk, aside[3], aside[2]]


@pytest.mark.both_databases
def test_withheld_names_made_from_one_template_are_a_cluster(appeal: Appeal) -> None:
    rows = []
    for number in range(8):
        rows.append(factories.confirmed(appeal, organisation_name=f"Peace {number} Fund", display="withheld").pk)
        OutgoingMail.objects.all().delete()  # the next form would look at each of them
    clusters = {cluster.kind: cluster for cluster in find_clusters(list(load_members()))}
    assert [row.pk for row in clusters["text"].rows] == rows
    assert clusters["text"].rows[3].name == "Peace 3 Fund"
