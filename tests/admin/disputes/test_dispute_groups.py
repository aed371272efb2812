"""Messages about names: many about one entry take one place, genuine ones come first, many are settled at once."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.self_service import disputes
from petition.admin.disputes import dispute_list
from petition.models import Appeal, AuditEvent, Dispute, DisputeTopic
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.models.rows import encrypt_columns
from tests.tooling.test_translations import english_left_in

LIST = "/admin/disputes/"
FLOOD = 531
"""This many hid a genuine one."""
ONE_ENTRY = {"appeal": SLUG, "entry": "original-12"}


def in_bulk(appeal: Appeal, count: int, **columns: Any) -> list[Dispute]:
    """Create messages as the form stores them, a minute apart."""
    plain = {"reference": "original-12", "about": DisputeTopic.NOT_AGREED} | columns
    rows = [Dispute(appeal=appeal, raised_at=NOON + timedelta(minutes=number), **plain) for number in range(count)]
    return Dispute.objects.bulk_create(encrypt_columns(row, sealed_message="Not us") for row in rows)


def ask(staff: Client, page: str, **sent: Any) -> str:
    """Return the confirmation page, after those in `sent` or all were chosen on `page`."""
    selection = re.search(r'name="shown" value="([^"]+)"', page)
    assert selection
    return staff.post(LIST, {"shown": html.unescape(selection[1])} | sent).content.decode()


def settle(staff: Client, page: str) -> str:
    chosen = re.search(r'name="settle" value="([^"]+)"', page)
    assert chosen
    return staff.post(LIST, {"settle": html.unescape(chosen[1])}, follow=True).content.decode()


def listed_ids(page: str) -> list[int]:
    """Return the messages that can be opened on a page, in order."""
    return [int(pk) for pk in re.findall(r"/admin/disputes/(\d+)/open/", page)]


@pytest.mark.both_databases
def test_a_flood_from_as_many_networks_does_not_bury_the_organisation(staff: Client, appeal: Appeal) -> None:
    """Written by the form itself, 531 times: that takes some seconds."""
    approved(appeal, contact_email="asel@ngo.example")
    before, other = "original-3", "original-4"
    disputes.raise_dispute(appeal, reference=before, words="x", mailbox="", network="198.51.100.0/24", at=NOON)
    for number in range(FLOOD):
        network, at = f"10.{number // 256}.{number % 256}.0/24", NOON + timedelta(seconds=number)
        disputes.raise_dispute(appeal, reference="further-1", words="x", mailbox="", network=network, at=at)
    late = NOON + timedelta(hours=1)
    sent: dict[str, Any] = {"words": "Not us", "network": "198.51.101.0/24", "at": late}
    disputes.raise_dispute(appeal, reference="further-1", mailbox="office@ngo.example", **sent)
    genuine = Dispute.objects.latest("pk").pk
    disputes.raise_dispute(appeal, reference=other, mailbox="", **sent)
    newest = Dispute.objects.latest("pk").pk
    page = staff.get("/admin/").content.decode()
    assert page.count('class="staff-card"') == 3, "one place for each entry"
    assert f"{FLOOD + 1} messages" in page
    assert f"Part of many similar messages: {FLOOD - 10}" in page
    assert len(listed_ids(page)) == 5
    assert listed_ids(page)[0] == genuine
    assert listed_ids(page)[3] == newest
    assert "From the contact’s e-mail domain" in page
    entry = staff.get(LIST, {"appeal": SLUG, "entry": "further-1"}).content.decode()
    assert listed_ids(entry)[0] == genuine
    first, _, collapsed = entry.partition("<details>")
    assert len(listed_ids(first)) == 11
    assert len(listed_ids(collapsed)) == dispute_list.MESSAGES_PER_PAGE - 11
    assert "/open/" not in first.partition("<ul")[0]


def test_an_entry_of_another_appeal_and_no_entry_are_groups_of_their_own(staff: Client, appeal: Appeal) -> None:
    in_bulk(appeal, 2)
    in_bulk(an_appeal("other"), 1)
    in_bulk(appeal, 1, reference="")
    page = staff.get(LIST, {"appeal": SLUG}).content.decode()
    assert page.count('class="staff-card"') == 2
    assert "No entry named" in page
    elsewhere = staff.get(LIST, {"appeal": "other"}).content.decode()
    assert elsewhere.count('class="staff-card"') == 1
    assert not set(listed_ids(page)) & set(listed_ids(elsewhere))
    assert len(listed_ids(staff.get(LIST, ONE_ENTRY).content.decode())) == 2
    assert len(listed_ids(staff.get(LIST, {"appeal": SLUG, "entry": "none"}).content.decode())) == 1


def test_messages_are_filtered_by_entry_and_origin(staff: Client, appeal: Appeal) -> None:
    (agreed,) = in_bulk(appeal, 1)
    (wrong,) = in_bulk(appeal, 1, about=DisputeTopic.WRONG, claim="domain")
    (flood,) = in_bulk(appeal, 1, about=DisputeTopic.OTHER, above_limit=True)
    for narrowed, wanted in (
        ({}, [wrong, agreed, flood]),
        ({"about": "not_agreed"}, [agreed]),
        ({"kind": "claims"}, [wrong]),
        ({"kind": "single"}, [wrong, agreed]),
        ({"kind": "flood"}, [flood]),
        ({"kind": "flood", "about": "wrong"}, []),
    ):
        for entry in ({}, ONE_ENTRY):
            page = staff.get(LIST, narrowed | entry).content.decode()
            assert listed_ids(page) == [row.pk for row in wanted], (narrowed, entry)
            assert wanted or "Nothing here." in page


@pytest.mark.parametrize(
    "wrong",
    [{"about": "spam"}, {"kind": "x"}, {"appeal": "nowhere"}, {"page": "x"}, {"page": "-1"}],
)
def test_an_unknown_filter_is_404(staff: Client, appeal: Appeal, wrong: dict[str, str]) -> None:
    assert staff.get(LIST, wrong).status_code == 404
    assert staff.get(LIST, ONE_ENTRY | {"entry": "a\0"}).status_code in (400, 404)


@pytest.mark.both_databases
def test_a_thousand_messages_cost_as_many_queries_as_three(staff: Client, appeal: Appeal) -> None:
    counted: dict[str, list[int]] = {"/admin/": [], LIST: [], f"{LIST}?appeal={SLUG}&entry=original-12": []}
    for count in (3, 297, 700):
        in_bulk(appeal, count)
        in_bulk(appeal, count, reference="", above_limit=True)
        for number in range(1, 8):
            in_bulk(appeal, 1, reference=f"original-{number}")
        for path, queries in counted.items():
            with CaptureQueriesContext(connection) as asked:
                staff.get(path)
            queries.append(len(asked))
    for path, queries in counted.items():
        assert len(set(queries)) == 1, path
        assert queries[0] <= 32, path


# --- settling ---


def test_a_group_is_settled_at_once_without_later_messages(staff: Client, appeal: Appeal) -> None:
    in_bulk(appeal, FLOOD, above_limit=True)
    in_bulk(appeal, 3, reference="original-1")
    page = staff.get(LIST, ONE_ENTRY).content.decode()
    assert f"all {FLOOD} messages about this entry" in page
    (late,) = in_bulk(appeal, 1, above_limit=True)
    asked = ask(staff, page, which="all")
    assert f"Settle {FLOOD} messages" in asked
    assert f"Nobody has opened {FLOOD} of them." in asked
    assert f"We did not agree to this. {FLOOD}" in asked
    assert Dispute.objects.open().count() == FLOOD + 4, "nothing happens before it is confirmed"
    with CaptureQueriesContext(connection) as queries:
        done = settle(staff, asked)
    assert f"{FLOOD} messages are settled." in done
    assert len(queries) < 60, "they are settled in three statements, not one by one"
    left = set(Dispute.objects.open().values_list("pk", flat=True))
    assert late.pk in left
    assert len(left) == 4
    events = AuditEvent.objects.filter(verb="settle", subject_kind="dispute", appeal_id=appeal.pk)
    assert events.values("subject_id").distinct().count() == events.count() == FLOOD
    assert {event.actor_id for event in events} == {int(staff.session["_auth_user_id"])}


def test_only_ticked_messages_are_settled(staff: Client, appeal: Appeal) -> None:
    rows = in_bulk(appeal, 4, claim="mailbox")
    (elsewhere,) = in_bulk(appeal, 1, reference="original-1")
    disputes.open_dispute(rows[0].pk, by=MODERATOR, at=NOON)
    page = staff.get(LIST, ONE_ENTRY).content.decode()
    asked = ask(staff, page, which="ticked", pk=[rows[0].pk, rows[1].pk, elsewhere.pk, "x"])
    assert "Settle 2 messages" in asked, "what that page did not show is not done"
    assert "Nobody has opened 1 of them." in asked
    assert "From the contact’s address or domain: 2" in asked
    disputes.settle_dispute(rows[1].pk, by=MODERATOR, at=NOON)
    done = settle(staff, asked)
    assert "1 message is settled." in done
    assert "1 message was already settled." in done
    assert set(Dispute.objects.open().values_list("pk", flat=True)) == {rows[2].pk, rows[3].pk, elsewhere.pk}


def test_nothing_ticked_settles_nothing(staff: Client, appeal: Appeal) -> None:
    in_bulk(appeal, 2)
    page = staff.get(LIST, ONE_ENTRY).content.decode()
    assert "You ticked no open message" in ask(staff, page, which="ticked")
    assert "You ticked no open message" in ask(staff, page)


@pytest.mark.parametrize("sent", [{}, {"shown": "forged"}, {"settle": "eyJ9:x:y"}, {"settle": ""}, {"pk": "1"}])
def test_a_forged_selection_settles_nothing(staff: Client, appeal: Appeal, sent: dict[str, str]) -> None:
    in_bulk(appeal, 2)
    assert "This page is too old." in staff.post(LIST, sent, follow=True).content.decode()
    page = staff.get(LIST, ONE_ENTRY).content.decode()
    listed = re.search(r'name="shown" value="([^"]+)"', page)
    assert listed
    again = staff.post(LIST, {"settle": html.unescape(listed[1])}, follow=True).content.decode()
    assert "This page is too old." in again, "what was shown was not confirmed"
    assert Dispute.objects.open().count() == 2


def test_a_form_takes_what_a_page_shows(staff: Client, appeal: Appeal, settings: Any) -> None:
    in_bulk(appeal, dispute_list.MAX_SETTLED_AT_ONCE + 10)
    page = staff.get(LIST, ONE_ENTRY | {"page": "1"}).content.decode()
    assert "There are more" in page
    assert len(listed_ids(page)) == dispute_list.MESSAGES_PER_PAGE
    assert "page=2" in page
    form = "".join(re.findall(r'name="shown" value="([^"]+)"', page))
    assert len(form) < settings.MAX_FORM_BYTES / 2
    asked = ask(staff, page, which="ticked", pk=listed_ids(page))
    assert f"Settle {dispute_list.MESSAGES_PER_PAGE} messages" in asked
    assert f"{dispute_list.MAX_SETTLED_AT_ONCE} messages are settled." in settle(staff, ask(staff, page, which="all"))


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_no_english_is_left(staff: Client, appeal: Appeal, language: str) -> None:
    in_bulk(appeal, 5, claim="domain")
    in_bulk(appeal, 5, above_limit=True)
    in_bulk(appeal, 1, reference="", claim="mailbox")
    headers = {"accept-language": language}
    for path in (LIST, f"{LIST}?appeal={SLUG}&entry=original-12", f"{LIST}?appeal={SLUG}&entry=none"):
        page = staff.get(path, headers=headers).content.decode()
        assert english_left_in(page, "moderator", SLUG, "original", "UTC") == set(), path
    listed = re.search(r'name="shown" value="([^"]+)"', page)
    assert listed
    sent = {"shown": html.unescape(listed[1]), "which": "all"}
    asked = staff.post(LIST, sent, headers=headers).content.decode()
    response = staff.post(
        LIST, {"settle": re.findall(r'name="settle" value="([^"]+)"', asked)[0]}, headers=headers, follow=True
    )
    for page in (asked, response.content.decode()):
        assert english_left_in(page, "moderator", SLUG, "original", "UTC") == set()
