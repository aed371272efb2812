"""Bulk actions on the queue: every name and mail is seen first, and what came in since is left alone."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from petition.actions import stale_forms
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import batches, hold, spelling
from petition.models import Appeal, AuditEvent, Batch, BatchAction, Endorsement, Level, Reason, SiteState
from tests.admin.queue.staff_browser import carry_out, preview, quarantined
from tests.admin.queue.test_suspicious import FLOODS
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, confirmed, mails, submitted
from tests.models.rows import a_batch, create_in_bulk
from tests.tooling.test_translations import english_left_in


def test_ticked_rows_are_previewed_with_count_and_every_name(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(12)]
    done, _ = submitted(appeal)
    page = preview(staff, "approve", pk=[row.pk for row in (*rows, done)])
    assert "Approve: 12 endorsements" in page
    assert "12 e-mails will be sent." in page
    assert "1 more is skipped because of its status." in page
    assert page.count('<li><a href="/admin/endorsements/') == 12
    aside = preview(staff, "quarantine", pk=[row.pk for row in rows])
    assert aside.count('<li><a href="/admin/endorsements/') == 10
    assert "and 2 more" in aside
    assert not Batch.objects.exists()
    assert "Done" in carry_out(staff, page)
    assert Endorsement.objects.filter(origin="form", state="approved").count() == 12


def test_all_under_the_filter_excludes_later_arrivals(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(3)]
    waiting, _ = submitted(appeal)
    page = preview(staff, "quarantine", which="all", pk=[waiting.pk])
    late = confirmed(appeal)
    carry_out(staff, page)
    assert set(Endorsement.objects.on_hold()) == set(rows)
    page = preview(staff, "release", which="all", query="state=quarantined")
    assert "No e-mail is sent." in page
    carry_out(staff, page)
    assert quarantined() == 0
    late.refresh_from_db()
    assert late.quarantined_at is None


def test_all_under_the_filter_stay_within_the_appeal_of_the_page(staff: Client, appeal: Appeal) -> None:
    row, elsewhere = confirmed(appeal), confirmed(an_appeal("other"))
    for slug, wanted in ((SLUG, row), ("other", elsewhere)):
        (query,) = re.findall(r'name="query" value="([^"]+)"', staff.get("/admin/", {"appeal": slug}).content.decode())
        for sent in (html.unescape(query), "state=confirmed"):  # the second is of no page, and means the chosen appeal
            staff.post("/admin/appeal/", {"appeal": slug})
            page = preview(staff, "approve", which="all", query=sent)
            assert "Approve: 1 endorsement" in page
            assert f'<li><a href="/admin/endorsements/{wanted.pk}/">' in page
        staff.post("/admin/appeal/", {"appeal": SLUG})  # in another tab, after the page was opened
        assert f"/admin/endorsements/{wanted.pk}/" in preview(staff, "approve", which="all", query=html.unescape(query))


def test_more_than_twenty_five_mails_wait_for_a_second_person(
    staff: Client, appeal: Appeal, django_user_model: Any
) -> None:
    for _ in range(26):
        confirmed(appeal)
    page = preview(staff, "reject", which="all")
    assert "More than 25 endorsements" in page
    page = carry_out(staff, page)
    assert "Another moderator must run this." in page
    assert "Run it" not in page
    path = f"/admin/batches/{Batch.objects.get().pk}/"
    assert "You proposed this" in staff.post(path, {"deed": "second"}, follow=True).content.decode()
    second = Client(headers={"host": "127.0.0.1:8000"})
    second.force_login(django_user_model.objects.create_superuser("second", password="a long pass phrase"))
    assert "Needs a second person" in second.get("/admin/batches/").content.decode()
    assert "Run it" in second.get(path).content.decode()
    page = second.post(path, {"deed": "second"}, follow=True).content.decode()
    while batches.continue_batches():
        pass
    assert Endorsement.objects.filter(state="rejected").count() == 26
    assert "second," in page
    assert "moderator," in page


def test_the_second_person_sees_every_name_and_what_changed(
    staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("petition.admin.queue.batches.NAMES_PER_PAGE", 20)
    rows = [confirmed(appeal, organisation_name=f"Fund of village {number}") for number in range(25)]
    sealed = confirmed(appeal, display="withheld", organisation_name=f"Quiet {SCRIPT}")
    carry_out(staff, preview(staff, "approve", which="all"))
    proposal = EntryProposal("Fund of another village", "", "KG")
    spelling.correct_spelling(rows[0].pk, proposal, seen=stale_forms.last_change_of(rows[0]), by=MODERATOR, at=NOON)
    path = f"/admin/batches/{Batch.objects.get().pk}/"
    first = staff.get(path).content.decode()
    (after,) = re.findall(r'href="(\?after=\d+)"', first)
    page = first + staff.get(path + after).content.decode()
    assert all(f"Fund of village {number} " in page for number in range(1, 25))
    assert f"Quiet {ESCAPED}" in page
    assert SCRIPT not in page
    assert page.count("Changed since then") == 1
    assert f'href="/admin/endorsements/{sealed.pk}/"' in page
    assert staff.get(path + "?after=x").status_code == 200


def test_bulk_mails_are_previewed_in_each_language(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal, language=language) for language in ("en", "ru")]
    rows.append(confirmed(appeal, language="ky", display="withheld"))
    approving = preview(staff, "approve", pk=[row.pk for row in rows])
    assert approving.count('class="staff-mail"') == 3
    assert f"/ru/appeals/{SLUG}/signatories/further-1/" in approving
    duplicate = Reason.objects.get(code="duplicate")
    page = preview(staff, "reject", pk=[row.pk for row in rows])
    assert all(html.escape(duplicate.words[language]) in page for language in ("en", "ru", "ky"))
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown
    sent = {"shown": html.unescape(shown[1]), "reason": "duplicate"}
    unknown = staff.post("/admin/bulk/", sent | {"reason": "whim"}, follow=True).content.decode()
    assert "This reason can no longer be chosen." in unknown
    assert duplicate.label("en") in staff.post("/admin/bulk/", sent, follow=True).content.decode()
    assert [content for *_, content in mails()][-3:] == [{"words": duplicate.words[row.language]} for row in rows]
    assert {row.reason for row in AuditEvent.objects.filter(verb="reject")} == {"duplicate"}


def test_the_second_person_sees_the_mail_too(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal, language="ru") for _ in range(26)]
    batch = batches.start(BatchAction.REJECT, [row.pk for row in rows], reason="duplicate", by=7, at=NOON)
    page = staff.get(f"/admin/batches/{batch.pk}/").content.decode()
    assert html.escape(Reason.objects.get(code="duplicate").words["ru"]) in page
    assert 'name="reason"' not in page


def test_a_proposal_can_be_dropped(staff: Client, appeal: Appeal) -> None:
    for _ in range(26):
        confirmed(appeal)
    carry_out(staff, preview(staff, "reject", which="all"))
    path = f"/admin/batches/{Batch.objects.get().pk}/"
    assert "Cancelled" in staff.post(path, {"deed": "drop"}, follow=True).content.decode()


@pytest.mark.both_databases
def test_a_running_batch_shows_its_progress_and_continues(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(25)]
    batch = batches.start(BatchAction.APPROVE, [row.pk for row in rows], by=1, at=NOON)
    path = f"/admin/batches/{batch.pk}/"
    page = staff.get(path).content.decode()
    assert '<progress id="progress" max="25" value="0">' in page
    assert "0 of 25" in page
    page = staff.post(path, {"deed": "go_on"}, follow=True).content.decode()
    while batches.continue_batches():
        pass
    assert "progress" not in staff.get(path).content.decode()
    assert Endorsement.objects.filter(origin="form", state="approved").count() == 25


@pytest.mark.parametrize("sent", [{"deed": "erase"}, {}, {"deed": "approve "}])
def test_an_unknown_action_is_refused(staff: Client, appeal: Appeal, sent: dict[str, str]) -> None:
    batch = a_batch(confirmed(appeal))
    for path in ("/admin/bulk/", f"/admin/batches/{batch.pk}/"):
        assert staff.post(path, sent).status_code == 400
    assert staff.post("/admin/site/", {"level": "panic"}).status_code == 400


def test_nothing_ticked_does_nothing(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert "none of the ticked endorsements" in preview(staff, "approve", pk=["x", "9" * 30, "²"])
    page = preview(staff, "approve", pk=[row.pk])
    hold.put_on_hold([row.pk], reason="moderator", by=MODERATOR, at=NOON)
    assert "The page was out of date" in carry_out(staff, page)


# --- one ---


@pytest.mark.both_databases
def test_one_endorsement_is_put_on_hold_and_released(staff: Client, appeal: Appeal) -> None:
    row, other = confirmed(appeal), confirmed(appeal)
    path = f"/admin/endorsements/{row.pk}/quarantine/"
    held = staff.post(path, {"decision": "set_aside"})
    assert held["Location"] == f"/admin/endorsements/{other.pk}/", "the next one"
    assert f"/admin/endorsements/{row.pk}/" not in staff.get("/admin/").content.decode()
    assert "Put on hold by a moderator" in staff.get(f"/admin/endorsements/{row.pk}/").content.decode()
    assert "On hold <b>1</b>" in staff.get("/admin/").content.decode()
    html = staff.get("/admin/?state=quarantined").content.decode()
    assert f"/admin/endorsements/{row.pk}/" in html
    assert "On hold: Put on hold by a moderator" in html
    assert "Its status has changed" in staff.post(path, {"decision": "set_aside"}, follow=True).content.decode()
    released = staff.post(path, {"decision": "release"}, follow=True).content.decode()
    assert "no longer on hold." in released
    assert quarantined() == 0
    assert staff.post(path, {"decision": "erase"}).status_code == 400
    assert staff.post("/admin/endorsements/999999/quarantine/", {"decision": "release"}).status_code == 404
    staff.post(f"/admin/endorsements/{row.pk}/decide/", {"decision": "approve"})
    assert "quarantine/" not in staff.get(f"/admin/endorsements/{row.pk}/").content.decode()


# --- the level ---


def test_the_emergency_level_can_be_set(staff: Client, appeal: Appeal) -> None:
    assert 'value="normal" checked' in staff.get("/admin/site/").content.decode()
    page = staff.post("/admin/site/", {"level": "closed"}, follow=True).content.decode()
    assert 'value="closed" checked' in page
    assert SiteState.objects.level() == Level.CLOSED
    assert "We take no new endorsements" in staff.get(f"/appeals/{SLUG}/endorse/").content.decode()
    assert "accepting endorsements changed" in staff.get("/admin/petition/auditevent/").content.decode()


@pytest.mark.parametrize("path", [FLOODS, "/admin/bulk/", "/admin/batches/1/", "/admin/site/"])
def test_these_pages_need_staff_and_a_csrf_token(staff: Client, client: Client, appeal: Appeal, path: str) -> None:
    assert client.post(path)["Location"].startswith("/admin/login/")
    staff.handler.enforce_csrf_checks = True
    assert staff.post(path).status_code == 403


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_these_pages_have_no_english_left(staff: Client, appeal: Appeal, language: str) -> None:
    create_in_bulk(
        appeal, [{"organisation_name": f"Fund {n}", "domain_index": "x", "seconds_to_fill": 1} for n in range(12)]
    )
    for _ in range(26):
        confirmed(appeal)
    aside = confirmed(appeal)
    hold.put_on_hold([aside.pk], reason="network", by=MODERATOR, at=NOON)
    batch = batches.start(BatchAction.QUARANTINE, [aside.pk - 1], by=1, at=NOON)
    spoken = {"accept-language": language}
    proposal = staff.post("/admin/bulk/", {"deed": "reject", "which": "all", "query": ""}, headers=spoken)
    pages = [proposal.content.decode()]
    for path in ("floods/", "batches/", f"batches/{batch.pk}/", "site/", "?state=quarantined", "petition/auditevent/"):
        pages.append(staff.get(f"/admin/{path}", headers=spoken).content.decode())
    pages.append(staff.get(f"/admin/endorsements/{aside.pk}/", headers=spoken).content.decode())
    batches.undo(batch.pk, by=1, at=NOON)
    pages.append(staff.get(f"/admin/batches/{batch.pk}/", headers=spoken).content.decode())
    for page in pages:
        but_languages = re.sub(r'<select name="language".*?</select>', "", page, flags=re.S)  # each is named in itself
        names = ("moderator", "Made-up Fund", "Fund", "fund.example", "Kyrgyzstan", "KG KZ")
        assert english_left_in(but_languages, *names, SLUG, "original", "further", "UTC") == set()
