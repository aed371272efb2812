"""Every address under /admin/, with every method, as everybody: the table of rights holds, and leaves nothing out."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from petition.actions import batches, staff as deeds, staff_limits
from petition.actions.audit import OPERATOR
from petition.admin.rights import HOMES, RIGHTS, audience_of
from petition.models import Appeal, AuditEvent, Batch, BatchDeed, Dispute, Role, RoleProposal, TextProposal
from petition.protection.contacts import seal
from petition.vocabulary import clock
from tests.admin.people import an_account, browser_of
from tests.factories import NOON, SLUG, confirmed
from tests.models.rows import a_batch, a_correction

METHODS = ("GET", "HEAD", "POST", "DELETE")
PEOPLE = ("nobody", "no role", *Role.values, "superuser")
SHADOWED = {"admin:login", "admin:logout"}
"""Django's own; allauth's pages of the same address come first."""


def addresses(
    patterns: list[URLPattern | URLResolver], *, before: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """What the table calls each address, and its route."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, before=route, space=inner)
        elif route.startswith("admin/"):
            yield (f"{space}{pattern.name}" if pattern.name else route), route


MAP = dict(addresses(get_resolver().url_patterns))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    missing = sorted(set(MAP) - set(RIGHTS))
    assert not missing, f"petition/admin/rights.py has no row for {missing}: nobody can open these pages."
    assert sorted(set(RIGHTS) - set(MAP)) == []


def test_an_address_without_a_row_is_refused_to_everybody(
    staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert staff.get("/admin/second-factor/").status_code == 200
    monkeypatch.delitem(RIGHTS, "mfa_index")
    assert staff.get("/admin/second-factor/").status_code == 403
    assert Client(headers={"host": "127.0.0.1:8000"}).get("/admin/second-factor/").status_code == 403


@pytest.fixture
def rows(appeal: Appeal) -> dict[str, int]:
    """The row that each address with a number names."""
    waiting = confirmed(appeal)
    guest = deeds.invite("guest", "guest@desk.example", [], language="en", by=OPERATOR, at=NOON)
    dispute: dict[str, Any] = {"sealed_message": seal("Not us"), "raised_at": NOON}
    proposed = {"proposed_by": 0, "proposed_at": NOON}
    text = TextProposal.objects.create(appeal=appeal, language="ru", dated=NOON, source="x", **proposed)
    event = AuditEvent.objects.latest("pk")
    return {
        "correction": a_correction(waiting, sealed_proposal=seal({"organisation_name": "Other Fund"})).pk,
        **dict.fromkeys(("settle", "dispute"), Dispute.objects.create(appeal=appeal, **dispute).pk),
        "account": guest.pk,
        "role_proposal": RoleProposal.objects.create(account=guest, role="editor", **proposed).pk,
        "text_proposal": text.pk,
        "batch": a_batch(waiting).pk,
        "pk": waiting.pk,
        "object_id": event.pk,
    }


def path_of(name: str, rows: dict[str, int]) -> str:
    """The address called `name`, of rows that are there."""
    plain: dict[str, object] = {
        "slug": SLUG,
        "language": "ru",
        "token": "A" * 43,
        "content_type_id": 1,
        "code": "other",
        **rows,
    }
    plain["pk"] = rows.get(name.removeprefix("admin:"), rows["pk"])
    route = re.sub(r"\^?\(\?P<\w+>.*\)", "petition", MAP[name]).rstrip("$")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(plain[found[1]]), route)


def outcome(client: Client, method: str, path: str) -> str:
    response = client.generic(method, path)
    location = response.get("Location", "")
    if path == "/admin/" and location in {reverse(name) for _who, name in HOMES}:
        return "home"
    if location.startswith("/admin/login/?next="):
        return "sign in"
    return {403: "no", 405: "no such method"}.get(response.status_code, "yes")


def by_the_table(name: str, method: str, account: User | None) -> str:
    methods = RIGHTS[name].methods
    method = "GET" if method == "HEAD" else method
    if method not in methods:
        return "no such method"
    counts_as = audience_of(account) if account else {"anybody"}
    if methods[method] & counts_as:
        return "yes"
    if account is None:
        return "sign in"
    return "home" if name == "admin:index" and counts_as & set(Role.values) else "no"


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_what_the_table_gives_and_nothing_else(rows: dict[str, int], person: str) -> None:
    roles = [person] if person in Role.values else []
    account = an_account(person, *roles, is_superuser=person == "superuser") if person != "nobody" else None
    client = browser_of(account) if account else Client(headers={"host": "127.0.0.1:8000"})
    wrong = {}
    for name in MAP:
        path = path_of(name, rows)
        for method in METHODS if name not in {*SHADOWED, "account_logout"} else ():
            told, right = outcome(client, method, path), by_the_table(name, method, account)
            if told != right:
                wrong[method, path] = (told, right)
    assert wrong == {}


