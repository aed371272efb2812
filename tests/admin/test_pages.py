"""Every address below /admin/ with every method as every role: the tables of pages.py hold, and leave nothing out."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from petition.actions.audit import OPERATOR
from petition.actions.moderation import batches
from petition.actions.staff import accounts, hourly_limits
from petition.admin.pages import ACCOUNT_PAGES, FIRST_PAGES, OTHER_PAGES, PAGES, RIGHTS, Menu, audience_of
from petition.models import Appeal, AuditEvent, Batch, BatchAction, Dispute, Role, RoleProposal, TextProposal
from petition.reference import clock
from tests.admin.review.test_endorsement_actions import original
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, SLUG, confirmed
from tests.models.rows import a_batch, a_correction, create_encrypted

METHODS = ("GET", "HEAD", "POST", "DELETE")
VISITORS = ("nobody", "no role", *Role.values, "superuser")
EACH_CHANGE = ("nobody", "moderator")
"""The visitors that `make test` takes; `make test-long` takes all others."""
UNKNOWN_ROW = "00000000-0000-0000-0000-000000000000"
SHADOWED = {"admin:login", "admin:logout"}
"""Django's own pages; those of allauth with the same address come first."""


def list_addresses(
    patterns: list[URLPattern | URLResolver], *, before: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the name of each address in the tables, and its route."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from list_addresses(pattern.url_patterns, before=route, space=inner)
        elif route.startswith("admin/"):
            yield (f"{space}{pattern.name}" if pattern.name else route), route


ROUTES = dict(list_addresses(get_resolver().url_patterns))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    missing = sorted(set(ROUTES) - set(RIGHTS))
    assert not missing, f"petition/admin/pages.py has no row for {missing}: nobody can open these pages."
    assert sorted(set(RIGHTS) - set(ROUTES)) == []


def test_every_row_has_its_own_name_and_methods() -> None:
    assert len(RIGHTS) == len(PAGES) + len(ACCOUNT_PAGES) + len(OTHER_PAGES), "two rows have one name"
    assert [name for name, row in RIGHTS.items() if not row.methods] == []


def test_pages_have_a_group_of_the_menu_and_those_with_a_label_are_in_it() -> None:
    assert [name for name, row in RIGHTS.items() if row.label and not (row.menu and row.get)] == []
    assert [page.name for page in PAGES if page.get and not page.menu] == ["arrivals", "upload_template"], "no pages"
    labelled = [page for page in PAGES if page.label]
    assert len({str(page.label) for page in labelled}) == len(labelled)
    assert {page.menu for page in labelled} == set(Menu)


def test_an_address_without_a_row_is_refused_to_all_roles(
    staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert staff.get("/admin/second-factor/").status_code == 200
    monkeypatch.delitem(RIGHTS, "mfa_index")
    assert staff.get("/admin/second-factor/").status_code == 403
    assert Client(headers={"host": "127.0.0.1:8000"}).get("/admin/second-factor/").status_code == 403


@pytest.fixture
def rows(appeal: Appeal) -> dict[str, int]:
    """Return the id that each address with a number needs."""
    waiting = confirmed(appeal)
    guest = accounts.invite("guest", "guest@desk.example", [], language="en", by=OPERATOR, at=NOON)
    dispute = create_encrypted(Dispute(appeal=appeal, raised_at=NOON), sealed_message="Not us")
    proposed = {"proposed_by": 0, "proposed_at": NOON}
    text = TextProposal.objects.create(appeal=appeal, language="ru", dated=NOON, source="x", **proposed)
    event = AuditEvent.objects.latest("pk")
    return {
        "correction": a_correction(waiting, {"organisation_name": "Other Fund"}).pk,
        **dict.fromkeys(("settle", "dispute"), dispute.pk),
        "account": guest.pk,
        "role_proposal": RoleProposal.objects.create(account=guest, role="editor", **proposed).pk,
        "text_proposal": text.pk,
        "batch": a_batch(waiting).pk,
        "pk": waiting.pk,
        "hide": original().pk,
        "object_id": event.pk,
    }


def build_path(name: str, rows: dict[str, int]) -> str:
    """Return the address called `name`, with ids of rows that exist."""
    plain: dict[str, object] = {
        "slug": SLUG,
        "language": "ru",
        "token": "A" * 43,
        "content_type_id": 1,
        "code": "other",
        "message": "question",
        **rows,
    }
    plain["pk"] = rows.get(name.removeprefix("admin:"), rows["pk"])
    if name == "admin:retry_intake":
        plain["pk"] = UNKNOWN_ROW
    route = re.sub(r"\^?\(\?P<\w+>.*\)", "petition", ROUTES[name]).rstrip("$")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(plain[match[1]]), route)


def outcome(client: Client, method: str, path: str) -> str:
    response = client.generic(method, path)
    location = response.get("Location", "")
    if path == "/admin/" and location in {reverse(name) for name in FIRST_PAGES}:
        return "home"
    if location.startswith("/admin/login/?next="):
        return "sign in"
    return {403: "no", 405: "no such method"}.get(response.status_code, "yes")


def expected_outcome(name: str, method: str, account: User | None) -> str:
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


@pytest.mark.parametrize(
    "visitor",
    [
        *EACH_CHANGE,
        # Four seconds for each.
        *(pytest.param(one, marks=pytest.mark.long) for one in VISITORS[:-1] if one not in EACH_CHANGE),
        pytest.param(VISITORS[-1], marks=[pytest.mark.long, pytest.mark.both_databases]),
    ],
)
def test_each_role_gets_exactly_what_the_table_allows(rows: dict[str, int], visitor: str) -> None:
    roles = [visitor] if visitor in Role.values else []
    account = create_account(visitor, *roles, is_superuser=visitor == "superuser") if visitor != "nobody" else None
    client = create_client(account) if account else Client(headers={"host": "127.0.0.1:8000"})
    wrong = {}
    for name in ROUTES:
        path = build_path(name, rows)
        for method in METHODS if name not in {*SHADOWED, "account_logout"} else ():
            actual, expected = outcome(client, method, path), expected_outcome(name, method, account)
            if actual != expected:
                wrong[method, path] = (actual, expected)
    assert wrong == {}


def test_the_table_defines_the_roles() -> None:
    """A second copy of the most important rights, so that a mistake in the table is noticed."""
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
            "dispute", "disputes", "enter", "floods", "internal_note", "leave_out", "link", "list_csv", "name",
            "name_language", "note", "quarantine", "queue_csv", "settle", "site", "spelling", "undo", "upload",
            "upload_row", "uploads",
        ],
        Role.EDITOR: [
            "archive", "change_draft", "draft", "draft_blocks", "editions", "event", "mail", "new_draft", "notice",
            "opening", "reason", "text_proposal", "timeline", "translation",
        ],
        Role.ADMINISTRATOR: [
            *("account", "held_list", "invite", "retry_intake", "role_proposal", "site", "take_down", "text_proposal")
        ],
        Role.AUDITOR: ["trail_export"],
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, row in RIGHTS.items() if row.fresh])
def test_sensitive_pages_need_authentication_again_after_five_minutes(rows: dict[str, int], name: str) -> None:
    account = create_account("chief", is_superuser=True)
    path = build_path(name, rows)
    for method in RIGHTS[name].methods:
        late = create_client(account, proved_ago=301).generic(method, path)
        assert late["Location"].startswith("/admin/reauthenticate/?next=%2Fadmin%2F"), method
        assert "reauthenticate" not in create_client(account, proved_ago=290).generic(method, path).get("Location", "")
    assert not AuditEvent.objects.filter(actor_id=account.pk).exclude(verb="export_trail").exists()


