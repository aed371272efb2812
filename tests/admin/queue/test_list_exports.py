"""The queue and the public list as CSV: no contact, a name only where it is public, each download on record."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions.moderation import decisions, internal_notes
from petition.models import Appeal, AuditEvent, Endorsement, Flag, Kind, Role
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved, confirmed, submitted

QUEUE, LIST = "/admin/queue.csv", "/admin/list.csv"


def download(browser: Client, path: str) -> str:
    """Return the text of the file, without the mark at its start."""
    response = browser.post(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    text: str = response.getvalue().decode()
    assert text.startswith("\ufeff")
    return text.removeprefix("\ufeff")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.both_databases
def test_the_queue_is_exported_as_filtered(staff: Client, appeal: Appeal) -> None:
    first, second = confirmed(appeal, countries=("KG",)), confirmed(appeal, countries=("DE",))
    submitted(appeal)
    confirmed(an_appeal("other"))
    Flag.objects.create(endorsement=second, code="fast")
    assert [row["number"] for row in rows_of(download(staff, f"{QUEUE}?appeal={SLUG}"))] == [
        str(first.pk),
        str(second.pk),
    ]
    (german,) = rows_of(download(staff, f"{QUEUE}?appeal={SLUG}&country=DE&state=confirmed"))
    assert (german["number"], german["status"], german["flags"]) == (str(second.pk), "confirmed", "fast")
    assert german["confirmed_at"] == NOON.isoformat()
    assert staff.post(f"{QUEUE}?state=nowhere").status_code == 404


def test_the_list_holds_the_approved_of_the_chosen_appeal(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal, organisation_name="Listed Fund")
    confirmed(appeal)
    approved(an_appeal("other"), organisation_name="Elsewhere Fund")
    text = download(staff, f"{LIST}?appeal={SLUG}")
    assert len(rows_of(text)) == 36
    (line,) = [line for line in rows_of(text) if line["number"] == str(row.pk)]
    assert (line["reference"], line["entry"]) == ("further-1", "Listed Fund (Kyrgyzstan)")
    assert "Elsewhere" not in text
    response = staff.post(f"{LIST}?appeal={SLUG}")
    assert response["Content-Disposition"] == f'attachment; filename="{SLUG}-list.csv"'


@pytest.mark.both_databases
def test_a_name_that_is_not_public_is_only_a_number(staff: Client, appeal: Appeal) -> None:
    waiting = confirmed(appeal, organisation_name="Secret Fund 1", acronym="SECRET")
    withheld = approved(appeal, organisation_name="Secret Fund 2", display="withheld")
    hidden = approved(appeal, organisation_name="Secret Fund 3")
    assert hidden.signatory
    decisions.hide(SLUG, Kind.FURTHER, hidden.signatory.number, by=MODERATOR, at=NOON)
    internal_notes.set_internal_note(waiting.pk, "Secret note", by=MODERATOR, at=NOON)
    texts = [download(staff, QUEUE), download(staff, LIST), download(staff, f"{QUEUE}?state=approved&q=secret")]
    lines = [line for text in texts for line in rows_of(text)]
    for row in (waiting, withheld, hidden):
        assert {line["entry"] for line in lines if line["number"] == str(row.pk)} == {""}, row
    for text in texts:
        assert "secret" not in text.casefold()


def test_no_contact_is_in_a_file(staff: Client, appeal: Appeal) -> None:
    contact: dict[str, Any] = {
        "contact_name": "Asel Canary",
        "contact_role": "Canary role",
        "contact_email": "canary@one.example",
    }
    confirmed(appeal, **contact)
    approved(appeal, **contact | {"contact_email": "canary@two.example"})
    for path in (QUEUE, f"{QUEUE}?state=approved", LIST):
        text = download(staff, path)
        assert "canary" not in text.casefold()
        assert "one.example" not in text
        assert "two.example" not in text
    assert not AuditEvent.objects.filter(verb="open_contact").exists()


def test_a_cell_is_no_formula(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal, organisation_name='=HYPERLINK("https://evil.example")')
    (line,) = [line for line in rows_of(download(staff, LIST)) if line["number"] == str(row.pk)]
    assert "HYPERLINK" in line["entry"]
    assert not line["entry"].startswith("=")


@pytest.mark.both_databases
@pytest.mark.parametrize(("path", "verb"), [(QUEUE, "export_queue"), (LIST, "export_list")])
def test_each_download_is_on_record(staff: Client, appeal: Appeal, path: str, verb: str) -> None:
    download(staff, path)
    event = AuditEvent.objects.get(verb=verb)
    assert (event.subject_kind, event.subject_id) == ("appeal", appeal.pk)
    assert event.actor_id == int(staff.session["_auth_user_id"])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MODERATOR])
@pytest.mark.parametrize("path", [QUEUE, LIST])
def test_only_moderators_may(appeal: Appeal, role: Role, path: str) -> None:
    browser = create_client(create_account("other", role))
    assert browser.post(path).status_code == 403
    assert not AuditEvent.objects.filter(verb__startswith="export").exists()


@pytest.mark.parametrize("path", [QUEUE, LIST])
def test_a_download_needs_a_post_an_account_and_a_csrf_token(
    staff: Client, client: Client, appeal: Appeal, path: str
) -> None:
    assert staff.get(path).status_code == 405
    assert client.post(path)["Location"].startswith("/admin/login/")
    staff.handler.enforce_csrf_checks = True
    assert staff.post(path).status_code == 403
    assert not AuditEvent.objects.filter(verb__startswith="export").exists()


def test_without_an_appeal_there_is_nothing_to_export(staff: Client) -> None:
    assert staff.post(LIST).status_code == 404


@pytest.mark.both_databases
def test_many_rows_cost_as_many_queries_as_one(staff: Client, appeal: Appeal) -> None:
    counted = []
    for rows in (1, 3):
        for _ in range(rows):
            Flag.objects.create(endorsement=confirmed(appeal), code="fast")
        with CaptureQueriesContext(connection) as queries:
            download(staff, QUEUE)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert Endorsement.objects.to_decide().count() == 4


def test_the_pages_offer_the_download_of_what_they_show(staff: Client, appeal: Appeal) -> None:
    page = staff.get("/admin/", {"country": "DE"}).content.decode()
    assert f'action="{QUEUE}?state=confirmed&amp;country=DE&amp;appeal={SLUG}"' in page
    assert f'action="{LIST}"' in staff.get("/admin/lines/").content.decode()