def test_the_table_says_who_is_who() -> None:
    """A second copy of the rights that matter most, so that a slip in the table shows."""
    allowed = {
        role: sorted(
            name.removeprefix("admin:")
            for name, row in RIGHTS.items()
            if role in row.methods.get("POST", ()) and "signed in" not in row.methods["POST"]
        )
        for role in Role
    }
    assert allowed == {
        Role.MODERATOR: [
            "ask", "batch", "bulk", "check", "compare", "confirm_letter", "contact", "correction", "count", "decide",
            "dispute", "disputes", "enter", "floods", "internal_note", "link", "name", "name_language", "note",
            "quarantine", "settle", "site", "spelling", "undo",
        ],
        Role.EDITOR: ["editions", "notice", "opening", "reason", "text_proposal", "translation"],
        Role.ADMINISTRATOR: ["account", "held_list", "invite", "role_proposal", "site", "text_proposal"],
        Role.AUDITOR: ["trail_export"],
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, row in RIGHTS.items() if row.fresh])
def test_what_is_sensitive_asks_again_after_five_minutes(rows: dict[str, int], name: str) -> None:
    account = an_account("chief", is_superuser=True)
    path = path_of(name, rows)
    for method in RIGHTS[name].methods:
        late = browser_of(account, said_who=301).generic(method, path)
        assert late["Location"].startswith("/admin/reauthenticate/?next=%2Fadmin%2F"), method
        assert "reauthenticate" not in browser_of(account, said_who=290).generic(method, path).get("Location", "")
    assert not AuditEvent.objects.filter(actor_id=account.pk).exclude(verb="export_trail").exists()


def test_after_a_button_the_way_leads_back_to_its_page_and_nowhere_else(rows: dict[str, int]) -> None:
    client = browser_of(an_account("chief", is_superuser=True), said_who=301)
    path = path_of("admin:role_proposal", rows)
    for referer, back in (
        ("http://127.0.0.1:8000/admin/staff/", "%2Fadmin%2Fstaff%2F"),
        ("http://elsewhere.example/admin/staff/", "%2Fadmin%2F"),
    ):
        response = client.post(path, {"do": "agree"}, headers={"referer": referer})
        assert response["Location"] == f"/admin/reauthenticate/?next={back}"


@pytest.mark.parametrize(("approvals", "asked"), [(299, False), (300, True)])
def test_three_hundred_approvals_in_an_hour_ask_again(appeal: Appeal, approvals: int, asked: bool) -> None:
    account = an_account("busy", Role.MODERATOR)
    client, waiting = browser_of(account, said_who=1800), confirmed(appeal)
    approve_many(account, approvals, said_who=1000)
    response = client.post(f"/admin/endorsements/{waiting.pk}/decide/", {"decision": "approve"})
    assert ("reauthenticate" in response["Location"]) == asked
    again = browser_of(account).post(f"/admin/endorsements/{waiting.pk}/decide/", {"decision": "approve"})
    assert "reauthenticate" not in again["Location"]  # whoever has just said who they are goes on


def test_a_batch_that_two_carry_out_asks_nothing_and_counts_for_neither(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_limits, "MOST_APPROVALS", 20)
    monkeypatch.setattr(batches, "ALONE", 25)
    rows = [confirmed(appeal) for _ in range(26)]
    batch = batches.begin(BatchDeed.APPROVE, [row.pk for row in rows], by=0, at=clock.now())
    late, path = browser_of(an_account("busy", Role.MODERATOR), said_who=1800), f"/admin/batches/{batch.pk}/"
    assert late.post(path, {"deed": "second"})["Location"] == path
    while batches.go_on():
        pass
    assert batch.parts.filter(outcome="done").count() == 26
    waiting = confirmed(appeal)
    decided = late.post(f"/admin/endorsements/{waiting.pk}/decide/", {"decision": "approve"})
    assert "reauthenticate" not in decided["Location"]
    assert late.get(path).status_code == 200, "looking asks nothing"
    with clock.frozen(Batch.objects.get(pk=batch.pk).carried_out_at or NOON):
        assert late.post(path, {"deed": "undo"})["Location"] == path, "within its minute taking back never waits"


def test_many_that_one_person_approves_ask_before_they_are_shown(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_limits, "MOST_APPROVALS", 2)
    rows = [confirmed(appeal) for _ in range(3)]
    sent = {"deed": "approve", "pk": [row.pk for row in rows]}
    account = an_account("busy", Role.MODERATOR)
    late, fresh = browser_of(account, said_who=1800), browser_of(account)
    asked = late.post("/admin/bulk/", sent, headers={"referer": "http://127.0.0.1:8000/admin/bulk/"})
    assert asked["Location"] == "/admin/reauthenticate/?next=%2Fadmin%2F", "not to an address that takes no GET"
    assert late.post("/admin/bulk/", sent | {"deed": "quarantine"}).status_code == 200
    page = fresh.post("/admin/bulk/", sent).content.decode()
    (shown,) = re.findall(r'name="shown" value="([^"]+)"', page)
    assert "reauthenticate" in late.post("/admin/bulk/", {"shown": shown})["Location"]
    assert "/admin/batches/" in fresh.post("/admin/bulk/", {"shown": shown})["Location"]


def approve_many(account: User, count: int, *, said_who: float) -> None:
    """As many approvals of this account are in the trail, made `said_who` seconds ago."""
    made = {"verb": "approve", "actor_kind": "staff", "actor_id": account.pk, "subject_kind": "endorsement"}
    at = clock.now() - timedelta(seconds=said_who)
    AuditEvent.objects.bulk_create([AuditEvent(at=at, **made) for _ in range(count)])
