"""Mails that strangers can cause: few a day, never blocking anybody, each with a link to all forms of its mailbox."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from petition.actions.endorsing import confirmation
from petition.actions.intake.accept import submit
from petition.actions.intake.submissions import Arrival
from petition.actions.mailing import mailbox_mails
from petition.actions.mailing.delivery import deliver_due
from petition.actions.operations import retention
from petition.actions.refusals import NoSuchLink
from petition.models import Appeal, Contact, Endorsement, LinkRequest, OutgoingMail, PrivateLink, State
from petition.reference import clock
from petition.security import rate_limits
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.mailing.fake_mail_server import FakeMailServer, create_fake_server, run_server
from tests.factories import NOON, a_submission, mails
from tests.faults.parallel import run_parallel
from tests.web.visitor import Visitor

pytestmark = pytest.mark.both_databases

FORMS, NETWORKS = 2000 if os.environ.get("EVIDENCE_FULL") else 200, 500
"""How many forms a stranger sends; EVIDENCE_FULL=1 for the whole attack."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
MAILBOX = "asel@fund.example"


@pytest.fixture
def office(settings: Settings) -> Iterator[FakeMailServer]:
    """Run a real mail server that the settings name."""
    office = create_fake_server()
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 10
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with run_server(office):
        yield office


def deliver(at: datetime) -> int:
    """Run the worker at `at`; return how many mails were tried."""
    with clock.freeze(at):
        return deliver_due()


def list_sent_times() -> list[datetime]:
    """Return when each mail was sent, in order."""
    return [moment for moment in OutgoingMail.objects.order_by("sent_at").values_list("sent_at", flat=True) if moment]


def tokens_in(office: FakeMailServer) -> list[str]:
    """Return the tokens of all confirmation links that were mailed."""
    texts = [mail.get_body(["plain"]) for mail in office.taken]
    words = [word for text in texts if text for word in text.get_content().split() if word.endswith("/confirm/")]
    return [word.split("/endorsements/")[1].split("/")[0] for word in words]


def a_form(appeal: Appeal, at: datetime, *, mailbox: str = MAILBOX, network: str = "") -> str:
    """Send a form with `mailbox`; return its fingerprint."""
    arrival = Arrival(network or "5c1e", 60, honeypot_filled=False)
    return submit(appeal, a_submission(contact_email=mailbox), arrival=arrival, at=at)


def digest(token: str) -> str:
    return hash_token(token, "confirm")


def test_strangers_cannot_lock_out_an_owner(appeal: Appeal, office: FakeMailServer) -> None:
    for number in range(FORMS):
        at = NOON + number * 3 * HOUR / FORMS
        a_form(appeal, at, network=f"{number % NETWORKS:04x}")
        if number % 20 == 0:
            deliver(at)
    sent = NOON + 3 * HOUR
    own = a_form(appeal, sent)
    moments = [sent + number * HOUR for number in range(25)]
    for at in moments:
        deliver(at)
    assert any(sent <= moment <= sent + DAY for moment in list_sent_times())
    crowded = [one for one in list_sent_times() if sum(one <= other < one + DAY for other in list_sent_times()) > 3]
    assert crowded == []
    for token in tokens_in(office):  # the links that came before the owner's form open it as well
        waiting = confirmation.find_waiting_forms(digest(token), at=moments[-1])
        assert own in {form.fingerprint for form in waiting.forms}
    result = confirmation.confirm(digest(tokens_in(office)[-1]), form=own, at=moments[-1])
    assert (result.state, result.fingerprint) == (State.CONFIRMED, own)


def test_the_reference_word_finds_a_form_among_many(appeal: Appeal, office: FakeMailServer, client: object) -> None:
    own = a_form(appeal, clock.now())
    for _ in range(30):
        a_form(appeal, clock.now())
    deliver_due()
    (token,) = tokens_in(office)
    browser, word = Visitor(), Endorsement.objects.get(fingerprint=own).reference_word
    page = browser.get(f"/endorsements/{token}/confirm/").content.decode()
    assert own not in page, "only the newest are shown"
    html = browser.get(f"/endorsements/{token}/confirm/", {"word": word}).content.decode()
    assert own in html
    assert html.count('name="form"') == 1
    browser.post(f"/endorsements/{token}/confirm/", {"form": own})
    assert Endorsement.objects.get(fingerprint=own).state == State.CONFIRMED


def test_storing_a_form_queues_no_mail(appeal: Appeal) -> None:
    a_form(appeal, NOON)
    assert not OutgoingMail.objects.exists()
    assert not PrivateLink.objects.exists()


