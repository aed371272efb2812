"""The overview: counts and no names, with a fixed number of queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.audit import Actor
from petition.actions.moderation import decisions
from petition.admin.oversight.bar_chart import HEIGHT, WIDTH, bar_length, stack_bars
from petition.mail import outbox
from petition.models import Appeal, Reason
from petition.reference import clock
from tests.clocks import mark_worker_alive
from tests.factories import an_appeal, approved, confirmed, submitted, withdraw_for_good

pytestmark = pytest.mark.both_databases

ANOTHER = Actor.staff(1_000_000)
"""Not the reader: on PostgreSQL the numbers of accounts go on from test to test."""


def overview(browser: Client, query: str = "") -> str:
    page = browser.get(f"/admin/overview/{query}").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_overview_counts_days_states_decisions_countries_and_mail(staff: Client, appeal: Appeal) -> None:
    now = clock.now()
    waiting = confirmed(appeal, at=now - timedelta(hours=5), countries=("KG", "DE"))
    decided = confirmed(appeal, at=now - timedelta(hours=30), countries=("KG",))
    decisions.approve(decided.pk, by=ANOTHER, at=now)
    submitted(appeal, at=now)
    refused = confirmed(appeal, at=now - timedelta(minutes=30), organisation_name="Unmistakable Fund")
    decisions.reject(refused.pk, by=ANOTHER, at=now)  # so that the reader is not offered to undo it
    mark_worker_alive(at=now)
    mail = outbox.lease_next(at=now)
    assert mail
    outbox.mark_failed(mail, error="smtp 550", at=now, final=True)
    page = overview(staff)
    assert "Of 2 decisions, half took less than 16 hours, and nine of ten less than 30 hours." in page
    assert "within an hour 1" in page
    assert "Kyrgyzstan 2" in page
    assert "Germany 1" in page
    assert f"{Reason.objects.get(code='other').label('en')} 1" in page
    assert "smtp 550: 1" in page
    assert "Worker last seen never" not in page
    assert waiting.organisation_name not in page
    assert "Unmistakable" not in page


def test_the_overview_counts_the_chosen_appeal(staff: Client, appeal: Appeal) -> None:
    assert "Nothing in the last thirty days." in overview(staff)
    confirmed(an_appeal("other"), at=clock.now(), countries=("DE",))
    assert "Germany 1" in overview(staff, "?appeal=other")
    assert "Germany" not in overview(staff, f"?appeal={appeal.slug}")
    staff.post("/admin/appeal/", {"appeal": appeal.slug})
    for query in ("", "?appeal=elsewhere"):
        assert "Nothing in the last thirty days." in overview(staff, query)


def test_the_number_of_queries_is_constant(staff: Client, appeal: Appeal) -> None:
    confirmed(appeal, at=clock.now())
    approved(appeal, at=clock.now())
    with CaptureQueriesContext(connection) as one:
        overview(staff)
    for _again in range(4):
        approved(appeal, at=clock.now(), countries=("DE",))
    with CaptureQueriesContext(connection) as many:
        overview(staff)
    assert len(one) == len(many) <= 31


def test_countries_of_withheld_names_are_counted(staff: Client, appeal: Appeal) -> None:
    approved(appeal, at=clock.now(), countries=("KG", "DE"), display="withheld")
    confirmed(appeal, at=clock.now(), countries=("DE",), display="withheld")
    withdrawn = approved(appeal, at=clock.now(), countries=("PL",), display="withheld")
    withdraw_for_good(withdrawn.pk, at=clock.now())
    page = overview(staff)
    assert "Germany 2" in page
    assert "Kyrgyzstan 1" in page
    assert "Poland" not in page


def test_columns_are_stacked_and_the_highest_fills_the_chart() -> None:
    parts = stack_bars([{"a": 1, "b": 3}, {}, {"b": 2}], ["a", "b"])
    assert [(part.kind, part.y, part.height) for part in parts] == [("a", 120, 40), ("b", 0, 120), ("b", 80, 80)]
    assert parts[0].y + parts[0].height == HEIGHT
    assert max(part.x + part.width for part in parts) <= WIDTH
    assert stack_bars([{}], ["a"]) == []


@pytest.mark.parametrize(("count", "of", "length"), [(0, 5, 0), (1, 1000, 1), (5, 5, 100)])
def test_every_bar_above_zero_is_visible(count: int, of: int, length: int) -> None:
    assert bar_length(count, of) == length
