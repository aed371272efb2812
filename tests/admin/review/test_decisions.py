"""What stands around a decision: mails shown before, undoing, reasons, notes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.moderation import internal_notes, manual_entry
from petition.models import Appeal, AuditEvent, Origin, Reason, State
from petition.reference import clock
from petition.security.encryption import decrypt_column
from tests.admin.review.review_pages import page, press, seen_on
from tests.admin.review.test_endorsement_actions import original
from tests.factories import MODERATOR, NOON, SECOND, approved, confirmed, entered, mails, submitted, withdraw_for_good

SCRIPT = "<script>alert(1)</script>"
POSTS = ("undo", "internal-note", "spelling", "language", "count", "letter")


@pytest.mark.parametrize("path", POSTS)
def test_each_decision_needs_a_post_by_staff_about_an_endorsement(
    staff: Client, client: Client, appeal: Appeal, path: str
) -> None:
    row = confirmed(appeal)
    assert staff.get(f"/admin/endorsements/{row.pk}/{path}/").status_code == 405
    assert staff.post("/admin/endorsements/99999/" + path + "/", {"declared": "on"}).status_code == 404
    assert client.post(f"/admin/endorsements/{row.pk}/{path}/")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", ["lines/", "search/", "hide/{original}/", "reasons/", "reasons/other/", "enter/"])
def test_the_pages_are_for_staff(staff: Client, client: Client, appeal: Appeal, path: str) -> None:
    address = f"/admin/{path}".format(original=original().pk)
    assert staff.get(address).status_code == 200
    assert client.get(address)["Location"].startswith("/admin/login/")


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
    assert "there is no contact" in html
    assert "staff-mail" not in html


# --- taking back ---


def test_a_decision_can_be_undone_from_the_next_page(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, at=clock.now())
    after = press(staff, row, "decide", decision="approve")
    assert f'action="/admin/endorsements/{row.pk}/undo/"' in after
    assert "Undone. No e-mail was sent." in press(staff, row, "undo")
    row.refresh_from_db()
    assert (row.state, [message for message, _, _ in mails()].count("listed")) == (State.CONFIRMED, 0)
    assert "You cannot undo this" in press(staff, row, "undo")


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
        re.sub("<[^>]+>", "", line).split(": ", 1)[1]
        for line in re.findall("<li>(.*?)</li>", page(staff, row).split("staff-history")[1])
    ]
    assert lines[2:4] == [f"rejected, {label} (moderator)", "undone, rejected (moderator)"]
    assert lines[0] == "sent (the organisation)"


def test_a_note_that_is_too_long_is_refused(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert "x" * 2001 in press(staff, row, "decide", status=422, decision="reject", reason="other", note="x" * 2001)
    assert "x" * 10_001 in press(staff, row, "internal-note", status=422, note="x" * 10_001)
    row.refresh_from_db()
    assert (row.state, row.sealed_note) == (State.CONFIRMED, "")


def test_a_removed_reason_is_reported(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert "This reason can no longer be chosen." in press(staff, row, "decide", decision="reject", reason="whim")
    Reason.objects.filter(code="duplicate").update(is_offered=False)
    assert 'value="duplicate"' not in page(staff, row)
    assert "This reason can no longer be chosen." in press(staff, row, "decide", decision="reject", reason="duplicate")
    row.refresh_from_db()
    assert row.state == State.CONFIRMED


def test_a_rejection_needs_a_reason_and_none_is_chosen_at_first(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    choices = re.findall(r'<input type="radio" name="reason"[^>]*>', page(staff, row), re.S)
    assert len(choices) == Reason.objects.offered().count()
    assert not any("checked" in choice for choice in choices)
    assert all("required" in choice for choice in choices)
    for typed in ({}, {"reason": ""}, {"reason": " "}):
        asked = press(staff, row, "decide", status=422, decision="reject", note="Nobody answers.", **typed)
        assert "Choose a reason." in asked
        assert "Nobody answers." in asked
        assert 'id="reject" data-key="r" open' in asked
    row.refresh_from_db()
    assert (row.state, row.sealed_note) == (State.CONFIRMED, "")
    assert not AuditEvent.objects.filter(subject_id=row.pk, verb="reject").exists()


def test_a_note_is_rewritten_and_erased(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    fresh = page(staff, row)
    assert "Somebody changed this" not in fresh
    noting: dict[str, Any] = {"note": "Called them.", "seen": seen_on(fresh, "internal-note")}
    assert "The note is saved." in press(staff, row, "internal-note", **noting)
    noted = page(staff, row)
    assert "Called them." in noted
    erasing: dict[str, Any] = {"note": "", "seen": seen_on(noted, "internal-note")}
    assert "The note is deleted." in press(staff, row, "internal-note", **erasing)
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
    press(staff, row, "decide", decision="reject", reason="other", note="Nobody answers.")
    row.refresh_from_db()
    assert decrypt_column(row, "sealed_note") == "Called them.\n\nNobody answers."


def test_an_unreadable_note_is_not_erased(staff: Client, appeal: Appeal, settings: Settings) -> None:
    row = confirmed(appeal)
    internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON)
    settings.CONTACT_PRIVATE_KEYS = []
    assert "staff-internal" not in page(staff, row)
    refused = press(staff, row, "decide", decision="reject", reason="other", note="No.")
    assert "It is encrypted, and this server does not have the key." in refused
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


def test_without_the_private_key_the_page_still_opens(staff: Client, appeal: Appeal, settings: object) -> None:
    row = approved(appeal, display="withheld")
    internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON)
    settings.CONTACT_PRIVATE_KEYS = []  # type: ignore[attr-defined]
    html = page(staff, row)
    assert "Encrypted. This server does not have the key." in html
    assert "Called them." not in html


def test_withdrawn_or_unconfirmed_ones_get_no_mail(staff: Client, appeal: Appeal) -> None:
    row, _ = submitted(appeal)
    assert "No e-mail is sent." in page(staff, row)
    withdraw_for_good(row.pk, by=MODERATOR, at=NOON)
    assert "staff-spelling" not in page(staff, row)
    assert "staff-language" not in page(staff, row)
