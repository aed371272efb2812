"""What moderators do besides deciding: each a POST, each once, each reported, and nothing typed ever becomes markup."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.self_service import corrections, disputes, own_page, private_links
from petition.actions.stale_forms import last_change_of
from petition.models import (
    Appeal,
    AuditEvent,
    Correction,
    Dispute,
    Endorsement,
    PrivateLink,
    Purpose,
    Question,
    State,
)
from petition.security.tokens import hash_token
from tests.admin.staff_accounts import create_client
from tests.factories import (
    MODERATOR,
    NOON,
    SLUG,
    a_code_digest,
    approved,
    confirmed,
    mails,
    submitted,
    token_in,
    withdraw_for_good,
)

LATER = NOON + timedelta(hours=1)
SCRIPT = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
POSTS = (
    "endorsements/{e}/ask/",
    "endorsements/{e}/name/",
    "endorsements/{e}/note/",
    "endorsements/{e}/link/",
    "corrections/{c}/",
    "disputes/{d}/",
)
EVERYTHING = {"words": "Who are you?", "decision": "hide", "checked": "on"}


def digest() -> str:
    """Return the digest of the newest own-page link that was mailed."""
    content = [content for message, _, content in mails() if message == "own_page"][-1]
    return hash_token(token_in(content), "own_page")


def original(number: int = 1) -> Endorsement:
    return Endorsement.objects.get(signatory__kind="original", signatory__number=number)


def page(staff: Client, row: Endorsement) -> str:
    return staff.get(f"/admin/endorsements/{row.pk}/").content.decode()


def press(staff: Client, row: Endorsement, what: str, **typed: str) -> str:
    """Return the page after an action on this endorsement."""
    response = staff.post(f"/admin/endorsements/{row.pk}/{what}/", typed, follow=True)
    assert response.status_code in (200, 422)
    return response.content.decode()


def corrected(appeal: Appeal, **changes: str) -> tuple[Endorsement, Correction]:
    """Create a listed endorsement whose organisation proposes a correction."""
    row = approved(appeal, organisation_name="Old Fund")
    proposal = {"organisation_name": "New Fund", "acronym": "NF", "countries": "KG"} | changes
    corrections.propose_correction(digest(), EntryProposal(**proposal), at=NOON)
    return row, row.corrections.get()


def agree_to_be_named(row: Endorsement) -> None:
    """Let the mailbox agree to show the name again."""
    token = private_links.create_link(row, Purpose.NAME_AGAIN)
    own_page.agree_to_be_named(hash_token(token, Purpose.NAME_AGAIN), at=NOON)


def verbs(row: Endorsement) -> list[str]:
    events = AuditEvent.objects.filter(subject_kind="endorsement", subject_id=row.pk, actor_kind="staff")
    return list(events.order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def fresh(staff: Client) -> Client:
    """The same account, whose identity was just proved again."""
    return create_client(get_user_model().objects.get())


# --- who may ---


@pytest.mark.parametrize("path", POSTS)
def test_each_action_needs_a_moderator_post_and_csrf_token(
    staff: Client, client: Client, appeal: Appeal, path: str
) -> None:
    row, correction = corrected(appeal)
    disputes.raise_dispute(appeal, reference="original-1", words="No", mailbox="", at=NOON)
    place = "/admin/" + path.format(e=row.pk, c=correction.pk, d=Dispute.objects.get().pk)
    before = AuditEvent.objects.count()
    assert staff.get(place).status_code == 405
    assert client.post(place, EVERYTHING)["Location"].startswith("/admin/login/")
    client.force_login(get_user_model().objects.create_user("clerk", password="a long pass phrase", is_staff=True))
    assert client.post(place, EVERYTHING).status_code == 403
    strict = Client(headers={"host": "127.0.0.1:8000"}, enforce_csrf_checks=True)
    strict.force_login(get_user_model().objects.get(username="moderator"))
    assert strict.post(place, EVERYTHING).status_code == 403
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("path", POSTS)
def test_a_missing_row_is_404_and_an_unknown_action_400(fresh: Client, appeal: Appeal, path: str) -> None:
    staff = fresh
    nowhere = "/admin/" + path.format(e=9999, c=9999, d=9999)
    known = {"words": "x", "checked": "on", "decision": "refuse" if "corrections" in path else "hide"}
    assert staff.post(nowhere, known).status_code == 404
    if "decision" in path or "/name/" in path:
        row = confirmed(appeal)
        assert staff.post(f"/admin/endorsements/{row.pk}/name/", {"decision": "explode"}).status_code == 400
    if "corrections" in path:
        assert staff.post(nowhere, {"decision": "explode"}).status_code == 400


# --- the originals ---


def test_an_original_is_hidden_and_never_withdrawn(staff: Client, appeal: Appeal) -> None:
    row = original()
    assert 'value="withdraw"' not in page(staff, row)
    assert "Its status has changed" in press(staff, row, "decide", decision="withdraw")
    assert verbs(row) == []


# --- a question ---


def test_a_question_returns_the_endorsement_and_its_answer_is_opened(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    assert "The question will be sent." in press(staff, row, "ask", words=f"Who {SCRIPT}?")
    row.refresh_from_db()
    assert (row.state, Question.objects.get().body) == (State.RETURNED, f"Who {SCRIPT}?")
    assert mails()[-1][0] == "question"
    assert "Not answered yet." in page(staff, row)
    own_page.answer_question(hash_token(token_in(mails()[-1][2]), "own_page"), f"We {SCRIPT}", at=LATER)
    html = page(staff, row)
    assert f"Who {ESCAPED}?" in html
    assert f"We {ESCAPED}" in html
    assert SCRIPT not in html
    assert 'name="words"' in html  # and may be asked once more


def test_an_empty_question_is_refused(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    response = staff.post(f"/admin/endorsements/{row.pk}/ask/", {"words": " "})
    assert response.status_code == 422
    assert "Write the question." in response.content.decode()
    long = press(staff, row, "ask", words="x" * 2001)
    assert "x" * 2001 in long
    row.refresh_from_db()
    assert row.state == State.CONFIRMED


def test_a_question_after_a_decision_names_who_decided(staff: Client, appeal: Appeal) -> None:
    row = approved(appeal)
    assert re.search(r"Already decided by .+: Approved\.", press(staff, row, "ask", words="Who?"))
    assert not Question.objects.exists()


def test_a_question_can_be_asked_again_after_one_that_was_never_answered(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    decisions.ask_question(row.pk, "First?", by=MODERATOR, at=NOON)
    decisions.reject(row.pk, by=MODERATOR, at=NOON)
    decisions.reopen(row.pk, by=MODERATOR, at=NOON)
    assert "The question will be sent." in press(staff, row, "ask", words="Second?")
    assert Question.objects.get().body == "Second?"


def test_a_forgotten_mailbox_gets_no_question(staff: Client, appeal: Appeal) -> None:
    row = confirmed(appeal)
    own_page.forget_mailbox(digest(), a_code_digest(), at=NOON)
    html = page(staff, row)
    assert "You cannot ask" in html
    assert f"/admin/endorsements/{row.pk}/ask/" not in html


# --- a note ---


def test_a_public_note_can_be_set_and_removed(staff: Client, appeal: Appeal) -> None:
    row = original()
    assert "The public note is saved." in press(staff, row, "note", words=f" Outlawed\n {SCRIPT} ")
    assert original().signatory.note == f"Outlawed {SCRIPT}"  # type: ignore[union-attr]
    for shown in (page(staff, row), staff.get(f"/appeals/{SLUG}/").content.decode()):
        assert f"Outlawed {ESCAPED}" in shown
        assert SCRIPT not in shown
    assert "The public note is removed." in press(staff, row, "note", words="", seen=str(last_change_of(row)))
    assert "Outlawed" not in staff.get(f"/appeals/{SLUG}/").content.decode()


@pytest.mark.parametrize("words", ["x" * 301, "=1+1", "turn\u202earound"])
def test_an_invalid_note_is_refused(staff: Client, appeal: Appeal, words: str) -> None:
    response = staff.post(f"/admin/endorsements/{original().pk}/note/", {"words": words})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert not original().signatory.note  # type: ignore[union-attr]


def test_a_hidden_entry_has_no_note_and_none_is_recorded(staff: Client, appeal: Appeal) -> None:
    row = original()
    press(staff, row, "name", decision="hide")
    assert "Its status has changed, so you cannot do this now." in press(staff, row, "note", words="Too late")
    assert verbs(row) == ["hide"]


# --- a private link ---


def test_issuing_a_private_link_needs_authentication_again(staff: Client, appeal: Appeal) -> None:
    response = staff.post(f"/admin/endorsements/{original(12).pk}/link/", {"checked": "on"})
    assert response["Location"].startswith("/admin/reauthenticate/")
    assert not PrivateLink.objects.exists()


def test_a_private_link_is_shown_once_and_not_stored(fresh: Client, appeal: Appeal) -> None:
    staff, row = fresh, original(12)
    assert "Tick the box after you have checked who asks" in press(staff, row, "link")
    assert not PrivateLink.objects.exists()
    response = staff.post(f"/admin/endorsements/{row.pk}/link/", {"checked": "on"})
    (token,) = set(re.findall(r"/endorsements/([\w-]{43})/", response.content.decode()))
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert PrivateLink.objects.get().digest == hash_token(token, "own_page")
    assert token not in page(staff, row)
    assert token not in str(dict(staff.session))
    assert staff.get(f"/endorsements/{token}/").status_code == 200
    press(staff, row, "link", checked="on")
    assert staff.get(f"/endorsements/{token}/").status_code == 404
    assert verbs(row) == ["issue_link", "issue_link"]


def test_unconfirmed_or_ended_endorsements_get_no_link(fresh: Client, appeal: Appeal) -> None:
    staff, (row, _) = fresh, submitted(appeal)
    ended = approved(appeal)
    withdraw_for_good(ended.pk, by=MODERATOR, at=NOON)
    before = PrivateLink.objects.count()
    for one in (row, ended):
        assert "Its status has changed, so you cannot do this now." in press(staff, one, "link", checked="on")
        assert "/link/" not in page(staff, one)
    assert PrivateLink.objects.count() == before
