"""The queue, the way from any entry to its endorsement, and the form notice."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from petition.actions.listing.entries import EntryProposal
from petition.actions.self_service import corrections, disputes
from petition.admin.review.forms import LANGUAGE_NAMES
from petition.models import Appeal, AuditEvent, Dispute, DisputeTopic, Endorsement, Notice, OutgoingMail
from tests.actions.self_service import leaving
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT, agree_to_be_named, digest, original
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved, confirmed
from tests.tooling.test_translations import english_left_in

NOTICE = f"/admin/notices/{SLUG}/ru/"


def dispute(
    appeal: Appeal, words: str = "Not us", reference: str = "original-12", mailbox: str = "a@b.example"
) -> None:
    disputes.raise_dispute(appeal, reference=reference, words=words, mailbox=mailbox, at=NOON)


def opened(staff: Client) -> str:
    """Return the page of the only dispute."""
    return staff.post(f"/admin/disputes/{Dispute.objects.get().pk}/open/", follow=True).content.decode()


def wishes(appeal: Appeal) -> None:
    """Create a dispute, a correction and a request to show a name again."""
    dispute(appeal, reference=f"original-{Dispute.objects.count() + 1}")
    approved(appeal)
    corrections.propose_correction(digest(), EntryProposal("Other Fund", "", ""), at=NOON)
    row = approved(appeal)
    leaving.stop_being_named(digest(), at=NOON)
    agree_to_be_named(row)


# --- disputes ---


def test_a_dispute_is_on_top_and_opens_with_its_entry_and_mailbox(staff: Client, appeal: Appeal) -> None:
    dispute(appeal, words=f"Not us {SCRIPT}", mailbox=f"{SCRIPT}@b.example")
    queue = staff.get("/admin/").content.decode()
    assert queue.index("original-12") < queue.index("staff-tabs")
    assert "Not us" not in queue
    assert "b.example" not in queue
    page = opened(staff)
    assert f"Not us {ESCAPED}" in page
    assert f"{ESCAPED}@b.example" in page
    assert SCRIPT not in page
    for shown in (queue, page):
        assert f'<a href="/admin/endorsements/{original(12).pk}/">original-12</a>' in shown


def test_opening_a_dispute_is_recorded(staff: Client, appeal: Appeal, settings: Settings) -> None:
    dispute(appeal)
    staff.get("/admin/")
    assert not AuditEvent.objects.filter(verb="open_dispute").exists()
    opened(staff)
    look = AuditEvent.objects.get(verb="open_dispute")
    assert (look.subject_kind, look.subject_id) == ("dispute", Dispute.objects.get().pk)
    assert look.actor_id == int(staff.session["_auth_user_id"])
    settings.CONTACT_PRIVATE_KEYS = []
    assert "the key that opens it is not here" in opened(staff)
    disputes.settle_dispute(Dispute.objects.get().pk, by=MODERATOR, at=NOON)
    assert staff.post(f"/admin/disputes/{Dispute.objects.get().pk}/open/").status_code == 404
    assert AuditEvent.objects.filter(verb="open_dispute").count() == 1


@pytest.mark.parametrize("reference", ["", "original-99", "further-1", SCRIPT[:20]])
def test_a_dispute_without_an_entry_has_no_link(staff: Client, appeal: Appeal, reference: str) -> None:
    dispute(appeal, reference=reference)
    for page in (staff.get("/admin/").content.decode(), opened(staff)):
        assert "<script>" not in page
        assert '<a href="/admin/endorsements/' not in page
    assert "Not us" in page


def test_the_same_reference_in_another_appeal_is_another_entry(staff: Client, appeal: Appeal) -> None:
    other = an_appeal("other")
    dispute(other)
    page = staff.get("/admin/").content.decode()
    row = Endorsement.objects.get(appeal=other, signatory__kind="original", signatory__number=12)
    assert f'<a href="/admin/endorsements/{row.pk}/">original-12</a>' in page


def test_a_settled_dispute_leaves_the_queue_and_names_who_settled_it(staff: Client, appeal: Appeal) -> None:
    dispute(appeal)
    pk = Dispute.objects.get().pk
    assert "The dispute is settled." in staff.post(f"/admin/disputes/{pk}/", follow=True).content.decode()
    assert "Disputed" not in staff.get("/admin/").content.decode()
    again = staff.post(f"/admin/disputes/{pk}/", follow=True).content.decode()
    assert re.search(r"Already decided by moderator at .+: dispute settled\.", again)
    assert AuditEvent.objects.filter(verb="settle").count() == 1


def test_disputes_about_consent_come_first(staff: Client, appeal: Appeal) -> None:
    for number, about in enumerate(
        (DisputeTopic.OTHER, DisputeTopic.WRONG, DisputeTopic.NOT_AGREED, DisputeTopic.NOT_AGREED)
    ):
        at = NOON + timedelta(hours=number)
        disputes.raise_dispute(appeal, about=about, reference="", words=f"Word {number}", mailbox="", at=at)
    page = staff.get("/admin/").content.decode()
    waiting = [int(pk) for pk in re.findall(r"/admin/disputes/(\d+)/open/", page)]
    words = [disputes.open_dispute(pk, by=MODERATOR, at=NOON).words for pk in waiting]
    assert words == ["Word 3", "Word 2", "Word 1"], "the newest of a kind first"
    messages = re.findall(r"<strong>(.+?)</strong></p>\s*<form", page)
    assert messages == ["We did not agree to this."] * 2 + ["Something about the line is wrong."]
    assert "Show all 4 messages" in page


def test_many_disputes_do_not_hide_the_queue(staff: Client, appeal: Appeal) -> None:
    for number in range(22):
        dispute(appeal)
        dispute(appeal, reference=f"original-{number + 1}")
    page = staff.get("/admin/").content.decode()
    assert page.count('class="staff-card"') == 20
    assert "There are more" in page


# --- tabs ---


def test_corrections_and_names_to_show_again_have_their_tabs(staff: Client, appeal: Appeal) -> None:
    wishes(appeal)
    page = staff.get("/admin/?state=corrections").content.decode()
    assert "Corrections <b>1</b>" in page
    assert "Ask to be named again <b>1</b>" in page
    correcting, asking = Endorsement.objects.filter(origin="form").order_by("pk")
    for tab, row, other in (("corrections", correcting, asking), ("name-again", asking, correcting)):
        html = staff.get(f"/admin/?state={tab}").content.decode()
        assert f"/admin/endorsements/{row.pk}/" in html
        assert f"/admin/endorsements/{other.pk}/" not in html
    corrections.refuse_correction(correcting.corrections.get().pk, by=MODERATOR, at=NOON)
    assert "Nothing here." in staff.get("/admin/?state=corrections").content.decode()


@pytest.mark.parametrize("tab", ["confirmed", "corrections", "name-again"])
def test_the_number_of_queries_is_constant(staff: Client, appeal: Appeal, tab: str) -> None:
    counted = []
    for rows in (1, 2):
        for _ in range(rows):
            wishes(appeal)
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(f"/admin/?state={tab}").content.decode()
        counted.append(len(queries))
    assert page.count('class="staff-card"') == 3
    assert page.count('scope="row"') == (0 if tab == "confirmed" else 3)
    assert counted[0] == counted[1]


# --- lines ---


def test_every_entry_leads_to_its_endorsement(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal)
    page = staff.get("/admin/lines/").content.decode()
    assert page.count('<li><a href="/admin/endorsements/') == 35
    for typed, expected in (("original-35", original(35)), (" Further-1 ", row)):
        response = staff.get("/admin/lines/", {"appeal": SLUG, "reference": typed})
        assert response["Location"] == f"/admin/endorsements/{expected.pk}/"


@pytest.mark.parametrize("typed", ["original-36", "further-1", "x", "original-0", "original-99999999999", SCRIPT])
def test_an_unknown_entry_is_reported(staff: Client, appeal: Appeal, typed: str) -> None:
    response = staff.get("/admin/lines/", {"reference": typed})
    assert response.status_code == 404
    assert "There is no such line." in response.content.decode()
    assert SCRIPT not in response.content.decode()
    assert staff.get("/admin/lines/", {"appeal": "nowhere"}).status_code == 404


# --- the notice ---


def test_a_notice_is_previewed_then_stored(staff: Client, appeal: Appeal) -> None:
    typed = {"words": f"Первая\r\nстрока.\r\n\r\n \r\nВторая {SCRIPT}", "dated": "2026-10-01"}
    preview = staff.post(NOTICE, typed | {"preview": ""}).content.decode()
    assert f"<li>Первая строка.</li>\n<li>Вторая {ESCAPED}</li>" in preview
    assert "По состоянию на 1 октября 2026 г." in preview
    assert SCRIPT not in preview
    assert not Notice.objects.exists()
    assert "The notice stands before the form now." in staff.post(NOTICE, typed, follow=True).content.decode()
    assert "<li>Первая строка.</li>" in staff.get(f"/ru/appeals/{SLUG}/endorse/").content.decode()
    assert f"Вторая {ESCAPED}" in staff.get(NOTICE).content.decode()
    staff.post(NOTICE, {"words": "", "dated": "2026-10-01"})
    assert not Notice.objects.exists()
    assert "Ваша организация" in staff.get(NOTICE).content.decode()


@pytest.mark.parametrize("typed", [{"words": "x", "dated": ""}, {"words": "a\u202eb", "dated": "2026-10-01"}])
def test_an_invalid_notice_is_refused(staff: Client, appeal: Appeal, typed: dict[str, str]) -> None:
    assert staff.post(NOTICE, typed).status_code == 422
    assert not Notice.objects.exists()


def test_a_notice_needs_staff_and_a_csrf_token(staff: Client, client: Client, appeal: Appeal) -> None:
    typed = {"words": "x", "dated": "2026-10-01"}
    assert client.post(NOTICE, typed)["Location"].startswith("/admin/login/")
    staff.handler.enforce_csrf_checks = True
    assert staff.post(NOTICE, typed).status_code == 403
    assert staff.get("/admin/notices/nowhere/en/").status_code == 404
    assert staff.get(f"/admin/notices/{SLUG}/xx/").status_code == 404
    assert not Notice.objects.exists()


# --- languages ---


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_no_english_is_left(staff: Client, appeal: Appeal, language: str) -> None:
    wishes(appeal)
    row = Endorsement.objects.filter(origin="form").latest("pk")
    paths = ["", "?state=corrections", "lines/", "notices/", f"notices/{SLUG}/{language}/", "petition/auditevent/"]
    paths += [
        f"endorsements/{one.pk}/" for one in (row, original(12), Endorsement.objects.get(corrections__isnull=False))
    ]
    names = {label for row in Endorsement.objects.filter(origin="imported") for label in (row.label,)}
    allowed = [
        SLUG,
        "moderator",
        "Made-up Fund",
        "Other Fund",
        "original",
        "further",
        "Not us",
        "a@b.example",
        *names,
        *sorted((own for _, own in LANGUAGE_NAMES), key=len, reverse=True),
        "Kyrgyzstan",
    ]
    for path in paths:
        page = staff.get(f"/admin/{path}", headers={"accept-language": language}).content.decode()
        assert english_left_in(page, *allowed) == set(), path


# --- suspicious activity ---


def test_withheld_names_are_shown_in_their_cluster(staff: Client, appeal: Appeal, settings: Settings) -> None:
    for number in range(8):
        confirmed(appeal, organisation_name=f"Peace {number} Fund", display="withheld")
        OutgoingMail.objects.all().delete()  # the next form would look at each of them
    page = staff.get("/admin/floods/").content.decode()
    assert "Names that differ in a number only: 8" in page
    assert "<bdi>Peace 3 Fund</bdi>" in page
    settings.CONTACT_PRIVATE_KEYS = []
    page = staff.get("/admin/floods/").content.decode()
    assert "Names that differ in a number only" not in page
    assert "Peace" not in page
