"""What stands around a decision: mails shown before, undoing, reasons, notes, spelling."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.moderation import internal_notes, manual_entry
from petition.models import Appeal, AuditEvent, Endorsement, Origin, Reason, State
from petition.reference import clock
from petition.security.encryption import decrypt_column
from tests.factories import MODERATOR, NOON, SECOND, approved, confirmed, entered, mails, submitted, withdraw_for_good

SCRIPT = "<script>alert(1)</script>"
POSTS = ("undo", "internal-note", "spelling", "language", "count", "letter")


@pytest.fixture
def second(db: None) -> Client:
    """The client of another moderator."""
    account = get_user_model().objects.create_superuser("second", password="a long pass phrase")
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(account)
    return client


def page(staff: Client, row: Endorsement) -> str:
    return staff.get(f"/admin/endorsements/{row.pk}/").content.decode()


def press(staff: Client, row: Endorsement, what: str, *, status: int = 200, **typed: str) -> str:
    response = staff.post(f"/admin/endorsements/{row.pk}/{what}/", typed, follow=True)
    assert response.status_code == status
    return response.content.decode()


def seen_on(html: str, form: str) -> str:
    """Return the version token in a form of the page."""
    (token,) = re.findall(rf'/{form}/".*?name="seen" value="(\w+)"', html, re.S)
    return str(token)


@pytest.mark.parametrize("path", POSTS)
def test_each_decision_needs_a_post_by_staff_about_an_endorsement(
    staff: Client, client: Client, appeal: Appeal, path: str
) -> None:
    row = confirmed(appeal)
    assert staff.get(f"/admin/endorsements/{row.pk}/{path}/").status_code == 405
    assert staff.post("/admin/endorsements/99999/" + path + "/", {"declared": "on"}).status_code == 404
    assert client.post(f"/admin/endorsements/{row.pk}/{path}/")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", ["hide/", "reasons/", "reasons/other/", "enter/"])
def test_the_pages_are_for_staff(staff: Client, client: Client, appeal: Appeal, path: str) -> None:
    assert staff.get(f"/admin/{path}").status_code == 200
    assert client.get(f"/admin/{path}")["Location"].startswith("/admin/login/")


# --- the mail before it leaves ---


def test_each_mail_is_previewed_in_its_recipients_language(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, language="ru", organisation_name="Made-up Fund")
    html = page(staff, row)
    assert 'lang="ru"' in html
    assert "Ваш запрос принят" in html
    assert "/ru/appeals/kyrgyzstan-2020/signatories/further-1/" in html
    assert "Нам не удалось убедиться" in html
    assert "У нас есть вопрос" in html


def test_the_previewed_mail_is_the_one_sent(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, language="ky")
    words = Reason.objects.get(code="duplicate").words["ky"]
    assert words in page(staff, row)
    press(staff, row, "decide", decision="reject", reason="duplicate")
    assert mails()[-1][2] == {"words": words}


def test_no_mail_is_previewed_when_none_is_sent(staff: Client, appeal: Appeal) -> None:
    row = entered(appeal, Origin.LETTER)
    manual_entry.confirm_letter(row.pk, by=SECOND, at=NOON)
    html = page(staff, row)
    assert "no contact is there to be told" in html
    assert "staff-mail" not in html


# --- taking back ---


def test_a_decision_can_be_undone_from_the_next_page(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, at=clock.now())
    after = press(staff, row, "decide", decision="approve")
    assert f'action="/admin/endorsements/{row.pk}/undo/"' in after
    assert "Taken back; no mail leaves." in press(staff, row, "undo")
    row.refresh_from_db()
    assert (row.state, [message for message, _, _ in mails()].count("listed")) == (State.CONFIRMED, 0)
    assert "nothing to take back" in press(staff, row, "undo")


def test_undoing_is_offered_to_who_decided_for_a_minute(staff: Client, second: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, at=clock.now())
    press(staff, row, "decide", decision="approve")
    assert "/undo/" not in second.get("/admin/").content.decode()
    with clock.freeze(clock.now() + timedelta(seconds=60)):
        assert "/undo/" not in staff.get("/admin/").content.decode()
        assert "Too late" in press(staff, row, "undo")


# --- reasons and notes ---


def test_a_rejection_has_a_reason_and_a_note(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    press(staff, row, "decide", decision="reject", reason="unverified", note=f"Nobody {SCRIPT} answers")
    row.refresh_from_db()
    assert (row.state, decrypt_column(row, "sealed_note")) == (State.REJECTED, f"Nobody {SCRIPT} answers")
    assert AuditEvent.objects.filter(subject_id=row.pk).latest("pk").reason == "unverified"
    html = page(staff, row)
    assert "Nobody &lt;script&gt;" in html
    assert SCRIPT not in html


def test_the_history_shows_the_reason(staff: Client, appeal: Appeal) -> None:
    label = Reason.objects.get(code="unverified").labels["en"]
    row = confirmed(appeal, at=clock.now())
    press(staff, row, "decide", decision="reject", reason="unverified")
    press(staff, row, "undo")
    lines = [
        line.split(": ", 1)[1] for line in re.findall("<li>([^<]*)</li>", page(staff, row).split("staff-history")[1])
    ]
    assert lines[2:4] == [f"rejected, {label} (moderator)", "taken back, rejected (moderator)"]
    assert lines[0] == "sent (the organisation)"


def test_a_note_that_is_too_long_is_refused(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert "x" * 2001 in press(staff, row, "decide", status=422, decision="reject", note="x" * 2001)
    assert "x" * 10_001 in press(staff, row, "internal-note", status=422, note="x" * 10_001)
    row.refresh_from_db()
    assert (row.state, row.sealed_note) == (State.CONFIRMED, "")


def test_a_removed_reason_is_reported(staff: Client, appeal: Appeal) -> None:
    assert "no longer offered" in press(staff, confirmed(appeal), "decide", decision="reject", reason="whim")


def test_a_note_is_rewritten_and_erased(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    fresh = page(staff, row)
    assert "Somebody has changed it" not in fresh
    noting: dict[str, Any] = {"note": "Called them.", "seen": seen_on(fresh, "internal-note")}
    assert "The note is kept." in press(staff, row, "internal-note", **noting)
    noted = page(staff, row)
    assert "Called them." in noted
    erasing: dict[str, Any] = {"note": "", "seen": seen_on(noted, "internal-note")}
    assert "The note is erased." in press(staff, row, "internal-note", **erasing)
    assert "Called them." not in page(staff, row)


def test_two_notes_at_once_do_not_overwrite_each_other(staff: Client, second: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    seen = seen_on(page(staff, row), "internal-note")
    press(second, row, "internal-note", note="Second: do not approve.", seen=seen)
    both = press(staff, row, "internal-note", status=409, note="First: fine.", seen=seen)
    assert "Second: do not approve." in both
    assert "First: fine." in both
    kept = "Second: do not approve. First: fine."
    press(staff, row, "internal-note", note=kept, seen=seen_on(both, "internal-note"))
    row.refresh_from_db()
    assert decrypt_column(row, "sealed_note") == kept


def test_a_rejection_note_is_added_below_the_earlier_note(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON)
    press(staff, row, "decide", decision="reject", note="Nobody answers.")
    row.refresh_from_db()
    assert decrypt_column(row, "sealed_note") == "Called them.\n\nNobody answers."


def test_an_unreadable_note_is_not_erased(staff: Client, appeal: Appeal, settings: Settings) -> None:
    row = confirmed(appeal)
    internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON)
    settings.CONTACT_PRIVATE_KEYS = []
    assert "staff-internal" not in page(staff, row)
    assert "the key that opens it is not here" in press(staff, row, "decide", decision="reject", note="No.")
    row.refresh_from_db()
    assert row.state == State.CONFIRMED


def test_a_second_public_note_at_once_shows_both(staff: Client, second: Client, appeal: Appeal) -> None:
    row = approved(appeal)
    press(second, row, "note", words="Closed in 2023.", seen="")
    both = press(staff, row, "note", status=409, words="Renamed in 2022.", seen="")
    assert "Closed in 2023." in both
    assert "Renamed in 2022." in both
    row.refresh_from_db()
    assert row.signatory
    assert row.signatory.note == "Closed in 2023."


def test_editors_write_reasons_and_preview_their_mails(staff: Client, appeal: Appeal) -> None:
    typed = {f"label_{language}": f"Closed {language}" for language in ("en", "ru", "ky")}
    typed |= {"words_ru": f"Поздно {SCRIPT}.", "sends_mail": "on", "is_offered": "on", "code": "closed_body"}
    previewed = staff.post("/admin/reasons/new/", typed | {"preview": ""}).content.decode()
    assert "Поздно &lt;script&gt;" in previewed
    assert not Reason.objects.filter(code="closed_body").exists()
    assert staff.post("/admin/reasons/new/", typed).status_code == 303
    made = Reason.objects.get(code="closed_body")
    assert (made.words, made.sends_mail) == ({"ru": f"Поздно {SCRIPT}."}, True)
    assert "Closed en" in staff.get("/admin/reasons/").content.decode()
    assert "Closed en" in page(staff, confirmed(appeal))
    assert staff.post("/admin/reasons/new/", typed).status_code == 422
    del typed["is_offered"]
    assert staff.post("/admin/reasons/closed_body/", typed).status_code == 303
    assert "Closed en" not in page(staff, confirmed(appeal))
    assert staff.get("/admin/reasons/none/").status_code == 404


# --- spelling and language ---


def test_a_spelling_is_corrected_and_the_old_one_is_shown(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Oydon Fund")
    typed: dict[str, Any] = {"organisation_name": "Ойдон фонду", "acronym": "ОФ", "countries": "kg, kz"}
    html = press(staff, row, "spelling", seen=seen_on(page(staff, row), "spelling"), **typed)
    assert "Ойдон фонду (ОФ, Kyrgyzstan, Kazakhstan)" in html
    assert "Oydon Fund" in html


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation_name": "=Fund"},
        {"organisation_name": "Fu\u202end"},
        {"countries": "XX"},
        {"countries": "KG KZ DE FR"},
    ],
)
def test_an_invalid_spelling_is_refused(staff: Client, appeal: Appeal, wrong: dict[str, str]) -> None:
    row = confirmed(appeal)
    typed: dict[str, Any] = {"organisation_name": "Fund", "acronym": "", "countries": "KG"} | wrong
    press(staff, row, "spelling", status=422, seen=seen_on(page(staff, row), "spelling"), **typed)
    assert not row.spellings.exists()


def test_a_second_correction_at_once_shows_both_versions(staff: Client, second: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Fund")
    seen = seen_on(page(staff, row), "spelling")
    press(second, row, "spelling", seen=seen, organisation_name="Fund of the South", acronym="", countries="KG")
    typed: dict[str, Any] = {"organisation_name": "Fund of the North", "acronym": "", "countries": "KG"}
    both = press(staff, row, "spelling", status=409, seen=seen, **typed)
    assert "Stored now" in both
    assert both.count("Fund of the South") >= 2
    assert "Fund of the North" in both
    press(staff, row, "spelling", seen=seen_on(both, "spelling"), **typed)
    row.refresh_from_db()
    assert row.organisation_name == "Fund of the North"


def test_the_language_of_a_name_is_set(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal)
    seen = seen_on(page(staff, row), "language")
    assert "The language of the name is set." in press(staff, row, "language", seen=seen, language="ky")
    row.refresh_from_db()
    assert row.signatory
    assert row.signatory.language == "ky"
    assert "look again" in press(staff, row, "language", seen=seen, language="ru")
    press(staff, row, "language", status=422, seen=seen, language="tlh")


# --- two moderators ---


def test_a_withheld_one_counts_after_a_second_moderator(staff: Client, second: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, display="withheld")
    press(staff, row, "decide", decision="approve")
    assert "not said yet how it was checked" in page(staff, row)
    assert "checked by nothing" in press(second, row, "count")
    Endorsement.objects.filter(pk=row.pk).update(checked_how="vouched")
    assert "Another moderator has to do this" in press(staff, row, "count")
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
    assert "A mail asks it to confirm." in html
    assert "In the blue folder." in html
    assert mails()[-1][:2] == ("entered", "asel@fund.example")
    again = staff.post("/admin/enter/", entry())
    assert again.status_code == 422
    assert "Just this was entered before" in again.content.decode()


def test_an_endorsement_by_letter_needs_two_people(staff: Client, second: Client, appeal: Appeal) -> None:
    typed = entry(origin="letter", contact_name="", contact_role="", contact_email="")
    assert "second moderator" in staff.post("/admin/enter/", typed, follow=True).content.decode()
    row = Endorsement.objects.get(origin="letter")
    assert "Check first" in press(second, row, "letter")
    assert "Another moderator has to do this" in press(staff, row, "letter", declared="on")
    assert "it waits for a decision now" in press(second, row, "letter", declared="on")
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
    assert "does not take endorsements now" in html


# --- one name at once ---


@pytest.mark.parametrize("typed", ["original-12", "original 12", "12", ""])
def test_a_name_is_hidden_in_two_presses_from_any_page(staff: Client, appeal: Appeal, typed: str) -> None:
    for place in ("/admin/", "/admin/petition/auditevent/", "/admin/reasons/"):
        assert 'action="/admin/hide/"' in staff.get(place).content.decode()
    page = staff.get("/admin/hide/", {"q": typed}).content.decode()
    row = Endorsement.objects.get(signatory__kind="original", signatory__number=12)
    assert f'action="/admin/endorsements/{row.pk}/name/"' in page
    assert "off everything this site serves" in press(staff, row, "name", decision="hide")
    assert f'/endorsements/{row.pk}/name/"' not in staff.get("/admin/hide/", {"q": typed}).content.decode()


def test_an_entry_to_hide_is_found_by_any_part_of_its_name(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal, organisation_name="Өнөр «Үкүк»")
    assert f"/endorsements/{row.pk}/name/" in staff.get("/admin/hide/", {"q": "УКУК"}).content.decode()
    assert "no such line" in staff.get("/admin/hide/", {"q": "Nobody"}).content.decode()
    assert "no such line" in staff.get("/admin/hide/", {"q": "«»"}).content.decode()


def test_without_the_private_key_the_page_still_opens(staff: Client, appeal: Appeal, settings: object) -> None:
    row = approved(appeal, display="withheld")
    internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON)
    settings.CONTACT_PRIVATE_KEYS = []  # type: ignore[attr-defined]
    html = page(staff, row)
    assert "Sealed; the key is not here." in html
    assert "Called them." not in html


def test_withdrawn_or_unconfirmed_ones_get_no_mail(staff: Client, appeal: Appeal) -> None:
    row, _ = submitted(appeal)
    assert "No mail leaves." in page(staff, row)
    withdraw_for_good(row.pk, by=MODERATOR, at=NOON)
    assert "staff-spelling" not in page(staff, row)
    assert "staff-language" not in page(staff, row)
