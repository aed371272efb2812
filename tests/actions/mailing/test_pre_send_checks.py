"""No mail is sent that is no longer true: every pair of actions within a minute, and every mail after it.

What each mail claims is looked up here again, by this test's own queries, so that the check in mailing/claims.py is not
held against itself.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import Settings

from petition.actions.mailing import pre_send_checks
from petition.actions.mailing.delivery import deliver_due
from petition.actions.moderation import decisions
from petition.actions.self_service import contact_changes, corrections, follow_ups, own_page
from petition.mail import messages
from petition.models import (
    Appeal,
    AuditEvent,
    Contact,
    Correction,
    Display,
    Endorsement,
    Origin,
    OutgoingMail,
    PrivateLink,
    Purpose,
    Question,
    Signatory,
    State,
    Status,
)
from petition.reference import clock
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.every_action import ACTIONS, REFUSALS, SILENT, STATES, a_state, linked, own, propose
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, a_code_digest

FULL = bool(os.environ.get("EVIDENCE_FULL"))  # each pair in every state where it is possible, not only in the first
FIRST, AGAIN, LATER = (NOON + timedelta(hours=1, seconds=seconds) for seconds in (0, 20, 90))


@pytest.fixture
def office(settings: Settings) -> Iterator[FakeMailServer]:
    """Run a real mail server that the settings name."""
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with run_server(office):
        yield office


@pytest.fixture
def in_memory(settings: Settings) -> None:
    """Compare what is handed over, without a mail server: it takes half the time for thousands of pairs."""
    settings.DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def deliver(at: datetime) -> None:
    with clock.freeze(at):
        while deliver_due():
            pass


def list_sent_mails(office: FakeMailServer, *, at: datetime) -> list[tuple[OutgoingMail, str, str]]:
    """Return row, recipient and text of every mail that is sent at `at`."""
    office.taken.clear()
    follow_ups.process_follow_ups(at=at)
    deliver(at)
    rows = OutgoingMail.objects.in_bulk([one["Message-ID"] for one in office.taken], field_name="message_id")
    bodies = ((one, one.get_body(["plain"])) for one in office.taken)
    return [(rows[one["Message-ID"]], one["To"], body.get_content()) for one, body in bodies if body]


def list_sent_without_server(*, at: datetime) -> list[tuple[OutgoingMail, str, str]]:
    """Return the same without a server."""
    mail.outbox.clear()
    deliver(at)
    rows = OutgoingMail.objects.in_bulk(
        [one.extra_headers["Message-ID"] for one in mail.outbox], field_name="message_id"
    )
    return [(rows[one.extra_headers["Message-ID"]], one.to[0], str(one.body)) for one in mail.outbox]


ISOLATES = dict.fromkeys((0x2068, 0x2069))
"""Characters that isolate the writing direction of a name."""


def token_in(text: str) -> str:
    return text.partition("/endorsements/")[2].partition("/")[0]


def is_link_valid(text: str, *purposes: Purpose) -> bool:
    """Return whether the link in this text is valid now."""
    digests = [hash_token(token_in(text), purpose) for purpose in purposes]
    return PrivateLink.objects.live(LATER).filter(digest__in=digests).exists()


def is_mail_true(message: str, text: str, endorsement: Endorsement) -> bool:
    """Return whether the mail is true by the tables."""
    row = Endorsement.objects.filter(pk=endorsement.pk).select_related("signatory").first()
    state, display = (row.state, row.display) if row else ("", "")
    line = row.signatory if row else None
    waiting = Question.objects.filter(endorsement=endorsement, answered_at=None)
    decided = Correction.objects.filter(endorsement=endorsement).exclude(state="proposed")
    answers: dict[str, Callable[[], bool]] = {
        "listed": lambda: bool(
            state == State.APPROVED and line and line.status == Status.LISTED and line.label in text.translate(ISOLATES)
        ),
        "counted": lambda: state == State.APPROVED and display == Display.WITHHELD,
        "rejected": lambda: state == State.REJECTED,
        "question": lambda: state == State.RETURNED and waiting.exists() and is_link_valid(text, Purpose.OWN_PAGE),
        "question_reminder": lambda: (
            state == State.RETURNED and waiting.exists() and is_link_valid(text, Purpose.OWN_PAGE)
        ),
        "correction_accepted": lambda: decided.filter(state="accepted").exists() and state != State.WITHDRAWN,
        "correction_refused": lambda: decided.filter(state="refused").exists() and state != State.WITHDRAWN,
        "own_page": lambda: (
            is_link_valid(text, Purpose.OWN_PAGE)
            and (state == State.CONFIRMED or "We now check your request" not in text)
        ),
        "own_page_again": lambda: is_link_valid(text, Purpose.OWN_PAGE),
        "old_contact": lambda: (
            is_link_valid(text, Purpose.OLD_CONTACT) and state in ("confirmed", "returned", "approved")
        ),
        "new_contact": lambda: (
            is_link_valid(text, Purpose.NEW_CONTACT) and state in ("confirmed", "returned", "approved")
        ),
        "name_again": lambda: (
            is_link_valid(text, Purpose.NAME_AGAIN) and (state, display) == (State.APPROVED, "withheld")
        ),
        "confirm_mailbox": lambda: (
            is_link_valid(text, Purpose.CONFIRM)
            and Endorsement.objects.filter(state=State.SUBMITTED, origin="form").exists()
        ),
        "already_endorsed": lambda: Endorsement.objects.filter(
            mailbox_index=endorsement.mailbox_index, state__in=("confirmed", "returned", "approved")
        ).exists(),
        "changed": lambda: True,
    }
    return answers[message]()


def find_false_mails(endorsement: Endorsement) -> list[str]:
    """Return the messages that are sent after the minute and are not true."""
    messages = list_sent_without_server(at=LATER)
    wrong = [
        row.message for row, _, text in messages if not is_mail_true(row.message, text, row.endorsement or endorsement)
    ]
    contact = Contact.objects.filter(endorsement=endorsement).exists()
    wrong += [f"{row.message} to a forgotten mailbox" for row, _, _ in messages if row.endorsement_id and not contact]
    moved = AuditEvent.objects.filter(verb="change_contact", subject_id=endorsement.pk, at__gt=NOON).exists()
    wrong += [
        f"{row.message} to who is no contact any more"
        for row, to, _ in messages
        if moved and row.endorsement_id and to != "aibek@fund.example" and row.message != "changed"
    ]
    assert len({row.pk for row, _, _ in messages}) == len(messages), "no mail is sent twice"
    return wrong


def try_pairs(appeal: Appeal, first: str) -> tuple[int, list[str]]:
    """How many pairs that begin with `first` are possible, and what false mail each of them sends."""
    possible, wrong = 0, []
    tried: set[str] = set()
    withheld_first = list(ACTIONS).index(first) % 2  # half of the pairs
    for state in sorted(STATES, key=lambda state: ("withheld" in state) != withheld_first):
        with transaction.atomic():
            endorsement = a_state(appeal, state)
            list_sent_without_server(at=NOON + timedelta(minutes=2))
            endorsement.refresh_from_db()
            try:
                with transaction.atomic():
                    ACTIONS[first](endorsement, FIRST)
            except REFUSALS:
                transaction.set_rollback(True)
                continue
            for then, act in ACTIONS.items():
                if then in tried and not FULL:
                    continue
                with transaction.atomic():
                    try:
                        with transaction.atomic():
                            act(endorsement, AGAIN)
                    except REFUSALS:
                        pass
                    else:
                        possible += 1
                        tried.add(then)
                        wrong += [f"{state}: {first}, {then}: {one}" for one in find_false_mails(endorsement)]
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
    return possible, wrong


@pytest.mark.long
@pytest.mark.parametrize("first", [name for name in ACTIONS if name not in SILENT])
@pytest.mark.usefixtures("in_memory")
def test_no_pair_of_actions_sends_a_false_mail(appeal: Appeal, first: str) -> None:
    """It takes some seconds for each first action, since each pair writes its mails."""
    possible, wrong = try_pairs(appeal, first)
    assert wrong == []
    assert possible


@pytest.mark.long
@pytest.mark.parametrize(("first", "then"), [("approve", "listed"), ("ask", "question"), ("reject", "rejected")])
@pytest.mark.usefixtures("in_memory")
def test_without_the_check_false_mails_leave(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch, first: str, then: str
) -> None:
    """The control: without checking claims."""
    monkeypatch.setattr(pre_send_checks, "CHECKS", {})
    _, wrong = try_pairs(appeal, first)
    assert any(one.endswith(then) for one in wrong)


def test_a_dropped_mail_is_recorded(appeal: Appeal, office: FakeMailServer) -> None:
    endorsement = factories.approved(appeal)
    leaving.withdraw(own(endorsement), at=NOON + timedelta(seconds=30))
    messages = [row.message for row, _, _ in list_sent_mails(office, at=NOON + timedelta(minutes=2))]
    assert messages == ["own_page", "changed"]
    event = AuditEvent.objects.get(verb="drop_mail")
    assert (event.subject_id, event.reason, event.actor_kind) == (endorsement.pk, "listed", "worker")
    (dropped,) = OutgoingMail.objects.filter(dropped_at__isnull=False)
    assert (dropped.sealed_address, dropped.sealed_content) == ("", "")


def test_a_mail_that_waited_for_the_server_is_checked_at_each_attempt(appeal: Appeal, office: FakeMailServer) -> None:
    office.contents = ["451 Busy"] * 4
    endorsement = factories.approved(appeal)
    list_sent_mails(office, at=NOON + timedelta(minutes=2))
    assert OutgoingMail.objects.get(message="listed").attempts == 1
    decisions.revoke(endorsement.pk, by=MODERATOR, at=NOON + timedelta(minutes=5))
    messages = [row.message for row, _, _ in list_sent_mails(office, at=NOON + timedelta(hours=2))]
    assert "listed" not in messages


def test_a_mail_names_the_corrected_entry(appeal: Appeal, office: FakeMailServer) -> None:
    endorsement = factories.approved(appeal, organisation_name="Made-up Fnud")
    propose(endorsement, NOON)
    corrections.accept_correction(Correction.objects.get().pk, by=MODERATOR, at=NOON + timedelta(seconds=10))
    texts = {row.message: text for row, _, text in list_sent_mails(office, at=NOON + timedelta(minutes=2))}
    assert "Made-up Fund, corrected" in texts["listed"]


@pytest.mark.parametrize("leave", ["withdraw", "stop_being_named"])
def test_a_mail_about_a_withdrawal_does_not_say_what_changed(
    appeal: Appeal, office: FakeMailServer, leave: str
) -> None:
    endorsement = factories.approved(appeal, organisation_name="Unmistakable Fund")
    list_sent_mails(office, at=NOON + timedelta(minutes=2))
    for _ in range(2):  # the second press changes nothing
        getattr(leaving, leave)(own(endorsement), at=FIRST)
    ((row, _, text),) = list_sent_mails(office, at=LATER)
    assert row.message == "changed"
    assert "Unmistakable" not in text
    assert "Kyrgyz" not in text
    assert "withdr" not in text


def test_the_earlier_contact_gets_a_mail_about_a_change(appeal: Appeal, office: FakeMailServer) -> None:
    endorsement = factories.approved(appeal, contact_email="asel@fund.example")
    contact_changes.request_contact_change(
        own(endorsement), name="Aibek", role="", mailbox="aibek@fund.example", at=NOON
    )
    contact_changes.confirm_contact_change(linked(endorsement, Purpose.OLD_CONTACT), Purpose.OLD_CONTACT, at=NOON)
    contact_changes.confirm_contact_change(linked(endorsement, Purpose.NEW_CONTACT), Purpose.NEW_CONTACT, at=NOON)
    messages = [(row.message, to) for row, to, _ in list_sent_mails(office, at=NOON + timedelta(minutes=2))]
    assert ("changed", "asel@fund.example") in messages
    assert ("own_page", "aibek@fund.example") in messages
    assert ("own_page", "asel@fund.example") not in messages, "its link would open the page of the new contact"


def test_a_forgotten_mailbox_gets_no_mail(appeal: Appeal, office: FakeMailServer) -> None:
    endorsement = factories.approved(appeal)
    list_sent_mails(office, at=NOON + timedelta(minutes=2))
    digest = own(endorsement)
    leaving.stop_being_named(digest, at=FIRST)
    own_page.forget_mailbox(digest, a_code_digest(), at=FIRST)
    assert list_sent_mails(office, at=LATER) == []


def test_every_message_has_a_claim_or_is_always_true() -> None:
    about_staff = {"digest", "overdue", "flood", "hiding", "mirror", "clock", "codes_blocked", "limit_reached"}
    about_staff |= {"unreadable", "set_apart", "timeline_names"}
    assert set(messages.MESSAGES) - set(pre_send_checks.CHECKS) - pre_send_checks.ALWAYS_TRUE - about_staff == set()


def test_a_manual_entry_expires_a_week_after_its_mail(appeal: Appeal, office: FakeMailServer) -> None:
    office.contents = ["451 Busy"]
    factories.entered(appeal, Origin.EMAIL)
    list_sent_mails(office, at=NOON)
    list_sent_mails(office, at=NOON + timedelta(hours=1))
    link = PrivateLink.objects.get(purpose=Purpose.CONFIRM)
    assert link.expires_at == NOON + timedelta(days=7, hours=1)
    assert Signatory.objects.exists()