def test_at_most_one_mail_waits_for_a_mailbox(appeal: Appeal) -> None:
    for _ in range(5):
        a_form(appeal, NOON)
        mailbox_mails.request_links(MAILBOX, language="en", at=NOON)
        mailbox_mails.queue_due_mails(at=NOON)
    assert OutgoingMail.objects.owed().count() == 1


def test_forms_sent_while_a_mail_waits_are_in_the_next_mail(appeal: Appeal, office: FakeMailServer) -> None:
    a_form(appeal, NOON)
    mailbox_mails.queue_due_mails(at=NOON)
    a_form(appeal, NOON + HOUR)
    deliver(NOON + HOUR)
    assert OutgoingMail.objects.owed().count() == 0
    deliver(NOON + HOUR)
    assert len(office.taken) == 2
    assert deliver(NOON + HOUR) == 0


def test_links_and_forms_expire_a_week_after_the_mail_left(appeal: Appeal, office: FakeMailServer) -> None:
    office.contents = ["451 Busy"] * 3
    form = a_form(appeal, NOON)
    moment = NOON
    while not tokens_in(office):
        deliver(moment)
        moment += HOUR
    (at,) = list_sent_times()
    assert at >= NOON + HOUR
    (token,) = tokens_in(office)
    assert confirmation.find_waiting_forms(digest(token), at=at + WEEK - timedelta(seconds=1))
    with pytest.raises(NoSuchLink):
        confirmation.find_waiting_forms(digest(token), at=at + WEEK)
    retention.purge(at=at + WEEK - timedelta(seconds=1))
    assert Endorsement.objects.filter(fingerprint=form).exists()
    retention.purge(at=at + WEEK)
    assert not Endorsement.objects.filter(fingerprint=form).exists()


def test_a_form_without_a_confirmation_mail_is_not_erased(appeal: Appeal) -> None:
    form = a_form(appeal, NOON)
    retention.purge(at=NOON + 30 * DAY)
    assert Endorsement.objects.filter(fingerprint=form).exists(), "no worker has delivered mail meanwhile"


def test_later_forms_do_not_extend_earlier_ones(appeal: Appeal, office: FakeMailServer) -> None:
    first = a_form(appeal, NOON)
    deliver(NOON)
    a_form(appeal, NOON + 6 * DAY)
    deliver(NOON + 6 * DAY)
    retention.purge(at=NOON + WEEK)
    assert not Endorsement.objects.filter(fingerprint=first).exists()
    assert Endorsement.objects.filter(state=State.SUBMITTED).count() == 1


def test_a_refusing_mailbox_gets_no_further_mail(appeal: Appeal, office: FakeMailServer) -> None:
    office.recipients = ["550 No such mailbox"]
    post = a_form(appeal, NOON)
    deliver(NOON)
    assert [deliver(NOON + number * HOUR) for number in range(1, 30)] == [0] * 29
    Endorsement.objects.filter(fingerprint=post).update(asked_at=None)  # as handlers.py does for "send again"
    assert deliver(NOON + 30 * HOUR) == 1
    assert len(office.taken) == 1


def test_the_same_form_again_asks_again_after_an_hour(appeal: Appeal, office: FakeMailServer) -> None:
    submission = a_submission()
    for minutes in (0, 1, 59, 61, 62):
        submit(appeal, submission, at=NOON + timedelta(minutes=minutes))
        deliver(NOON + timedelta(minutes=minutes))
    assert [moment - NOON for moment in list_sent_times()] == [timedelta(0), timedelta(minutes=61)]
    assert Endorsement.objects.filter(origin="form").count() == 1


def test_all_kinds_count_together(appeal: Appeal, office: FakeMailServer) -> None:
    submission = a_submission(contact_email=MAILBOX)
    endorsement = factories.confirmed(appeal, at=NOON - 9 * DAY, **vars(submission))
    OutgoingMail.objects.all().delete()
    a_form(appeal, NOON)  # to confirm
    deliver(NOON)
    submit(appeal, a_submission(**{**vars(submission), "website": "https://fund.example"}), at=NOON)  # already endorsed
    deliver(NOON)
    mailbox_mails.request_links(MAILBOX, language="en", at=NOON)  # a lost link
    deliver(NOON)
    subjects = [mail["Subject"] for mail in office.taken]
    assert subjects == ["Please confirm your address", "We already have your form", "Your private link"]
    mailbox_mails.request_links(MAILBOX, language="en", at=NOON + HOUR)
    a_form(appeal, NOON + HOUR)
    assert deliver(NOON + DAY - HOUR) == 0
    assert deliver(NOON + DAY) == 1
    text = office.taken[-1].get_body(["plain"])
    assert text
    assert "/confirm/" in text.get_content()
    assert "also asked us for your private link" in text.get_content()
    assert not LinkRequest.objects.exists()
    assert endorsement.links.filter(purpose="own_page").count() >= 2


