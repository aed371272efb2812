"""The audit log: filtered, exported, and without any name."""

import csv
import io
import re

import pytest
from django.test import Client

from petition.actions.audit import Actor
from petition.actions.moderation import contact_access
from petition.models import Appeal, AuditEvent, Role
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, approved, confirmed

TRAIL = "/admin/petition/auditevent/"


@pytest.fixture
def auditor(appeal: Appeal) -> Client:
    return create_client(create_account("auditor", Role.AUDITOR))


def lines(browser: Client, query: str) -> int:
    page = browser.get(TRAIL + query).content.decode()
    return page.count('class="field-when')


def test_a_filter_shows_who_opened_which_contact(auditor: Client, appeal: Appeal) -> None:
    account = create_account("guest", Role.MODERATOR)
    waiting = confirmed(appeal, at=NOON)
    contact_access.open_contact(waiting.pk, by=Actor.staff(account.pk), at=NOON)
    page = auditor.get(f"{TRAIL}?verb=open_contact").content.decode()
    assert "contact opened" in page
    assert f"Endorsement {waiting.pk}" in page
    assert ">guest<" in page
    assert lines(auditor, f"?actor_id={account.pk}") == 1
    assert lines(auditor, f"?actor_id={account.pk}&verb=approve") == 0
    assert lines(auditor, f"?q={waiting.pk}") == AuditEvent.objects.filter(subject_id=waiting.pk).count()


def test_no_link_of_an_entry_leads_to_a_page_that_is_refused(auditor: Client, appeal: Appeal) -> None:
    confirmed(appeal, at=NOON)
    page = auditor.get(f"{TRAIL}{AuditEvent.objects.latest('pk').pk}/change/").content.decode()
    links = set(re.findall(r'<a [^>]*href="(/admin/[^"]*)"', page))
    assert TRAIL in links
    assert [link for link in links if auditor.get(link).status_code not in (200, 302)] == []


def test_the_filter_by_days_includes_both_days(auditor: Client, appeal: Appeal) -> None:
    approved(appeal, at=NOON)
    everything = AuditEvent.objects.count()
    assert lines(auditor, "?since=2026-11-23&until=2026-11-23") == everything
    assert lines(auditor, "?since=2026-11-24") == lines(auditor, "?until=2026-11-22") == 0
    assert lines(auditor, "?since=2026-11-23&verb=approve") == 1
    assert 'name="verb" value="approve"' in auditor.get(f"{TRAIL}?since=2026-11-23&verb=approve").content.decode()
    assert auditor.get(f"{TRAIL}?since=tomorrow").status_code == 302


def test_the_export_is_filtered_and_recorded(auditor: Client, appeal: Appeal) -> None:
    endorsement = approved(appeal, organisation_name="Unmistakable Fund", at=NOON)
    page = auditor.get(f"{TRAIL}?verb=approve").content.decode()
    assert f'href="{TRAIL}export/?verb=approve"' in page
    counted = auditor.get(f"{TRAIL}export/?verb=approve").content.decode()
    assert "1 event, as codes and numbers, without names." in counted
    assert not AuditEvent.objects.filter(verb="export_trail").exists()
    response = auditor.post(f"{TRAIL}export/?verb=approve")
    assert (response["Content-Type"], "no-store" in response["Cache-Control"]) == ("text/csv", True)
    text = response.getvalue().decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["verb"], row["subject_id"], row["at"]) == ("approve", str(endorsement.pk), NOON.isoformat())
    assert "Unmistakable" not in text
    assert AuditEvent.objects.latest("pk").verb == "export_trail"
    everything = auditor.post(f"{TRAIL}export/").getvalue().decode()
    assert len(list(csv.DictReader(io.StringIO(everything)))) == AuditEvent.objects.count()
    assert auditor.post(f"{TRAIL}export/?since=tomorrow").status_code == 303
