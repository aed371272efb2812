"""Bulk actions and suspicious activity: a few presses for thousands, what came in since left alone, undone as fast."""

import html
import os
import random
import re
import string
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from petition.actions import stale_forms
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import batches, hold, spelling
from petition.models import Appeal, AuditEvent, Batch, BatchAction, Endorsement, Level, Reason, SiteState
from tests.admin.review.test_endorsement_actions import ESCAPED, SCRIPT
from tests.factories import MODERATOR, NOON, SLUG, confirmed, mails, submitted
from tests.models.rows import a_batch, confirm_in_bulk, create_in_bulk
from tests.tooling.test_translations import english_left_in

FLOODS = "/admin/floods/"
MINUTE = timedelta(minutes=1)


class StaffBrowser:
    """A moderator's browser, which counts presses."""

    def __init__(self, client: Client) -> None:
        self.client, self.presses, self.page = client, 0, ""
        self.path = "/admin/"
        self._arrived(client.get("/admin/"))

    def _arrived(self, response: Any) -> None:
        assert response.status_code == 200
        self.page = response.content.decode()

    def follow(self, path: str) -> None:
        """Follow a link of the page."""
        assert f'href="{path}"' in self.page
        self.presses += 1
        self.path = path
        self._arrived(self.client.get(path))

    def press(self, button: str) -> None:
        """Press the first button with this class, with the fields of its form."""
        form = next(form for form in re.findall(r"<form .*?</form>", self.page, re.S) if f'class="{button}"' in form)
        action = re.search(r'<form [^>]*action="([^"]+)"', form)
        sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        tag = re.search(f'<button ([^>]*)class="{button}"', form)
        assert tag
        if named := re.search(r'name="([^"]+)" value="([^"]*)"', tag[1]):
            sent[named[1]] = named[2]
        self.presses += 1
        self.path = action[1] if action else self.path
        values = {name: html.unescape(value) for name, value in sent.items()}
        response = self.client.post(self.path, values, follow=True)
        self.path = response.redirect_chain[-1][0] if response.redirect_chain else self.path
        self._arrived(response)
        while batches.continue_batches():
            pass  # the worker, if the machine is so slow that anything was left to it


def a_name(chance: random.Random) -> str:
    return " ".join("".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(3))


