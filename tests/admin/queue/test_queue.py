"""The queue, and the messages about names on top of it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from petition.actions.listing.entries import EntryProposal
from petition.actions.self_service import corrections, disputes
from petition.admin.review.forms import LANGUAGE_CHOICES
from petition.models import Appeal, AuditEvent, Dispute, DisputeTopic, Endorsement, OutgoingMail
from tests.actions.self_service import leaving
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT, agree_to_be_named, digest, original
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved, confirmed
from tests.tooling.test_translations import english_left_in


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
    assert f'<a href="/admin/endorsements/{original(12).pk}/">original-12</a>' in queue
    assert f'<a href="/admin/endorsements/{original(12).pk}/">Open the endorsement</a>' in page


def test_opening_a_dispute_is_recorded(staff: Client, appeal: Appeal, settings: Settings) -> None:
    dispute(appeal)
    staff.get("/admin/")
    assert not AuditEvent.objects.filter(verb="open_dispute").exists()
    opened(staff)
    look = AuditEvent.objects.get(verb="open_dispute")
    assert (look.subject_kind, look.subject_id) == ("dispute", Dispute.objects.get().pk)
    assert look.actor_id == int(staff.session["_auth_user_id"])
    settings.CONTACT_PRIVATE_KEYS = []
    assert "It is encrypted, and this server does not have the key." in opened(staff)
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
    assert "The message is settled." in staff.post(f"/admin/disputes/{pk}/", follow=True).content.decode()
    assert "staff-disputes" not in staff.get("/admin/").content.decode()
    again = staff.post(f"/admin/disputes/{pk}/", follow=True).content.decode()
    assert re.search(r"Already decided by moderator at .+: message about a name settled\.", again)
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
    assert messages == ["We did not agree to this."] * 2 + ["The entry is wrong."]
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
    assert "Publish name again <b>1</b>" in page
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
        *sorted((own for _, group in LANGUAGE_CHOICES[1:] for _, own in group), key=len, reverse=True),
        "Kyrgyzstan",
        "UTC",
        "fund.example",
    ]
    for path in paths:
        page = staff.get(f"/admin/{path}", headers={"accept-language": language}).content.decode()
        of_a_name = r'(<p class="staff-difference">.*?)<bdi>.*?</bdi>'  # passages of it, each for itself
        assert english_left_in(re.sub(of_a_name, r"\1", page, flags=re.S), *allowed) == set(), path


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
