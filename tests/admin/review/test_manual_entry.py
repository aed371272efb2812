"""What needs two moderators: endorsements by letter, and counting those without a name."""

import pytest
from django.test import Client

from petition.models import Appeal, Endorsement, State
from tests.admin.review.review_pages import page, press
from tests.factories import NOON, confirmed, mails


def test_a_withheld_one_counts_after_a_second_moderator(staff: Client, second: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, display="withheld")
    press(staff, row, "decide", decision="approve")
    assert "Nobody has recorded yet how it was checked" in page(staff, row)
    assert "checked only by" in press(second, row, "count")
    Endorsement.objects.filter(pk=row.pk).update(checked_how="vouched")
    assert "Another moderator must do this" in press(staff, row, "count")
    assert "Counted." in press(second, row, "count")
    assert "/count/" not in page(staff, row)


def entry(**changes: str) -> dict[str, str]:
    return {
        "origin": "email",
        "appeal": "kyrgyzstan-2020",
        "organisation_name": "Made-up Fund",
        "countries": "KG",
        "display": "named",
        "language": "ru",
        "contact_name": "Asel",
        "contact_role": "Director",
        "contact_email": "asel@fund.example",
        "note": "In the blue folder.",
    } | changes


def test_an_endorsement_by_mail_is_entered_and_its_contact_asked(staff: Client, appeal: Appeal) -> None:
    html = staff.post("/admin/enter/", entry(), follow=True).content.decode()
    assert "We sent an e-mail asking the contact to confirm." in html
    assert "In the blue folder." in html
    assert mails()[-1][:2] == ("entered", "asel@fund.example")
    again = staff.post("/admin/enter/", entry())
    assert again.status_code == 422
    assert "The same endorsement was already added" in again.content.decode()


def test_an_endorsement_by_letter_needs_two_people(staff: Client, second: Client, appeal: Appeal) -> None:
    typed = entry(origin="letter", contact_name="", contact_role="", contact_email="")
    assert "second moderator" in staff.post("/admin/enter/", typed, follow=True).content.decode()
    row = Endorsement.objects.get(origin="letter")
    assert "Tick the box" in press(second, row, "letter")
    assert "Another moderator must do this" in press(staff, row, "letter", declared="on")
    assert "It now waits for a decision" in press(second, row, "letter", declared="on")
    row.refresh_from_db()
    assert row.state == State.CONFIRMED


@pytest.mark.parametrize(
    "wrong", [{"contact_email": ""}, {"contact_name": ""}, {"contact_email": '"a b"@fund.example'}, {"note": ""}]
)
def test_missing_fields_are_reported(staff: Client, appeal: Appeal, wrong: dict[str, str]) -> None:
    response = staff.post("/admin/enter/", entry(**wrong))
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert not Endorsement.objects.filter(origin="email").exists()


def test_a_closed_appeal_takes_no_entry(staff: Client, appeal: Appeal) -> None:
    Appeal.objects.update(closes_at=NOON)
    html = staff.post("/admin/enter/", entry()).content.decode()
    assert "does not accept endorsements now" in html
