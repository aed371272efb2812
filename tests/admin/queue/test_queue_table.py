"""The table of the queue and its tabs."""

import re

from django.test import Client

from petition.actions.moderation import hold
from petition.models import Appeal, Flag
from tests.factories import MODERATOR, NOON, SLUG, approved, confirmed, screen_due


def read(staff: Client, **query: str) -> str:
    return staff.get("/admin/", query).content.decode()


def tabs(page: str) -> tuple[list[str], list[str]]:
    """Return the labels with counts in front, and those behind “Other statuses”."""
    (shown,) = re.findall(r'<nav class="staff-tabs".*?</nav>', page, re.S)
    front, behind = shown.split("<details", 1)
    return tuple(re.findall(r">([^<>]+ <b>[^<]+</b>)</a>", part) for part in (front, behind))  # type: ignore[return-value]


def test_the_columns_and_the_time_are_those_of_a_worklist(staff: Client, appeal: Appeal) -> None:
    confirmed(appeal)
    page = read(staff)
    heads = re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert heads == ["Organisation", "Name on the list", "Language", "Since", "Decision", "Select"]
    assert '<time datetime="2026-11-23T12:00:00Z">23 November 2026, 12:00 UTC</time>' in page
    decided = re.findall(r'<th scope="col">([^<]+)</th>', read(staff, state="approved"))
    assert decided == ["Organisation", "Name on the list", "Language", "Since", "Select"]


def test_a_row_offers_to_approve_only_where_nothing_is_flagged(staff: Client, appeal: Appeal) -> None:
    clean, calm, flagged, aside = (confirmed(appeal) for _ in range(4))
    unnamed = confirmed(appeal, display="withheld")
    Flag.objects.create(endorsement=calm, code="free_mail")
    Flag.objects.create(endorsement=flagged, code="free_mail")
    Flag.objects.create(endorsement=flagged, code="fast")
    hold.put_on_hold([aside.pk], reason="network", by=MODERATOR, at=NOON)
    offers = ((clean, True), (calm, True), (flagged, False), (unnamed, False), (aside, False))
    for row, offered in offers:
        tab = "quarantined" if row == aside else "confirmed"
        page = read(staff, state=tab)
        (form,) = re.findall(rf'<form [^>]*action="/admin/endorsements/{row.pk}/decide/.*?</form>', page, re.S)
        assert ('value="approve"' in form) == offered, row
        assert 'value="reject"' not in form
        query = f"?state={tab}&amp;appeal={SLUG}" if row == aside else ""
        assert f'<a href="/admin/endorsements/{row.pk}/{query}" class="staff-open">Review</a>' in form


def test_work_stands_in_front_where_there_is_any(staff: Client, appeal: Appeal) -> None:
    assert tabs(read(staff))[0] == ["Waiting <b>0</b>"], "the open one is always shown"
    row = confirmed(appeal)
    hold.put_on_hold([row.pk], reason="network", by=MODERATOR, at=NOON)
    front, behind = tabs(read(staff))
    assert front == ["Waiting <b>0</b>", "On hold <b>1</b>"]
    assert "Approved <b>35</b>" in behind
    assert not any(label.startswith(("Corrections", "Publish name again")) for label in (*front, *behind))
    assert tabs(read(staff, state="corrections"))[0][:2] == ["Waiting <b>0</b>", "Corrections <b>0</b>"]


def test_other_statuses_are_open_where_they_matter(staff: Client, appeal: Appeal) -> None:
    closed, opened = "<details><summary>Other statuses", "<details open><summary>Other statuses"
    assert closed in read(staff)
    assert closed in read(staff, state="quarantined")
    assert opened in read(staff, state="approved")
    assert opened in read(staff, q="fund"), "what is searched for may be there"


def test_a_tab_counts_what_the_filter_finds_there(staff: Client, appeal: Appeal) -> None:
    confirmed(appeal, organisation_name="Quince Fund")
    confirmed(appeal, organisation_name="Other Fund")
    approved(appeal, organisation_name="Quince Society")
    screen_due(at=NOON)
    front, behind = tabs(read(staff, q="quince"))
    assert front == ["Waiting <b>1</b>"]
    assert "Approved <b>1</b>" in behind
    assert "Rejected <b>0</b>" in behind
    page = read(staff, q="quince")
    assert f'<a href="?state=approved&amp;q=quince&amp;appeal={SLUG}">Approved <b>1</b></a>' in page
    assert tabs(read(staff))[0] == ["Waiting <b>2</b>"]