def test_a_request_by_an_unknown_mailbox_stores_nothing(appeal: Appeal, office: FakeMailServer) -> None:
    mailbox_mails.request_links("nobody@fund.example", language="en", at=NOON)
    assert deliver(NOON) == 0
    assert not LinkRequest.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_mailboxes_with_one_name_are_told_apart_in_one_step(appeal: Appeal) -> None:
    """Whoever sends a form in another's name must not learn whether that one has endorsed."""
    factories.confirmed(appeal, organisation_name="Made-up Fund", contact_email="asel@fund.example")
    before = len(mails())
    for mailbox in ("asel@fund.example", "stranger@mail.example"):
        again = a_submission(organisation_name="Made-up Fund", contact_email=mailbox, website="https://fund.example")
        submit(appeal, again, at=NOON)
    assert [(message, address) for message, address, _ in mails()[before:]] == [
        ("already_endorsed", "asel@fund.example"),
        ("confirm_mailbox", "stranger@mail.example"),
    ]


def test_the_mails_of_many_mailboxes_take_as_many_statements_as_those_of_two(appeal: Appeal) -> None:
    def count_statements(mailboxes: int) -> int:
        for _ in range(mailboxes):
            submit(appeal, a_submission(), at=NOON)
        with CaptureQueriesContext(connection) as asked:
            assert mailbox_mails.queue_due_mails(at=NOON) == mailboxes
        return len(asked)

    assert count_statements(10) == count_statements(2)


def test_a_mailbox_that_cannot_be_decrypted_holds_up_no_other(appeal: Appeal) -> None:
    for _ in range(3):
        submit(appeal, a_submission(), at=NOON)
    first, second, _ = Contact.objects.order_by("pk")
    Contact.objects.filter(pk=first.pk).update(sealed_mailbox=second.sealed_mailbox)
    assert mailbox_mails.queue_due_mails(at=NOON) == 2
    waiting = Endorsement.objects.to_ask_for_confirmation().values_list("pk", flat=True)
    assert list(waiting) == [first.endorsement_id]


def test_the_limit_outlives_an_erasure(appeal: Appeal, office: FakeMailServer) -> None:
    for _ in range(3):
        a_form(appeal, NOON)
        deliver(NOON)
        confirmation.disown_all(digest(tokens_in(office)[-1]), at=NOON)
    assert not Endorsement.objects.filter(origin="form").exists()
    a_form(appeal, NOON + HOUR)
    assert deliver(NOON + HOUR) == 0


def test_the_hash_of_the_mailbox_is_erased_after_two_days(appeal: Appeal, office: FakeMailServer) -> None:
    a_form(appeal, NOON)
    deliver(NOON)
    retention.purge(at=NOON + 2 * DAY - timedelta(seconds=1))
    assert OutgoingMail.objects.exclude(mailbox_index="").count() == 1
    retention.purge(at=NOON + 2 * DAY)
    assert OutgoingMail.objects.exclude(mailbox_index="").count() == 0


@pytest.mark.usefixtures("committed")
def test_parallel_workers_queue_one_mail() -> None:
    appeal = factories.an_appeal()
    for _ in range(3):
        a_form(appeal, NOON)
    made = run_parallel([partial(mailbox_mails.queue_due_mails, at=NOON)] * 6)
    assert all(isinstance(one, int) for one in made), made
    assert OutgoingMail.objects.owed().count() == 1
    assert PrivateLink.objects.count() == 2


@pytest.mark.usefixtures("committed")
def test_a_form_that_arrives_during_sending_is_in_a_later_mail(office: FakeMailServer) -> None:
    appeal = factories.an_appeal()
    a_form(appeal, NOON)

    def late() -> int:
        for _ in range(5):
            a_form(appeal, NOON)
        return 0

    works: list[Callable[[], int]] = [late, *[partial(deliver, NOON)] * 3]
    outcomes = run_parallel(works)
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    for hours in range(50):
        deliver(NOON + hours * HOUR)
    assert not Endorsement.objects.to_ask_for_confirmation().exists()
    crowded = [one for one in list_sent_times() if sum(one <= other < one + DAY for other in list_sent_times()) > 3]
    assert crowded == []


def test_the_limit_is_the_one_on_the_page() -> None:
    assert (rate_limits.MAILS_TO_ONE_MAILBOX.most, rate_limits.MAILS_TO_ONE_MAILBOX.per) == (3, DAY)
