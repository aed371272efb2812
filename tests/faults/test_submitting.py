"""The same form posted many times at one moment is one endorsement and one mail."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from petition.actions.endorsing.confirmation import confirm
from petition.actions.intake import accept
from petition.actions.intake.accept import submit
from petition.actions.intake.submissions import Submission
from petition.actions.operations import retention
from petition.actions.refusals import NoSuchLink
from petition.models import Appeal, Contact, Endorsement, OutgoingMail, PrivateLink, State
from petition.reference import retention_periods as periods
from petition.security.tokens import hash_token
from tests import factories
from tests.evidence.figures import record_figure, report_progress, sized
from tests.factories import NOON, a_submission
from tests.faults.parallel import run_parallel
from tests.faults.variants import variant

pytestmark = [pytest.mark.long, pytest.mark.both_databases, pytest.mark.usefixtures("committed")]

POSTS, ROUNDS = sized(20, 50), sized(3, 200)


def press(digest: str, *, at: datetime, form: str = "") -> Endorsement:
    """Press the button of the confirmation page; return the confirmed endorsement."""
    return confirm(digest, form=form, at=at)


def submit_as_worker(appeal: Appeal, submission: Submission, *, at: datetime) -> str:
    """Submit a form as the worker does, which tries it again if another worker has just stored the same."""
    try:
        return submit(appeal, submission, at=at)
    except IntegrityError:
        return submit(appeal, submission, at=at)


def test_twenty_identical_posts_at_once_are_one_endorsement_and_one_mail() -> None:
    appeal = factories.an_appeal()
    for number in range(1, ROUNDS + 1):
        post = partial(submit_as_worker, appeal, a_submission(), at=NOON)
        assert len(set(map(str, run_parallel([post] * POSTS)))) == 1, "each is answered the same"
        assert Endorsement.objects.filter(origin="form").count() == number
        factories.ask_mailboxes()
        assert OutgoingMail.objects.count() == Contact.objects.count() == number
        assert PrivateLink.objects.count() == 2 * number
        report_progress(f"{number} of {ROUNDS} rounds")
    record_figure("double submits", f"{POSTS} at once, {ROUNDS} times: {ROUNDS} endorsements, {ROUNDS} mails")


def test_without_lookup_and_fingerprint_there_are_more() -> None:
    """The control: a copy that neither looks for its twin nor gives it the same fingerprint."""
    lookup = "    stored = _find_identical([one.endorsement.fingerprint for one in prepared])\n"
    careless = variant(
        accept,
        {
            lookup: "    stored = {}\n    pause()\n",
            "fingerprint=fingerprint,\n": "fingerprint=tokens.generate_token(),\n",
        },
    )
    post = partial(careless.submit, factories.an_appeal(), a_submission(), at=NOON)
    run_parallel([post] * POSTS)
    assert Endorsement.objects.filter(origin="form").count() > 1


def test_one_link_pressed_many_times_at_once_confirms_once() -> None:
    endorsement, token = factories.submitted(factories.an_appeal())
    button = partial(press, hash_token(token, "confirm"), at=NOON)
    assert run_parallel([button] * 8) == [endorsement] * 8
    endorsement.refresh_from_db()
    assert endorsement.state == State.CONFIRMED


def test_one_of_two_forms_confirmed_at_once_stays() -> None:
    appeal = factories.an_appeal()
    submission = a_submission()
    forms = [submit(appeal, replace(submission, website=site), at=NOON) for site in ("", "https://fund.example")]
    digest = hash_token(factories.token_in(factories.mails()[-1][2]), "confirm")
    outcomes = run_parallel([partial(press, digest, form=form, at=NOON) for form in forms])
    (left,) = Endorsement.objects.filter(origin="form")
    assert left.state == State.CONFIRMED
    assert [left if outcome == left else type(outcome) for outcome in outcomes].count(left) >= 1
    assert {type(outcome) for outcome in outcomes} <= {Endorsement, NoSuchLink}


def test_confirming_during_a_purge_confirms_or_finds_nothing() -> None:
    appeal = factories.an_appeal()
    waiting = [factories.submitted(appeal) for _ in range(12)]
    for endorsement, _ in waiting:
        factories.mails_left(endorsement)
    digests = [hash_token(token, "confirm") for _, token in waiting]
    almost = NOON + periods.UNCONFIRMED
    works: list[Callable[[], Endorsement | int]] = [partial(press, digest, at=NOON) for digest in digests]
    works += [partial(retention.erase_unconfirmed, at=almost)] * 2
    outcomes = run_parallel(works)
    confirmed = [row for row in outcomes if isinstance(row, Endorsement)]
    erased = [number for number in outcomes if isinstance(number, int)]
    assert len(confirmed) + sum(erased) == len(digests)
    assert len(erased) == 2, outcomes
    left = Endorsement.objects.filter(origin="form")
    assert set(left) == set(confirmed)
    assert set(left.values_list("state", flat=True)) <= {State.CONFIRMED}
    assert Contact.objects.count() == len(confirmed)


def test_twenty_later_repeats_at_once_send_one_more_mail() -> None:
    appeal, submission = factories.an_appeal(), a_submission()
    factories.mails_left(factories.submitted(appeal, **vars(submission))[0])
    again = partial(submit, appeal, submission, at=NOON + timedelta(hours=2))
    assert len(set(map(str, run_parallel([again] * POSTS)))) == 1
    factories.ask_mailboxes()
    assert OutgoingMail.objects.count() == 2


def test_a_repeated_form_during_a_purge_is_kept() -> None:
    """The purge has the endorsement on its list already when it is asked for once more."""
    appeal, submission = factories.an_appeal(), a_submission()
    factories.mails_left(factories.submitted(appeal, **vars(submission))[0])
    late = NOON + periods.UNCONFIRMED
    listed, asked = threading.Event(), threading.Event()

    def looked() -> None:
        listed.set()
        assert asked.wait(20)

    slow = variant(
        retention,
        {"    with transaction.atomic():\n": "    looked()\n    with transaction.atomic():\n"},
        looked=looked,
    )

    def ask() -> int:
        assert listed.wait(20)
        submit(appeal, submission, at=late)
        asked.set()
        return 0

    works: list[Callable[[], int]] = [partial(slow.erase_unconfirmed, at=late), ask]
    assert [str(outcome) for outcome in run_parallel(works)] == ["0", "0"]
    (left,) = Endorsement.objects.filter(origin="form")
    assert left.asked_at is None, "its mailbox is asked again"