def test_after_authenticating_again_only_the_same_page_is_opened(rows: dict[str, int]) -> None:
    client = create_client(create_account("chief", is_superuser=True), proved_ago=301)
    path = build_path("admin:role_proposal", rows)
    for referer, back in (
        ("http://127.0.0.1:8000/admin/staff/", "%2Fadmin%2Fstaff%2F"),
        ("http://elsewhere.example/admin/staff/", "%2Fadmin%2F"),
    ):
        response = client.post(path, {"do": "agree"}, headers={"referer": referer})
        assert response["Location"] == f"/admin/reauthenticate/?next={back}"


@pytest.mark.parametrize(("approvals", "asked"), [(299, False), (300, True)])
def test_three_hundred_approvals_in_an_hour_need_authentication_again(
    appeal: Appeal, approvals: int, asked: bool
) -> None:
    account = create_account("busy", Role.MODERATOR)
    client, waiting = create_client(account, proved_ago=1800), confirmed(appeal)
    approve_many(account, approvals, proved_ago=1000)
    response = client.post(f"/admin/endorsements/{waiting.pk}/decide/", {"decision": "approve"})
    assert ("reauthenticate" in response["Location"]) == asked
    again = create_client(account).post(f"/admin/endorsements/{waiting.pk}/decide/", {"decision": "approve"})
    assert "reauthenticate" not in again["Location"]  # a password that was just typed is not asked again