def fakes(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Three attacks: one domain; one network within an hour; one pattern of names, filled in by a program."""

    def columns(number: int) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "organisation_name": a_name(chance),
            "domain_index": f"d{number}",
            "network_index": f"{number:04x}",
        }
        plain |= {
            "seconds_to_fill": chance.randint(20, 300),
            "submitted_at": NOON + number * timedelta(hours=5) / count,
        }
        match number % 3:
            case 0:
                return plain | {"domain_index": "one"}
            case 1:
                return plain | {"network_index": "aaaa"}
            case _:
                return plain | {"organisation_name": f"Fund for Peace No. {number}"}

    return [columns(number) for number in range(count)]


def honest(chance: random.Random) -> list[dict[str, Any]]:
    """Fifty: some behind the network of one office, some behind a city's, twenty with free mail, names alike."""
    return [
        {
            "organisation_name": f"Human Rights Centre {a_name(chance)}",
            "domain_index": "" if number % 5 < 2 else f"h{number}",
            "network_index": "ffff" if number < 6 else f"eee{number % 3}",
            "seconds_to_fill": chance.randint(25, 900),
            "submitted_at": NOON + number * 6 * MINUTE,
        }
        for number in range(50)
    ]


def quarantined() -> int:
    return Endorsement.objects.on_hold().count()


@pytest.mark.evidence
@pytest.mark.both_databases
def test_thousands_of_fakes_are_put_on_hold_and_released_in_five_presses(staff: Client, appeal: Appeal) -> None:
    """Two thousand take some seconds, and are several parts of a batch; FULL_COUNTS=1 makes them ten thousand."""
    chance = random.Random(1)
    good = create_in_bulk(appeal, honest(chance))
    confirm_in_bulk(good[::2])
    many = 10_000 if os.environ.get("FULL_COUNTS") else 2_000
    bad = create_in_bulk(appeal, fakes(many, chance))
    confirm_in_bulk(bad[::10])
    rows = Endorsement.objects.filter(pk__in=[row.pk for row in good]).order_by("pk")
    untouched, states = list(rows.values_list()), list(Endorsement.objects.order_by("pk").values_list("pk", "state"))

    group_by_group = StaffBrowser(staff)
    group_by_group.follow(FLOODS)
    for _ in range(3):
        group_by_group.press("staff-hold")
    assert (quarantined(), group_by_group.presses) == (many, 4)
    assert "Nothing looks like a flood." in group_by_group.page
    back = StaffBrowser(staff)
    back.follow("/admin/batches/")
    for _ in range(3):
        back.press("staff-undo")
    assert (quarantined(), back.presses) == (0, 4)

    at_once = StaffBrowser(staff)
    with CaptureQueriesContext(connection) as asked:
        at_once.follow(FLOODS)
        at_once.press("staff-hold-all")
    assert len(asked) < many / 16, "it goes through them in large parts"
    assert (quarantined(), at_once.presses) == (many, 2)
    at_once.follow(f"/admin/batches/{Batch.objects.latest('pk').pk}/")
    at_once.press("staff-undo")
    assert (quarantined(), at_once.presses) == (0, 4)

    assert list(rows.values_list()) == untouched
    assert list(Endorsement.objects.order_by("pk").values_list("pk", "state")) == states
    assert AuditEvent.objects.filter(verb="quarantine").count() == 2 * many, "each is on record, each time"


@pytest.mark.both_databases
def test_later_arrivals_and_changes_are_left_alone(staff: Client, appeal: Appeal) -> None:
    rows = create_in_bulk(appeal, [{"organisation_name": f"Fund {n}", "network_index": f"n{n}"} for n in range(10)])
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    assert "Names that differ in a number only: 10" in browser.page
    hold.put_on_hold([rows[0].pk], reason="moderator", by=MODERATOR, at=NOON)
    hold.release([rows[0].pk], by=MODERATOR, at=NOON)
    late, _ = submitted(appeal, organisation_name="Fund 99")
    browser.press("staff-hold")
    assert quarantined() == 9
    assert not Endorsement.objects.on_hold().filter(pk__in=(rows[0].pk, late.pk)).exists()
    assert set(Endorsement.objects.on_hold().values_list("quarantined_for", flat=True)) == {"likeness"}


def test_rows_put_on_hold_by_a_limit_join_the_earlier_cluster(staff: Client, appeal: Appeal) -> None:
    rows = create_in_bulk(appeal, [{"organisation_name": f"Fund {n}", "network_index": f"n{n}"} for n in range(30)])
    hold.put_on_hold([row.pk for row in rows[5:]], reason="network", by=MODERATOR, at=NOON)
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    assert "Names that differ in a number only: 30" in browser.page
    assert "25 are on hold already" in browser.page
    browser.press("staff-hold")
    assert quarantined() == 30
    assert "Nothing looks like a flood." in browser.page
    assert "Already on hold" in browser.page
    assert "30 are on hold already" in browser.page
    assert 'class="staff-hold"' not in browser.page
    reasons = list(Endorsement.objects.on_hold().order_by("pk").values_list("quarantined_for", flat=True))
    assert reasons == ["likeness"] * 5 + ["network"] * 25, "the first reason stays"


@pytest.mark.both_databases
@pytest.mark.parametrize(("action", "state", "held"), [("reject", "rejected", 0), ("release", "submitted", 0)])
def test_a_cluster_on_hold_is_decided_as_a_whole(
    staff: Client, appeal: Appeal, action: str, state: str, held: int
) -> None:
    rows = create_in_bulk(appeal, [{"organisation_name": f"Fund {n}", "network_index": f"n{n}"} for n in range(20)])
    hold.put_on_hold([row.pk for row in rows], reason="network", by=MODERATOR, at=NOON)
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    shown = re.search(r'name="clusters" value="([^"]+)"', browser.page)
    assert shown
    late, _ = submitted(appeal, organisation_name="Fund 99")
    page = staff.post("/admin/bulk/", {"deed": action, "clusters": html.unescape(shown[1])}).content.decode()
    assert "20 endorsements" in page
    carry_out(staff, page)
    while batches.continue_batches():
        pass
    assert quarantined() == held
    assert set(Endorsement.objects.filter(state=state, origin="form").exclude(pk=late.pk)) == set(rows)
    late.refresh_from_db()
    assert (late.state, late.quarantined_at) == ("submitted", None)


def test_clusters_that_were_not_shown_are_not_decided(staff: Client, appeal: Appeal) -> None:
    confirmed(appeal)
    sent = {"deed": "reject", "clusters": "forged"}
    assert "That page is too old." in staff.post("/admin/bulk/", sent, follow=True).content.decode()
    assert not Batch.objects.exists()


@pytest.mark.parametrize("shown", ["", "forged", "eyJ9:x:y"])
@pytest.mark.parametrize("path", [FLOODS, "/admin/bulk/"])
def test_a_forged_selection_does_nothing(staff: Client, appeal: Appeal, path: str, shown: str) -> None:
    confirmed(appeal)
    assert "That page is too old." in staff.post(path, {"shown": shown}, follow=True).content.decode()
    assert not Batch.objects.exists()


def test_a_selection_expires_after_an_hour(staff: Client, appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    create_in_bulk(appeal, [{"organisation_name": f"Fund {number}"} for number in range(10)])
    browser = StaffBrowser(staff)
    browser.follow(FLOODS)
    monkeypatch.setattr("petition.admin.queue.selection._MAX_AGE_SECONDS", -1)
    browser.press("staff-hold")
    assert "That page is too old." in browser.page
    assert quarantined() == 0


def test_names_in_a_cluster_are_escaped(staff: Client, appeal: Appeal) -> None:
    create_in_bulk(appeal, [{"organisation_name": f"{SCRIPT} {number}"} for number in range(10)])
    page = staff.get(FLOODS).content.decode()
    assert ESCAPED in page
    assert SCRIPT not in page


# --- many at once, from the queue ---


def preview(staff: Client, action: str, **sent: Any) -> str:
    response = staff.post("/admin/bulk/", {"deed": action, "which": "ticked", "query": "state=confirmed"} | sent)
    assert response.status_code == 200
    return str(response.content.decode())


def carry_out(staff: Client, page: str) -> str:
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown
    return str(staff.post("/admin/bulk/", {"shown": html.unescape(shown[1])}, follow=True).content.decode())


def test_ticked_rows_are_previewed_with_count_and_every_name(staff: Client, appeal: Appeal) -> None:
    rows = [confirmed(appeal) for _ in range(12)]
    done, _ = submitted(appeal)
    page = preview(staff, "approve", pk=[row.pk for row in (*rows, done)])
    assert "Approve: 12 endorsements" in page
    assert "12 mails will leave." in page
    assert "1 more was chosen, and is not in a state for this." in page
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
    assert "No mail leaves." in page
    carry_out(staff, page)
    assert quarantined() == 0
    late.refresh_from_db()
    assert late.quarantined_at is None


def test_more_than_twenty_five_mails_wait_for_a_second_person(
    staff: Client, appeal: Appeal, django_user_model: Any
) -> None:
    for _ in range(26):
        confirmed(appeal)
    page = preview(staff, "reject", which="all")
    assert "More than 25 endorsements" in page
    page = carry_out(staff, page)
    assert "A second person has to carry this out." in page
    assert "Carry it out" not in page
    path = f"/admin/batches/{Batch.objects.get().pk}/"
    assert "it was you who proposed it" in staff.post(path, {"deed": "second"}, follow=True).content.decode()
    second = Client(headers={"host": "127.0.0.1:8000"})
    second.force_login(django_user_model.objects.create_superuser("second", password="a long pass phrase"))
    assert "Waits for a second person" in second.get("/admin/batches/").content.decode()
    assert "Carry it out" in second.get(path).content.decode()
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
    assert page.count("Has changed since it was shown") == 1
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
    assert "no longer offered" in staff.post("/admin/bulk/", sent | {"reason": "whim"}, follow=True).content.decode()
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
    assert "Dropped" in staff.post(path, {"deed": "drop"}, follow=True).content.decode()


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
    assert "Nothing was ticked" in preview(staff, "approve", pk=["x", "9" * 30, "²"])
    page = preview(staff, "approve", pk=[row.pk])
    hold.put_on_hold([row.pk], reason="moderator", by=MODERATOR, at=NOON)
    assert "what was shown has changed since" in carry_out(staff, page)


# --- one ---


@pytest.mark.both_databases
def test_one_endorsement_is_put_on_hold_and_released(staff: Client, appeal: Appeal) -> None:
    row, other = confirmed(appeal), confirmed(appeal)
    path = f"/admin/endorsements/{row.pk}/quarantine/"
    page = staff.post(path, {"decision": "set_aside"}, follow=True).content.decode()
    assert "In quarantine" in page
    assert "Set aside by a moderator" in page
    html = staff.get("/admin/").content.decode()
    assert html.index(f"/admin/endorsements/{other.pk}/") < html.index(f"/admin/endorsements/{row.pk}/"), "below"
    assert "In quarantine: Set aside by a moderator" in html
    assert "Quarantined <b>1</b>" in html
    html = staff.get("/admin/?state=quarantined").content.decode()
    assert f"/admin/endorsements/{row.pk}/" in html
    assert "Set aside by a moderator" in html
    assert "no longer in a state" in staff.post(path, {"decision": "set_aside"}, follow=True).content.decode()
    staff.post(path, {"decision": "release"})
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
    assert "No new endorsements" in staff.get(f"/appeals/{SLUG}/endorse/").content.decode()
    assert "emergency level set" in staff.get("/admin/petition/auditevent/").content.decode()


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
        names = (SLUG, "moderator", "Made-up Fund", "Fund", "Kyrgyzstan", "original", "further", "KG KZ")
        assert english_left_in(but_languages, *names) == set()
