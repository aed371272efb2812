"""The page of one endorsement: what may be done in one row, rare and final things behind “More”, what can be undone."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.fixtures import Settings

from petition.models import Appeal, AuditEvent, Endorsement
from petition.reference import clock
from tests.admin.review.review_pages import page, press
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT, original
from tests.factories import approved, confirmed


def summaries(html: str) -> list[str]:
    """Return the labels of the row of actions."""
    return re.findall(r'<details name="action"[^>]*>\s*<summary>([^<]+)…</summary>', html)


def test_the_actions_stand_in_one_row(staff: Client, appeal: Appeal) -> None:
    html = page(staff, confirmed(appeal))
    row, more = html.split('<div class="staff-actions">')[1].split("<summary>More…</summary>")
    assert summaries(html) == ["Ask", "Reject", "More"]
    assert 'value="approve"' in row
    assert 'value="reject"' in row
    assert 'value="withdraw"' not in row
    assert 'value="withdraw"' in more
    assert "Only at the request of the organisation." in more
    assert "staff-history" in more
    assert not re.search(r'<details name="action"[^>]* open', html), "nothing is open before it is pressed"


def test_what_cannot_be_done_is_not_offered(staff: Client, appeal: Appeal) -> None:
    assert summaries(page(staff, approved(appeal))) == ["More"]
    signed = page(staff, original())
    assert summaries(signed) == ["More"]
    assert 'value="withdraw"' not in signed
    leaving = approved(appeal)
    press(staff, leaving, "decide", decision="withdraw")
    html = page(staff, leaving)
    assert 'value="cancel_withdrawal"' in html
    assert 'value="withdraw"' not in html


def test_a_form_that_was_refused_is_open(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    asked = press(staff, row, "ask", status=422, words=" ")
    assert 'data-key="q" open>' in asked
    noted = press(staff, row, "decide", status=422, decision="reject", reason="other", note="x" * 2001)
    assert 'id="reject" data-key="r" open>' in noted
    assert re.search(r"<details open><summary>Internal note</summary>\s*<div>.*x{2001}", noted, re.S)


@pytest.mark.both_databases
def test_the_mail_domain_is_shown_without_opening_the_contact(
    staff: Client, appeal: Appeal, settings: Settings
) -> None:
    row = confirmed(appeal, contact_email="asel.canary@office.example", contact_name="Asel Canary")
    html = page(staff, row)
    assert "<dt>E-mail domain</dt><dd>office.example</dd>" in html
    assert "canary" not in html.casefold(), "neither the name nor the address"
    assert not AuditEvent.objects.filter(verb="open_contact").exists()
    assert "<dt>E-mail domain</dt><dd>–</dd>" in page(staff, original())
    settings.CONTACT_PRIVATE_KEYS = []
    assert "<dt>E-mail domain</dt><dd>–</dd>" in page(staff, row)


def undo_bar(html: str) -> str:
    (bar,) = re.findall(r'<section class="staff-undoable".*?</section>', html, re.S)
    return str(bar)


def test_what_can_be_undone_is_named_with_its_seconds(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, at=clock.now(), organisation_name=f"Quince {SCRIPT}")
    started = clock.now()
    press(staff, row, "decide", decision="approve")
    for path in ("", "lines/", "search/"):
        bar = undo_bar(staff.get(f"/admin/{path}").content.decode())
        assert f"<bdi>Quince {ESCAPED} (Kyrgyzstan)</bdi>: approved." in bar
        assert f'action="/admin/endorsements/{row.pk}/undo/"' in bar
        (seconds,) = re.findall(r'data-seconds-left="(\d+)">\1<', bar)
        assert 1 <= int(seconds) <= 60
    with clock.freeze(started + timedelta(seconds=61)):
        assert "staff-undoable" not in staff.get("/admin/").content.decode()


def test_a_withheld_name_is_named_to_who_decided_alone(staff: Client, appeal: Appeal, settings: Settings) -> None:
    row = confirmed(appeal, at=clock.now(), organisation_name="Quiet Fund", display="withheld")
    press(staff, row, "decide", decision="approve")
    assert "Quiet Fund" in undo_bar(staff.get("/admin/lines/").content.decode())
    other = Client(headers={"host": "127.0.0.1:8000"})
    other.force_login(get_user_model().objects.create_superuser("third", password="a long pass phrase"))
    assert "Quiet Fund" not in other.get("/admin/lines/").content.decode()
    settings.CONTACT_PRIVATE_KEYS = []
    assert "Name encrypted" in undo_bar(staff.get("/admin/lines/").content.decode())
    assert Endorsement.objects.get(pk=row.pk).organisation_name == ""
