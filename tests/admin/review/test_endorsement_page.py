"""The page of one endorsement: its entry, the findings, how it was checked, and who else has it open."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from petition.actions import stale_forms
from petition.actions.audit import Actor
from petition.actions.intake import known_organisations
from petition.actions.intake.known_organisations import KnownEntry
from petition.actions.moderation import comparisons, hold, spelling, verification
from petition.actions.moderation.verification import CheckResult
from petition.mail import messages
from petition.models import Appeal, Comparison, Endorsement, Verdict
from petition.reference import clock
from petition.security import encryption
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT, original, page, press, verbs
from tests.factories import MODERATOR, NOON, approved, confirmed, submitted, withdraw_for_good

CHECK = {"how": "own_channel", "voucher": "", "note": "", "member": "on", "seen": "0"}


def me(staff: Client) -> Actor:
    return Actor.staff(int(staff.session["_auth_user_id"]))


@pytest.fixture
def colleague(db: None) -> Client:
    browser = Client(headers={"host": "127.0.0.1:8000"})
    browser.force_login(get_user_model().objects.create_superuser("Meerim", password="a long pass phrase"))
    return browser


# --- where the line goes ---


def test_the_entry_is_shown_as_it_will_be_printed(staff: Client, appeal: Appeal) -> None:
    approved(appeal)
    row = confirmed(appeal, organisation_name="Голос", acronym="Г", countries=("KG", "DE"))
    Endorsement.objects.filter(pk=row.pk).update(name_language="ru")
    html = page(staff, row)
    assert '<li value="2"><bdi lang="ru">Голос (Г, Kyrgyzstan, Germany)</bdi></li>' in html
    assert "Will be listed as number 2" in html
    listed = page(staff, original(12))
    assert "Public entry" in listed
    assert '<li value="12">' in listed
    assert "Not published, if approved" in page(staff, confirmed(appeal, display="withheld"))
    assert "No longer listed" not in page(staff, confirmed(appeal, display="withheld"))
    assert "Counted, not published" in page(staff, approved(appeal, display="withheld"))


def test_a_withheld_name_is_shown_as_a_named_one_would_be(staff: Client, appeal: Appeal, settings: Settings) -> None:
    similar = confirmed(appeal, organisation_name="Тихий фонд", website="https://one.example", display="withheld")
    row = confirmed(
        appeal, organisation_name="ТИХИЙ ФОНД", acronym="ТФ", website="https://two.example", display="withheld"
    )
    spelling.set_language(row.pk, "ru", seen=stale_forms.last_change_of(row.pk), by=MODERATOR, at=NOON)
    assert Endorsement.objects.get(pk=row.pk).website == ""
    html = page(staff, row)
    assert '<bdi lang="ru">ТИХИЙ ФОНД (ТФ, Kyrgyzstan)</bdi>' in html
    assert "Тихий фонд (Kyrgyzstan)" in html
    assert "https://one.example" in html
    assert "https://two.example" in html
    assert "Name encrypted" not in html
    withdraw_for_good(similar.pk)
    assert "one.example" not in page(staff, row)
    settings.CONTACT_PRIVATE_KEYS = []
    html = page(staff, row)
    assert "Name encrypted" in html
    assert "two.example" not in html


def test_a_decision_opens_the_next_endorsement_then_the_oldest_then_the_queue(staff: Client, appeal: Appeal) -> None:
    first, second, third = (confirmed(appeal) for _ in range(3))
    for row, decision, opens in ((second, "approve", third), (third, "reject", first)):
        typed = {"decision": decision, "reason": "other"}
        response = staff.post(f"/admin/endorsements/{row.pk}/decide/", typed)
        assert response["Location"] == f"/admin/endorsements/{opens.pk}/"
    assert staff.post(f"/admin/endorsements/{first.pk}/decide/", {"decision": "approve"})["Location"] == "/admin/"


def test_a_decision_in_the_queue_stays_in_the_queue(staff: Client, appeal: Appeal) -> None:
    row, _ = confirmed(appeal), confirmed(appeal)
    assert staff.get("/admin/").content.decode().count('name="in_queue"') == 2
    response = staff.post(f"/admin/endorsements/{row.pk}/decide/", {"decision": "approve", "in_queue": ""})
    assert response["Location"] == "/admin/"


def test_next_and_previous_skip_what_is_on_hold(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(4)]
    hold.put_on_hold([rows[1].pk], reason="network", by=MODERATOR, at=NOON)
    html = page(staff, rows[2])
    assert f'<a href="/admin/endorsements/{rows[0].pk}/" rel="prev" data-key="k">' in html
    assert f'<a href="/admin/endorsements/{rows[3].pk}/" rel="next" data-key="j">' in html
    assert 'rel="next"' not in page(staff, rows[3])


# --- evidence ---


def test_evidence_is_shown_in_marked_sentences_and_side_by_side(staff: Client, appeal: Appeal) -> None:
    domain = encryption.compute_index("domain", "beacon.example")
    known_organisations.replace_known_organisations(
        [KnownEntry(f"Beacon {SCRIPT}", "beacon.example", f"Aigul {SCRIPT}", member=False)]
    )
    row = confirmed(appeal, organisation_name=f"Freedorn Now {SCRIPT}", website=f"https://a.example/{SCRIPT}")
    Endorsement.objects.filter(pk=row.pk).update(domain_index=domain, organisation_name="Freedorn Now")
    html = page(staff, row)
    assert "Resembles original-32, Freedom Now (USA): looks the same" in html
    assert f"The e-mail domain belongs to Beacon {ESCAPED}, known to the secretariat." in html
    assert f"<bdi>Aigul {ESCAPED}</bdi>" in html
    assert f'<a href="/admin/endorsements/{original(32).pk}/">original-32</a>: looks the same' in html
    assert SCRIPT not in html


def test_imported_and_ended_endorsements_are_not_screened(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Freedorn Now")
    withdraw_for_good(row.pk)
    for ended in (row, original(32)):
        assert "staff-evidence" not in page(staff, ended)
        assert 'id="check"' not in page(staff, ended)


def test_the_number_of_queries_does_not_depend_on_the_queue(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal, organisation_name="Beacon Trust")
    counted = []
    for _ in range(2):
        confirmed(appeal, organisation_name="Beacon Trust")
        messages.forget_paragraphs()  # which are asked for again after some seconds
        with CaptureQueriesContext(connection) as queries:
            page(staff, row)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_comparison_is_remembered_from_either_side(staff: Client, appeal: Appeal) -> None:
    one, other = (confirmed(appeal, organisation_name="Beacon Trust") for _ in range(2))
    html = press(staff, other, "compare", other=str(one.pk), verdict="different")
    assert "Saved: Different organisation." in html
    assert 'class="staff-different" aria-pressed="true"' in page(staff, one)
    press(staff, one, "compare", other=str(other.pk), verdict="same")
    assert 'class="staff-same" aria-pressed="true"' in page(staff, other)
    assert verbs(one) == verbs(other) == ["different_body", "same_body"]
    assert Comparison.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"other": "x", "verdict": "same"}, 400), ({"other": "1", "verdict": "merge"}, 400), ({}, 400)],
)
def test_an_unknown_comparison_is_refused(staff: Client, appeal: Appeal, typed: dict[str, str], status: int) -> None:
    row = confirmed(appeal)
    assert staff.post(f"/admin/endorsements/{row.pk}/compare/", typed).status_code == status
    for other in (row.pk, 99_999):
        assert "Its status has changed" in press(staff, row, "compare", other=str(other), verdict="same")
    assert staff.post("/admin/endorsements/99999/compare/", {"other": "1", "verdict": "same"}).status_code == 404
    assert not Comparison.objects.exists()


# --- what was checked ---


def test_a_check_is_recorded_and_shown(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    html = press(staff, row, "check", **CHECK | {"how": "other", "note": f"By  letter {SCRIPT}"})
    assert "The check is recorded." in html
    assert f"By letter {ESCAPED}</textarea>" in html
    assert SCRIPT not in html
    row.refresh_from_db()
    assert (row.checked_how, row.member_confirmed) == ("other", True)
    assert "letter" not in row.sealed_check_note


def test_a_vouching_organisation_is_named_by_its_entry(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert "(original-35)" in press(staff, row, "check", **CHECK | {"how": "vouched", "voucher": " Original-35 "})
    assert 'value="original-35"' in page(staff, row)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"how": "vouched"}, "Enter which listed organisation"),
        ({"how": "vouched", "voucher": "further-9"}, "There is no such entry."),
        ({"how": "other"}, "Describe how you checked it."),
        ({"how": "other", "note": "a\u202eb"}, "Remove invisible characters"),
        ({"how": "imported"}, "Select a valid choice"),
        ({"seen": "x"}, "Enter a whole number"),
    ],
)
def test_an_invalid_check_is_refused_with_what_was_typed(
    staff: Client, appeal: Appeal, typed: dict[str, str], expected: str
) -> None:
    row = confirmed(appeal)
    response = staff.post(f"/admin/endorsements/{row.pk}/check/", CHECK | typed)
    assert response.status_code == 422
    assert expected in response.content.decode()
    assert verbs(row) == []


def test_an_outdated_page_shows_both_versions_and_asks_again(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    verification.record_check(
        row.pk, CheckResult("other", member=False, note="By letter"), seen=0, by=me(staff), at=NOON
    )
    response = staff.post(f"/admin/endorsements/{row.pk}/check/", CHECK | {"note": "By phone"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "Already decided by moderator at" in html
    assert '<td dir="auto">By letter</td><td dir="auto">By phone</td>' in html
    seen = stale_forms.last_change_of(row)
    assert f'name="seen" value="{seen}"' in html
    press(staff, row, "check", **CHECK | {"note": "By phone", "seen": str(seen)})
    row.refresh_from_db()
    assert encryption.decrypt_column(row, "sealed_check_note") == "By phone"


def test_an_ended_endorsement_cannot_be_checked(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    withdraw_for_good(row.pk)
    assert "Its status has changed" in press(staff, row, "check", **CHECK)


# --- what an open page asks by itself ---


def test_new_arrivals_are_counted_in_words(staff: Client, appeal: Appeal, monkeypatch: Any) -> None:
    before = int(clock.now().timestamp()) - 1
    assert staff.get(f"/admin/arrivals/?since={before}").json() == {"words": ""}
    for _ in range(2):
        confirmed(appeal, at=clock.now())
    submitted(appeal, at=clock.now())
    assert staff.get(f"/admin/arrivals/?since={before}").json() == {"words": "New since this page was opened: 2"}
    monkeypatch.setattr("petition.admin.queue.polling._MAX_COUNT", 1)
    assert staff.get(f"/admin/arrivals/?since={before}").json()["words"].endswith("1+")


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 40, "²"])
def test_an_invalid_time_is_refused(staff: Client, appeal: Appeal, since: str) -> None:
    assert staff.get("/admin/arrivals/", {"since": since}).status_code == 400


def test_polling_does_not_extend_the_session(staff: Client, appeal: Appeal) -> None:
    assert "session" in staff.get("/admin/").cookies
    assert "session" not in staff.get("/admin/arrivals/?since=0").cookies


def test_every_address_needs_staff_and_a_csrf_token(staff: Client, client: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    posts = ("check", "compare")
    for path in (*(f"endorsements/{row.pk}/{post}/" for post in posts), "arrivals/?since=0"):
        response = client.post(f"/admin/{path}") if "arrivals" not in path else client.get(f"/admin/{path}")
        assert response["Location"].startswith("/admin/login/")
    staff.handler.enforce_csrf_checks = True
    for post in posts:
        assert staff.post(f"/admin/endorsements/{row.pk}/{post}/", CHECK).status_code == 403
        assert staff.get(f"/admin/endorsements/{row.pk}/{post}/").status_code == 405
    comparisons.record_comparison(row.pk, original(1).pk, Verdict.SAME, by=MODERATOR, at=NOON)
