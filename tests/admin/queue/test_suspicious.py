"""Suspicious activity: a few presses for thousands, what came in since left alone, undone as fast."""

import html
import os
import random
import re
import string
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.moderation import batches, hold
from petition.models import Appeal, AuditEvent, Batch, Endorsement
from tests.admin.queue.staff_browser import StaffBrowser, carry_out, quarantined
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT
from tests.factories import MODERATOR, NOON, confirmed, submitted
from tests.models.rows import confirm_in_bulk, create_in_bulk

FLOODS = "/admin/floods/"
MINUTE = timedelta(minutes=1)


def a_name(chance: random.Random) -> str:
    return " ".join("".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(3))


def fakes(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Three attacks: one domain; one network within an hour; one pattern of names, filled in by a program."""

    def columns(number: int) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "organisation_name": a_name(chance),
            "domain_index": f"d{number}",
            "network_index": f"{number:04x}",
        }
        plain |= {
            "seconds_to_fill": chance.randint(20, 300),
            "submitted_at": NOON + number * timedelta(hours=5) / count,
        }
        match number % 3:
            case 0:
                return plain | {"domain_index": "one"}
            case 1:
                return plain | {"network_index": "aaaa"}
            case _:
                return plain | {"organisation_name": f"Fund for Peace No. {number}"}

    return [columns(number) for number in range(count)]


def honest(chance: random.Random) -> list[dict[str, Any]]:
    """Fifty: some behind the network of one office, some behind a city's, twenty with free mail, names alike."""
    return [
        {
            "organisation_name": f"Human Rights Centre {a_name(chance)}",
            "domain_index": "" if number % 5 < 2 else f"h{number}",
            "network_index": "ffff" if number < 6 else f"eee{number % 3}",
            "seconds_to_fill": chance.randint(25, 900),
            "submitted_at": NOON + number * 6 * MINUTE,
        }
        for number in range(50)
    ]


@pytest.mark.long
@pytest.mark.both_databases
def test_thousands_of_fakes_are_put_on_hold_and_released_in_five_presses(staff: Client, appeal: Appeal) -> None:
    """Two thousand take some seconds, and are several parts of a batch; EVIDENCE_FULL=1 makes them ten thousand."""
    chance = random.Random(1)
    good = create_in_bulk(appeal, honest(chance))
    confirm_in_bulk(good[::2])
    many = 10_000 if os.environ.get("EVIDENCE_FULL") else 2_000
    bad = create_in_bulk(appeal, fakes(many, chance))
    confirm_in_bulk(bad[::10])
    rows = Endorsement.objects.filter(pk__in=[row.pk for row in good]).order_by("pk")
    untouched, states = list(rows.values_list()), list(Endorsement.objects.order_by("pk").values_list("pk", "state"))

    group_by_group = StaffBrowser(staff)
    group_by_group.follow(FLOODS)
    for _ in range(3):
        group_by_group.press("staff-hold")
    assert (quarantined(), group_by_group.presses) == (many, 4)
    assert "Nothing suspicious." in group_by_group.page
    back = StaffBrowser(staff)
    back.follow("/admin/batches/")
    for _ in range(3):
        back.press("staff-undo")
    assert (quarantined(), back.presses) == (0, 4)

    at_once = StaffBrowser(staff)
    with CaptureQueriesContext(connection) as asked:
        at_once.follow(FLOODS)
        at_once.press("staff-hold-all")
    assert len(asked) < many / 16, "it goes through them in large parts"
    assert (quarantined(), at_once.presses) == (many, 2)
    at_once.follow(f"/admin/batches/{Batch.objects.latest('pk').pk}/")
    at_once.press("staff-undo")
    assert (quarantined(), at_once.presses) == (0, 4)

    assert list(rows.values_list()) == untouched
    assert list(Endorsement.objects.order_by("pk").values_list("pk", "state")) == states
    assert AuditEvent.objects.filter(verb="quarantine").count() == 2 * many, "each is on record, each time"


@pytest.mark.both_databases
def test_later_arrivals_and_changes_are_left_alone(staff: Client, appeal: Appeal) -> None:
    rows = create_in_bulk(appeal, [{"organisation_name": f"Fund {n}", "network_index": f"n{n}"} for n in range(10)])
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    assert "Names that differ in a number only: 10" in browser.page
    hold.put_on_hold([rows[0].pk], reason="moderator", by=MODERATOR, at=NOON)
    hold.release([rows[0].pk], by=MODERATOR, at=NOON)
    late, _ = submitted(appeal, organisation_name="Fund 99")
    browser.press("staff-hold")
    assert quarantined() == 9
    assert not Endorsement.objects.on_hold().filter(pk__in=(rows[0].pk, late.pk)).exists()
    assert set(Endorsement.objects.on_hold().values_list("quarantined_for", flat=True)) == {"likeness"}


def test_rows_put_on_hold_by_a_limit_join_the_earlier_cluster(staff: Client, appeal: Appeal) -> None:
    rows = create_in_bulk(appeal, [{"organisation_name": f"Fund {n}", "network_index": f"n{n}"} for n in range(30)])
    hold.put_on_hold([row.pk for row in rows[5:]], reason="network", by=MODERATOR, at=NOON)
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    assert "Names that differ in a number only: 30" in browser.page
    assert "25 already on hold" in browser.page
    browser.press("staff-hold")
    assert quarantined() == 30
    assert "Nothing suspicious." in browser.page
    assert "Already on hold" in browser.page
    assert "30 already on hold" in browser.page
    assert 'class="staff-hold"' not in browser.page
    reasons = list(Endorsement.objects.on_hold().order_by("pk").values_list("quarantined_for", flat=True))
    assert reasons == ["likeness"] * 5 + ["network"] * 25, "the first reason stays"


@pytest.mark.both_databases
@pytest.mark.parametrize(("action", "state", "held"), [("reject", "rejected", 0), ("release", "submitted", 0)])
def test_a_cluster_on_hold_is_decided_as_a_whole(
    staff: Client, appeal: Appeal, action: str, state: str, held: int
) -> None:
    rows = create_in_bulk(appeal, [{"organisation_name": f"Fund {n}", "network_index": f"n{n}"} for n in range(20)])
    hold.put_on_hold([row.pk for row in rows], reason="network", by=MODERATOR, at=NOON)
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    shown = re.search(r'name="clusters" value="([^"]+)"', browser.page)
    assert shown
    late, _ = submitted(appeal, organisation_name="Fund 99")
    page = staff.post("/admin/bulk/", {"deed": action, "clusters": html.unescape(shown[1])}).content.decode()
    assert "20 endorsements" in page
    carry_out(staff, page)
    while batches.continue_batches():
        pass
    assert quarantined() == held
    assert set(Endorsement.objects.filter(state=state, origin="form").exclude(pk=late.pk)) == set(rows)
    late.refresh_from_db()
    assert (late.state, late.quarantined_at) == ("submitted", None)


def test_clusters_that_were_not_shown_are_not_decided(staff: Client, appeal: Appeal) -> None:
    confirmed(appeal)
    sent = {"deed": "reject", "clusters": "forged"}
    assert "This page is too old." in staff.post("/admin/bulk/", sent, follow=True).content.decode()
    assert not Batch.objects.exists()


@pytest.mark.parametrize("shown", ["", "forged", "eyJ9:x:y"])
@pytest.mark.parametrize("path", [FLOODS, "/admin/bulk/"])
def test_a_forged_selection_does_nothing(staff: Client, appeal: Appeal, path: str, shown: str) -> None:
    confirmed(appeal)
    assert "This page is too old." in staff.post(path, {"shown": shown}, follow=True).content.decode()
    assert not Batch.objects.exists()


def test_a_selection_expires_after_an_hour(staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    create_in_bulk(appeal, [{"organisation_name": f"Fund {number}"} for number in range(10)])
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    monkeypatch.setattr("petition.admin.queue.selection._MAX_AGE_SECONDS", -1)
    browser.press("staff-hold")
    assert "This page is too old." in browser.page
    assert quarantined() == 0


def test_names_in_a_cluster_are_escaped(staff: Client, appeal: Appeal) -> None:
    create_in_bulk(appeal, [{"organisation_name": f"{SCRIPT} {number}"} for number in range(10)])
    page = staff.get(FLOODS).content.decode()
    assert ESCAPED in page
    assert SCRIPT not in page
