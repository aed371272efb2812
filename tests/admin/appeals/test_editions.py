"""Freezing an edition on the staff pages."""

from datetime import timedelta

import pytest
from django.test import Client

from petition.models import Appeal, AuditEvent, Edition
from petition.reference import clock
from tests.factories import NOON, SLUG

PATH = "/admin/editions/"
FORM = {"appeal": SLUG, "dated": NOON.date().isoformat(), "addressee": "Жогорку Кеңеш"}


def posted(staff: Client, **changes: str) -> tuple[int, str]:
    with clock.freeze(NOON):
        response = staff.post(PATH, FORM | changes)
    return response.status_code, response.content.decode()


def test_only_the_button_freezes_an_edition(staff: Client, appeal: Appeal) -> None:
    status, page = posted(staff, preview="")
    assert status == 200
    assert "Edition of 23 November 2026, for Жогорку Кеңеш" in page
    assert "<strong>35</strong> organisations signed" in page
    assert not Edition.objects.exists()
    assert posted(staff)[0] == 303
    edition = Edition.objects.get()
    assert (edition.dated, edition.addressee, edition.frozen_at) == (NOON.date(), "Жогорку Кеңеш", NOON)
    with clock.freeze(NOON):
        listed = staff.get(PATH).content.decode()
        audit_log = staff.get("/admin/petition/auditevent/").content.decode()
    assert f'href="/appeals/{SLUG}/editions/2026-11-23/"' in listed
    assert "The edition is published." in listed
    assert "edition published" in audit_log
    assert AuditEvent.objects.latest("pk").actor_kind == "staff"


def test_errors_are_shown_beside_their_field(staff: Client, appeal: Appeal) -> None:
    posted(staff)
    status, page = posted(staff)
    assert status == 422
    assert "There is already an edition of this date" in page
    yesterday = (NOON - timedelta(days=1)).date().isoformat()
    assert "Choose today or a later date" in posted(staff, dated=yesterday)[1]
    assert Edition.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"addressee": " "}, {"addressee": "=1+1"}, {"addressee": "x\u202ey"}, {"dated": "soon"}, {"appeal": "x"}],
)
def test_invalid_input_is_refused(staff: Client, appeal: Appeal, changes: dict[str, str]) -> None:
    status, _ = posted(staff, **changes)
    assert (status, Edition.objects.count()) == (422, 0)


def test_anonymous_visitors_cannot_freeze(client: Client, appeal: Appeal) -> None:
    assert client.post(PATH, FORM)["Location"].startswith("/admin/login/")
    assert not Edition.objects.exists()
