"""The queue, the decisions and the audit log, in a moderator's browser."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from petition.actions.audit import Actor
from petition.actions.moderation import decisions as moderation
from petition.models import Appeal, AuditEvent, Endorsement, State
from petition.reference import clock
from tests.factories import NOON, approved, confirmed, submitted, withdraw_for_good


def decide(browser: Client, endorsement: Endorsement, decision: str) -> str:
    typed = {"decision": decision} | ({"reason": "other"} if decision == "reject" else {})
    response = browser.post(f"/admin/endorsements/{endorsement.pk}/decide/", typed, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_queue_shows_the_oldest_first_with_buttons(staff: Client, appeal: Appeal) -> None:
    first = confirmed(appeal, organisation_name="Older <b>Fund</b>")
    confirmed(appeal, organisation_name="Newer Fund")
    submitted(appeal, organisation_name="Not yet proven")
    page = staff.get("/admin/").content.decode()
    assert page.index("Older &lt;b&gt;Fund&lt;/b&gt;") < page.index("Newer Fund")
    assert "Not yet proven" not in page
    assert f'action="/admin/endorsements/{first.pk}/decide/"' in page
    assert page.count('class="staff-approve"') == 2
    assert 'value="reject"' not in page.split('id="bulk"')[0], "its mail is seen first"
    assert f'<a href="/admin/endorsements/{first.pk}/" class="staff-open">Review</a>' in page
    assert 'value="reject"' in staff.get(f"/admin/endorsements/{first.pk}/").content.decode()


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        (["approve"], State.APPROVED),
        (["reject"], State.REJECTED),
        (["reject", "reopen"], State.CONFIRMED),
        (["approve", "revoke"], State.CONFIRMED),
        (["approve", "withdraw", "cancel_withdrawal"], State.APPROVED),
    ],
)
def test_decisions(staff: Client, appeal: Appeal, decisions: list[str], state: State) -> None:
    endorsement = confirmed(appeal)
    for decision in decisions:
        offered = staff.get(f"/admin/endorsements/{endorsement.pk}/").content.decode()
        assert f'value="{decision}"' in offered
        decide(staff, endorsement, decision)
    endorsement.refresh_from_db()
    assert endorsement.state == state
    account = get_user_model().objects.get(username="moderator")
    events = AuditEvent.objects.filter(subject_id=endorsement.pk, actor_kind="staff")
    verbs = ["start_withdrawal" if decision == "withdraw" else decision for decision in decisions]
    assert list(events.order_by("pk").values_list("verb", flat=True)) == verbs
    assert {event.actor_id for event in events} == {account.pk}


def test_a_second_decision_names_who_decided_first(staff: Client, appeal: Appeal) -> None:
    endorsement = confirmed(appeal)
    decide(staff, endorsement, "approve")
    again = decide(staff, endorsement, "approve")
    assert re.search(r"Already decided by moderator at \d+ \w+ \d{4}, \d\d:\d\d UTC: Approved\.", again)
    assert Endorsement.objects.filter(state=State.APPROVED, origin="form").count() == 1


def test_unconfirmed_endorsements_are_not_in_the_queue(staff: Client, appeal: Appeal) -> None:
    endorsement, _ = submitted(appeal)
    decide(staff, endorsement, "reject")
    assert "never confirmed" in decide(staff, endorsement, "reopen")


def test_a_withheld_name_is_encrypted_and_erased_after_withdrawal(staff: Client, appeal: Appeal) -> None:
    endorsement = approved(appeal, organisation_name="Quiet Fund", display="withheld")
    assert endorsement.organisation_name == ""
    page = f"/admin/endorsements/{endorsement.pk}/"
    assert "Quiet Fund" in staff.get(page).content.decode()
    decide(staff, endorsement, "withdraw")
    assert "Quiet Fund" in staff.get(page).content.decode(), "it can be cancelled, so it must be recognisable"
    withdraw_for_good(endorsement.pk)
    withdrawn = staff.get(page).content.decode()
    assert "Quiet Fund" not in withdrawn
    assert "Name encrypted" in withdrawn


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/admin/endorsements/999/", 404),
        ("post", "/admin/endorsements/999/decide/", 404),
        ("get", "/admin/?state=loud", 404),
        ("get", "/admin/?after=x", 404),
        ("get", "/admin/?after=99999999999999999999", 404),
        ("get", "/admin/endorsements/1/decide/", 405),
        ("get", "/admin/petition/auditevent/add/", 403),
    ],
)
def test_bad_requests_are_4xx(staff: Client, appeal: Appeal, method: str, path: str, status: int) -> None:
    response = getattr(staff, method)(path, {"decision": "approve"} if method == "post" else {})
    assert response.status_code == status


def test_an_unknown_decision_changes_nothing(staff: Client, appeal: Appeal) -> None:
    endorsement = confirmed(appeal)
    response = staff.post(f"/admin/endorsements/{endorsement.pk}/decide/", {"decision": "explode"})
    assert response.status_code == 400
    endorsement.refresh_from_db()
    assert endorsement.state == State.CONFIRMED


def test_long_queues_are_paginated(staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    page = staff.get(f"/admin/?state={State.APPROVED}").content.decode()
    assert page.count('scope="row"') == 35
    monkeypatch.setattr("petition.admin.queue.queue.ROWS_PER_PAGE", 4)
    for _ in range(5):
        confirmed(appeal)
    first = staff.get("/admin/").content.decode()
    (after,) = re.findall(r"after=(\d+)", first)
    assert first.count('scope="row"') == 4
    assert staff.get(f"/admin/?after={after}").content.decode().count('scope="row"') == 1
    assert "Nothing here." in staff.get(f"/admin/?state={State.RETURNED}").content.decode()


def test_the_queue_has_a_constant_number_of_queries(
    staff: Client, appeal: Appeal, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    confirmed(appeal)
    with CaptureQueriesContext(connection) as one:
        staff.get("/admin/")
    for _ in range(3):
        confirmed(appeal)
    with django_assert_num_queries(len(one)):
        staff.get("/admin/")


def test_the_audit_log_is_read_only(staff: Client, appeal: Appeal) -> None:
    endorsement = approved(appeal)
    listing = staff.get("/admin/petition/auditevent/").content.decode()
    assert "approve" in listing
    event = AuditEvent.objects.filter(subject_id=endorsement.pk).latest("pk")
    assert staff.get(f"/admin/petition/auditevent/{event.pk}/change/").status_code == 200
    assert staff.post(f"/admin/petition/auditevent/{event.pk}/change/", {"verb": "x"}).status_code == 403
    assert staff.post(f"/admin/petition/auditevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_decisions_of_a_deleted_account_stay(staff: Client, appeal: Appeal) -> None:
    endorsement = confirmed(appeal)
    moderation.approve(endorsement.pk, by=Actor.staff(4711), at=NOON)
    assert "approved (staff)" in staff.get(f"/admin/endorsements/{endorsement.pk}/").content.decode()


def test_anonymous_visitors_have_no_access(client: Client, appeal: Appeal) -> None:
    endorsement = confirmed(appeal, at=clock.now())
    for path in ("/admin/", f"/admin/endorsements/{endorsement.pk}/", "/admin/petition/auditevent/"):
        assert client.get(path)["Location"].startswith("/admin/login/?next=")
    client.post(f"/admin/endorsements/{endorsement.pk}/decide/", {"decision": "approve"})
    endorsement.refresh_from_db()
    assert endorsement.state == State.CONFIRMED
