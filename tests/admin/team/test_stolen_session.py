"""Somebody has a moderator's session for an hour: each limit stops it at the value that we ship."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.staff import hourly_limits
from petition.models import Appeal, AuditEvent, Role
from tests.admin.staff_accounts import create_account, create_client
from tests.admin.team.test_hourly_limits import WAYS, list_alerts, press
from tests.evidence.figures import record_figure, sized
from tests.factories import confirmed
from tests.faults.variants import variant

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

SHIPPED = {"contacts": 30, "hides": 20, "revokes": 20, "withdrawals": 5, "approvals": 300}
FEWER = sized(10, 1)
"""In the tests a tenth of each limit is enough; the full proof takes what we ship."""
MORE = 5
"""How often the thief goes on trying."""


def approve(client: Client, appeal: Appeal, rows: int) -> list[bool]:
    paths = [f"/admin/endorsements/{confirmed(appeal).pk}/decide/" for _ in range(rows)]
    return [press(client, path, decision="approve") for path in paths]


ATTEMPTS: dict[str, Callable[[Client, Appeal, int], list[bool]]] = {**WAYS, "approvals": approve}


@pytest.fixture
def account(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> User:
    assert settings.HOURLY_LIMITS | {"approvals": hourly_limits.MOST_APPROVALS} == SHIPPED
    settings.HOURLY_LIMITS = {limit: max(2, most // FEWER) for limit, most in settings.HOURLY_LIMITS.items()}
    monkeypatch.setattr(hourly_limits, "MOST_APPROVALS", max(2, SHIPPED["approvals"] // FEWER))
    create_account("chief", is_superuser=True)
    return create_account("moderator", Role.MODERATOR)


@pytest.mark.parametrize("limit", ATTEMPTS)
def test_a_stolen_session_is_stopped_at_each_limit(account: User, appeal: Appeal, limit: str) -> None:
    most, thief = hourly_limits.get_limit(limit), create_client(account, proved_ago=1800)
    assert ATTEMPTS[limit](thief, appeal, most + MORE) == [True] * most + [False] * MORE
    done = AuditEvent.objects.filter(verb__in=hourly_limits.VERBS[limit], actor_id=account.pk).count()
    assert done == most
    told = "" if limit == hourly_limits.APPROVALS else ", the other staff told"  # approving too much harms no name
    assert list_alerts() == ([("chief", limit)] if told else [])
    record_figure("moderators session", f"{limit}: {done} done, {MORE} of {MORE} more refused{told}")


def test_without_limits_the_thief_goes_on(account: User, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken variant: what was done is not counted."""
    blind = variant(hourly_limits, {"        if is_above_limit(limit,": "        if False and is_above_limit(limit,"})
    monkeypatch.setattr(hourly_limits.SessionLimits, "check", blind.SessionLimits.check)
    most, thief = hourly_limits.get_limit("contacts"), create_client(account, proved_ago=1800)
    assert ATTEMPTS["contacts"](thief, appeal, most + MORE) == [True] * (most + MORE)