@pytest.mark.both_databases
def test_a_batch_of_two_people_needs_no_authentication_again(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hourly_limits, "MOST_APPROVALS", 20)
    monkeypatch.setattr(batches, "MOST_BY_ONE_PERSON", 25)
    rows = [confirmed(appeal) for _ in range(26)]
    batch = batches.start(BatchAction.APPROVE, [row.pk for row in rows], by=0, at=clock.now())
    late, path = create_client(create_account("busy", Role.MODERATOR), proved_ago=1800), f"/admin/batches/{batch.pk}/"
    assert late.post(path, {"deed": "second"})["Location"] == path
    while batches.continue_batches():
        pass
    assert batch.parts.filter(outcome="done").count() == 26
    waiting = confirmed(appeal)
    decided = late.post(f"/admin/endorsements/{waiting.pk}/decide/", {"decision": "approve"})
    assert "reauthenticate" not in decided["Location"]
    assert late.get(path).status_code == 200, "opening a page needs no authentication"
    with clock.freeze(Batch.objects.get(pk=batch.pk).carried_out_at or NOON):
        assert late.post(path, {"deed": "undo"})["Location"] == path, "undoing within a minute needs no authentication"


def test_large_approvals_need_authentication_before_the_preview(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hourly_limits, "MOST_APPROVALS", 2)
    rows = [confirmed(appeal) for _ in range(3)]
    sent = {"deed": "approve", "pk": [row.pk for row in rows]}
    account = create_account("busy", Role.MODERATOR)
    late, fresh = create_client(account, proved_ago=1800), create_client(account)
    asked = late.post("/admin/bulk/", sent, headers={"referer": "http://127.0.0.1:8000/admin/bulk/"})
    assert asked["Location"] == "/admin/reauthenticate/?next=%2Fadmin%2F", "not to an address that takes no GET"
    assert late.post("/admin/bulk/", sent | {"deed": "quarantine"}).status_code == 200
    page = fresh.post("/admin/bulk/", sent).content.decode()
    (shown,) = re.findall(r'name="shown" value="([^"]+)"', page)
    assert "reauthenticate" in late.post("/admin/bulk/", {"shown": shown})["Location"]
    assert "/admin/batches/" in fresh.post("/admin/bulk/", {"shown": shown})["Location"]


def approve_many(account: User, count: int, *, proved_ago: float) -> None:
    """Record `count` approvals by this account, made `proved_ago` seconds ago."""
    columns = {"verb": "approve", "actor_kind": "staff", "actor_id": account.pk, "subject_kind": "endorsement"}
    at = clock.now() - timedelta(seconds=proved_ago)
    AuditEvent.objects.bulk_create([AuditEvent(at=at, **columns) for _ in range(count)])
