"""Hourly limits: a stolen session can do little, and the other staff get a mail."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from petition.actions.audit import Actor
from petition.actions.mailing import staff_alerts
from petition.actions.moderation import batches, contact_access
from petition.actions.refusals import LimitReached
from petition.actions.staff import hourly_limits
from petition.environment import Environment
from petition.models import Appeal, AuditEvent, BatchAction, Dispute, Endorsement, Role, Signatory
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, an_appeal, approved, confirmed, mails
from tests.models.rows import create_encrypted

HOUR = timedelta(hours=1)
MOST = {"contacts": 3, "hides": 3, "revokes": 3, "withdrawals": 2}


@pytest.fixture(autouse=True)
def low_limits(settings: Settings) -> None:
    settings.HOURLY_LIMITS = MOST


@pytest.fixture
def account(db: None) -> User:
    create_account("chief", is_superuser=True)
    create_account("editor", Role.EDITOR)
    return create_account("moderator", Role.MODERATOR)


@pytest.fixture
def thief(account: User) -> Client:
    """A session that last proved its identity half an hour ago."""
    return create_client(account, proved_ago=1800)


def press(client: Client, path: str, **typed: Any) -> bool:
    """Return whether it was done; otherwise the account was asked to authenticate."""
    response = client.post(path, typed, headers={"referer": "http://127.0.0.1:8000/admin/"})
    return "reauthenticate" not in response.get("Location", "")


def list_alerts() -> list[tuple[str, str]]:
    return [
        (address.split("@")[0], content["limit"]) for message, address, content in mails() if message == "limit_reached"
    ]


def open_contacts(client: Client, appeal: Appeal, rows: int) -> list[bool]:
    return [press(client, f"/admin/endorsements/{confirmed(appeal).pk}/contact/") for _ in range(rows)]


def hide_names(client: Client, appeal: Appeal, rows: int) -> list[bool]:
    listed = Endorsement.objects.filter(appeal=appeal, signatory__kind="original", signatory__status="listed")
    numbers = list(listed.order_by("pk").values_list("pk", flat=True)[:rows])
    return [press(client, f"/admin/endorsements/{number}/name/", decision="hide") for number in numbers]


def make_decisions(decision: str) -> Callable[[Client, Appeal, int], list[bool]]:
    def decide(client: Client, appeal: Appeal, rows: int) -> list[bool]:
        paths = [f"/admin/endorsements/{approved(appeal).pk}/decide/" for _ in range(rows)]
        return [press(client, path, decision=decision) for path in paths]

    return decide


WAYS = {
    "contacts": open_contacts,
    "hides": hide_names,
    "revokes": make_decisions("revoke"),
    "withdrawals": make_decisions("withdraw"),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("limit", WAYS)
def test_above_the_limit_the_account_must_authenticate_again(
    thief: Client, appeal: Appeal, account: User, limit: str
) -> None:
    most = MOST[limit]
    assert WAYS[limit](thief, appeal, most + 3) == [True] * most + [False] * 3
    done = AuditEvent.objects.filter(verb__in=hourly_limits.VERBS[limit], actor_id=account.pk)
    assert done.count() == most
    assert list_alerts() == [("chief", limit), ("editor", limit)], "once, and not to the account itself"
    reached = AuditEvent.objects.get(verb="reach_limit")
    assert (reached.subject_id, reached.actor_id, reached.reason) == (account.pk, account.pk, limit)


@pytest.mark.parametrize("limit", WAYS)
def test_authenticating_again_doubles_the_limit(thief: Client, appeal: Appeal, account: User, limit: str) -> None:
    WAYS[limit](thief, appeal, 1)
    past = {"at": clock.now() - timedelta(minutes=10)}
    event = {"actor_kind": "staff", "actor_id": account.pk, "subject_kind": "endorsement"}
    verb = min(hourly_limits.VERBS[limit])
    AuditEvent.objects.bulk_create([AuditEvent(verb=verb, **past, **event) for _ in range(MOST[limit])])
    assert not WAYS[limit](thief, appeal, 2)[-1]
    again = create_client(account, proved_ago=300)  # after the ten, before the one
    assert WAYS[limit](again, appeal, MOST[limit] + 1)[-2:] == [False, False]
    assert WAYS[limit](create_client(account), appeal, MOST[limit] + 1) == [True] * MOST[limit] + [False]


def test_on_https_the_second_factor_is_asked_and_a_password_is_not_enough(account: User, appeal: Appeal) -> None:
    TOTP.activate(account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = create_client(account)  # a password, a moment ago
    open_contacts(client, appeal, 3)
    response = client.post(f"/admin/endorsements/{confirmed(appeal).pk}/contact/")
    assert response["Location"].startswith("/admin/second-factor/reauthenticate/?next=")
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "at": time.time(), "reauthenticated": True}]
    session.save()
    assert open_contacts(client, appeal, 4) == [True] * 3 + [False]


def test_disputes_count_as_contacts_and_private_links_as_withdrawals(account: User, appeal: Appeal) -> None:
    """A private link is enough to withdraw at once and finally."""
    client = create_client(account, proved_ago=200)  # recent enough for a link, before everything below
    with clock.freeze(clock.now() + timedelta(seconds=1)):
        open_contacts(client, appeal, 2)
        rows = [Dispute(appeal=appeal, raised_at=NOON) for _ in range(2)]
        paths = [reverse("admin:dispute", args=[create_encrypted(row, sealed_message="Not us").pk]) for row in rows]
        assert [press(client, path) for path in paths] == [True, False]
        links = [f"/admin/endorsements/{approved(appeal).pk}/link/" for _ in range(3)]
        assert [press(client, path, checked="on") for path in links] == [True, True, False]
        assert not make_decisions("withdraw")(client, appeal, 1)[0]
    assert sorted(set(list_alerts())) == [
        *[("chief", limit) for limit in ("contacts", "withdrawals")],
        *[("editor", limit) for limit in ("contacts", "withdrawals")],
    ]


def test_other_decisions_are_not_limited(thief: Client, appeal: Appeal) -> None:
    hide_names(thief, appeal, 4)
    row = confirmed(appeal)
    for decision in ("approve", "revoke", "reject", "reopen"):
        assert press(thief, f"/admin/endorsements/{row.pk}/decide/", decision=decision)
    assert thief.get("/admin/").status_code == 200


def test_the_limit_restarts_after_an_hour_and_alerts_again(thief: Client, appeal: Appeal) -> None:
    now = clock.now()
    with clock.freeze(now):
        open_contacts(thief, appeal, 4)
    with clock.freeze(now + timedelta(minutes=29)):  # before the session is over
        assert open_contacts(thief, appeal, 1) == [False]
    account = User.objects.get(username="moderator")
    assert hourly_limits.count_used("contacts", account_id=account.pk, since=now) == 0
    assert hourly_limits.count_used("contacts", account_id=account.pk, since=now - HOUR) == 3
    for minutes, mail_count in ((59, 2), (60, 4), (61, 4)):
        staff_alerts.alert_limit_reached(account.pk, "contacts", at=now + minutes * timedelta(minutes=1))
        assert len(list_alerts()) == mail_count


def test_the_operator_has_no_limit_on_hiding(appeal: Appeal) -> None:
    for number in range(1, 6):
        call_command("hide", f"original-{number}", stdout=StringIO())
    assert Signatory.objects.filter(kind="original", status="no_longer_listed").count() == 5


def test_batches_of_two_people_count_for_neither(account: User, appeal: Appeal) -> None:
    batch = batches.start(BatchAction.APPROVE, [confirmed(appeal).pk for _ in range(26)], by=0, at=clock.now())
    batches.carry_out(batch.pk, by=account.pk, at=clock.now())
    alone = batches.start(BatchAction.APPROVE, [confirmed(appeal).pk for _ in range(2)], by=account.pk, at=clock.now())
    while batches.continue_batches():
        pass
    assert alone.parts.filter(outcome="done").count() == 2
    assert AuditEvent.objects.filter(verb="approve", actor_id=account.pk).count() == 28
    assert hourly_limits.count_used("approvals", account_id=account.pk, since=clock.now() - HOUR) == 2


def test_undoing_an_old_batch_counts_as_removing_names(thief: Client, account: User, appeal: Appeal) -> None:
    """Within its minute it needs no authentication; a week later it is a revocation."""
    now = clock.now()
    old, new = (
        batches.start(BatchAction.APPROVE, [confirmed(appeal).pk for _ in range(4)], by=0, at=at)
        for at in (now - timedelta(days=7), now)
    )
    while batches.continue_batches():
        pass
    assert not press(thief, f"/admin/batches/{old.pk}/", deed="undo")
    assert list_alerts() == [("chief", "revokes"), ("editor", "revokes")]
    with clock.freeze(now):
        assert press(thief, f"/admin/batches/{new.pk}/", deed="undo")
    fresh = create_client(account)
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        assert press(fresh, f"/admin/batches/{old.pk}/", deed="undo"), "all of it, not three"
        assert make_decisions("revoke")(fresh, appeal, 1) == [False], "and it counts"


def test_no_bulk_action_withdraws_and_those_that_hide_or_revoke_take_two_people() -> None:
    assert set(BatchAction.values) == {"quarantine", "release", "approve", "reject", "hide", "revoke"}
    assert [action for action in BatchAction if batches.needs_second_person(action, 1)] == [
        BatchAction.REVOKE,
        BatchAction.HIDE,
    ]


def test_the_mail_names_the_account_and_no_organisation(thief: Client, appeal: Appeal) -> None:
    open_contacts(thief, appeal, 4)
    message, _, content = mails()[-1]
    assert (message, content["account"], content["count"]) == ("limit_reached", "moderator", "3")
    assert "Made-up" not in str(content)


@pytest.mark.parametrize("name", ["CONTACTS_PER_HOUR", "HIDES_PER_HOUR", "REVOKES_PER_HOUR", "WITHDRAWALS_PER_HOUR"])
def test_the_operator_sets_the_limits(name: str) -> None:
    defaults = {"contacts": 30, "hides": 20, "revokes": 20, "withdrawals": 5}
    assert Environment({}).hourly_limits() == defaults
    assert Environment({name: "7"}).hourly_limits() == defaults | {name.split("_", maxsplit=1)[0].lower(): 7}
    for value in ("0", "-1", "many"):
        with pytest.raises(ImproperlyConfigured, match=name):
            Environment({name: value}).hourly_limits()


# --- at once ---


def open_contacts_at_once(appeal: Appeal, by: Actor, look: Callable[..., object]) -> int:
    """Return how many of four open a contact when one is left, and all have counted before one has stored anything."""
    rows, pause, contacts = [confirmed(appeal).pk for _ in range(4)], Barrier(4), []
    original_used = hourly_limits.count_used

    def slow_used(*args: Any, **options: Any) -> int:
        count = original_used(*args, **options)
        try:
            pause.wait(timeout=1)
        except BrokenBarrierError:
            pass  # the others wait for the lock, as they should
        return count

    def one(pk: int) -> None:
        try:
            contacts.append(look(pk, by=by, at=clock.now()))
        except LimitReached:
            pass
        finally:
            connection.close()

    threads = [Thread(target=one, args=[pk]) for pk in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hourly_limits, "count_used", slow_used)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return len(contacts)


def open_after_counting(pk: int, *, by: Actor, at: datetime) -> object:
    """The broken variant, which the test must notice: count first, then respond."""
    if hourly_limits.is_above_limit("contacts", account_id=by.id or 0, coming=1, last_proof=lambda: None, at=at):
        raise LimitReached("contacts")
    return contact_access.open_contact(pk, by=Actor.staff(by.id or 0), at=at)


@pytest.mark.both_databases
@pytest.mark.parametrize(("look", "expected"), [(contact_access.open_contact, 1), (open_after_counting, 4)])
def test_parallel_requests_do_not_exceed_the_limit(committed: None, look: Callable[..., object], expected: int) -> None:
    """Takes a second, in which the first waits for the others in vain."""
    appeal, account = an_appeal(), create_account("moderator", Role.MODERATOR)
    by = Actor.staff(account.pk, limits=hourly_limits.SessionLimits(lambda: None))
    for _ in range(2):
        contact_access.open_contact(confirmed(appeal).pk, by=by, at=clock.now())
    assert open_contacts_at_once(appeal, by, look) == expected


def test_every_limited_verb_is_recorded_by_an_action() -> None:
    """A renamed verb would no longer be limited."""
    actions = Path(hourly_limits.__file__).parents[1]
    others = [path for path in actions.rglob("*.py") if path.name != "hourly_limits.py"]
    source = "".join(path.read_text() for path in others)
    verbs = {verb for verbs in hourly_limits.VERBS.values() for verb in verbs}
    assert {verb for verb in verbs if f'"{verb}"' not in source} == set()
