"""What the worker makes of the intake: forms in turn and in order, and nothing of what no page of this site sends."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from petition.actions.intake import accept, post, take
from petition.actions.intake.request_kinds import RequestKind
from petition.actions.intake.submissions import Arrival
from petition.actions.refusals import NotOpen
from petition.actions.self_service import private_links
from petition.actions.staff import attention
from petition.models import Appeal, Contact, IntakeRow, OutgoingMail, SiteState, State
from petition.models.intake import MOST_TRIES
from petition.reference import clock
from petition.security import sealed_boxes
from petition.security.keys import generate_keys
from petition.security.sealed_boxes import Envelope
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.intake.sending import BY_HAND, form_fields, forms, insert, is_set_apart, open_site, send
from tests.factories import a_submission
from tests.models.rows import an_intake_row
from tests.web.visitor import work

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_a_form_becomes_one_endorsement_with_contact_and_mail(appeal: Appeal) -> None:
    row, word = post.post_form(open_site(), appeal, a_submission(), BY_HAND, once="once")
    assert not forms(), "the public process makes none"
    work()
    (endorsement,) = forms()
    assert (endorsement.state, endorsement.reference_word, endorsement.intake_id) == (State.SUBMITTED, word, row)
    assert Contact.objects.filter(endorsement=endorsement).count() == 1
    assert OutgoingMail.objects.get().message == "confirm_mailbox"
    done = IntakeRow.objects.get()
    assert (bytes(done.box), done.outcome, done.network_bucket) == (b"", "done", "")


def test_rows_of_made_up_keys_hold_up_nobody_and_are_logged_once(
    appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    """They wait for ever, so they must cost nothing."""
    known = sealed_boxes.seal(Envelope(RequestKind.FORM, uuid.uuid4(), appeal.pk, {}))[1]
    IntakeRow.objects.bulk_create(IntakeRow(appeal=appeal.pk, key_id="made-up", box=known) for _ in range(30))
    send(appeal)
    take.forget_plan()
    assert take.process_intake(at=clock.now())
    assert len(forms()) == 1
    for minute in range(MOST_TRIES):
        take.forget_plan()
        assert not take.process_intake(at=clock.now() + timedelta(minutes=minute))
    assert not take.has_waiting()
    assert IntakeRow.objects.filter(key_id="made-up", attempts=0, leased_until=None).count() == 30
    assert sum("No private key 'made-up'" in line for line in caplog.messages) <= 1


def test_a_missing_key_is_no_failure(appeal: Appeal, settings: Settings) -> None:
    send(appeal)
    held = settings.CONTACT_PRIVATE_KEYS
    settings.CONTACT_PRIVATE_KEYS = []
    for minute in range(MOST_TRIES + 2):
        take.forget_plan()
        take.process_intake(at=clock.now() + timedelta(minutes=minute))
    row = IntakeRow.objects.get()
    assert (row.attempts, row.done_at) == (0, None)
    settings.CONTACT_PRIVATE_KEYS = held
    take.forget_plan()
    take.process_intake(at=clock.now() + timedelta(minutes=10))
    assert len(forms()) == 1


@pytest.mark.parametrize(
    ("sent_at", "opened_at", "expected"),
    [
        ("normal", "normal", ""),
        ("stricter", "normal", "stricter"),
        ("normal", "stricter", "stricter"),
        ("normal", "closed", "stricter"),
    ],
)
def test_the_stricter_level_counts_and_nothing_acknowledged_is_refused(
    appeal: Appeal, sent_at: str, opened_at: str, expected: str
) -> None:
    SiteState.objects.update_or_create(pk=1, defaults={"level": sent_at})
    send(appeal, arrival=Arrival(network="", seconds=60, honeypot_filled=False, level=sent_at))
    SiteState.objects.update(level=opened_at)
    work()
    (endorsement,) = forms()
    assert endorsement.quarantined_for == expected


def test_the_phase_is_that_of_the_arrival(appeal: Appeal) -> None:
    send(appeal)
    late = insert(appeal.pk, RequestKind.FORM, form_fields())
    IntakeRow.objects.filter(pk=late.pk).update(arrived_at=clock.now() + timedelta(hours=2))
    Appeal.objects.update(closes_at=clock.now() + timedelta(hours=1))
    while take.process_intake(at=clock.now() + timedelta(hours=3)):
        pass
    assert len(forms()) == 1
    assert is_set_apart(late), "it is kept: the closing date may have been set to an earlier one"
    assert len(IntakeRow.objects.get(pk=late.pk).box) > 0
    with pytest.raises(NotOpen):
        Appeal.objects.update(closes_at=clock.now() - timedelta(hours=1))
        send(Appeal.objects.get())


def test_networks_take_turns_and_flagged_forms_come_last(appeal: Appeal) -> None:
    flood = [a_submission(organisation_name=f"Flood {number}") for number in range(30)]
    for submission in flood:
        send(appeal, submission, arrival=Arrival(network="aaaa", seconds=60, honeypot_filled=False))
    send(appeal, a_submission(organisation_name="By a robot"), arrival=Arrival("bbbb", 0, honeypot_filled=True))
    send(appeal, a_submission(organisation_name="From elsewhere"), arrival=Arrival("cccc", 60, honeypot_filled=False))
    take.forget_plan()
    take.process_intake(at=clock.now())
    names = [form.organisation_name for form in forms()]
    assert "From elsewhere" in names, "it does not wait for the flood"
    assert "By a robot" not in names
    work()
    names = [form.organisation_name for form in forms()]
    assert names.index("By a robot") >= 3 * take.IN_ONE_COMMIT[connection.vendor], "in the last of four commits"


def test_what_has_no_network_takes_turns_too_and_links_come_first(appeal: Appeal) -> None:
    for number in range(30):
        send(appeal, a_submission(organisation_name=f"Flood {number}"))
    send(appeal, a_submission(organisation_name="From elsewhere"), arrival=Arrival("cccc", 60, honeypot_filled=False))
    linked = insert(0, RequestKind.CONFIRM, {}, link_digest="f" * 64)
    take.forget_plan()
    take.process_intake(at=clock.now())
    assert IntakeRow.objects.get(pk=linked.pk).outcome == "refused"
    assert "From elsewhere" in [form.organisation_name for form in forms()]


def test_one_bad_row_holds_up_no_other(appeal: Appeal) -> None:
    bad = insert(appeal.pk, RequestKind.FORM, form_fields(display="published"))
    for _ in range(3):
        send(appeal)
    work()
    assert (len(forms()), is_set_apart(bad)) == (3, True)


def test_processing_takes_the_same_statements_for_one_row_and_for_three(appeal: Appeal) -> None:
    counts = []
    work()  # once a minute it also looks for rows whose key is missing
    for number in (1, 3):
        for _ in range(number):
            send(appeal)
        take.forget_plan()
        with CaptureQueriesContext(connection) as queries:
            take.process_intake(at=clock.now())
        counts.append(len(queries))
    assert len(forms()) == 4
    assert counts[0] == counts[1]
    assert counts[0] <= 32


def test_what_one_mailbox_asks_for_is_done_in_its_order(appeal: Appeal) -> None:
    """Also through different links, and while the first waits after a failure: of two new codes the last one counts."""
    endorsement, other = factories.confirmed(appeal), factories.confirmed(appeal)
    links = [hash_token(private_links.create_own_page_link(endorsement), "own_page") for _ in range(2)]
    links.append(hash_token(private_links.create_own_page_link(other), "own_page"))
    at = clock.now()
    rows = [insert(0, RequestKind.END_LINKS, {}, link_digest=link) for link in links]
    for seconds, row in enumerate(rows):
        IntakeRow.objects.filter(pk=row.pk).update(arrived_at=at + timedelta(seconds=seconds))
    IntakeRow.objects.filter(pk=rows[0].pk).update(leased_until=at + timedelta(seconds=60), attempts=1)

    def process(seconds: int) -> list[str]:
        take.forget_plan()
        while take.process_intake(at=at + timedelta(seconds=seconds)):
            pass
        return [IntakeRow.objects.get(pk=row.pk).outcome for row in rows]

    assert process(10) == ["", "", "done"]
    assert process(61) == ["done", "refused", "done"], "the first ended the link of the second"


def test_a_row_that_fails_is_tried_again_after_a_pause_then_set_apart(
    appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(appeal)
    real = accept.insert_endorsements
    monkeypatch.setattr(accept, "insert_endorsements", fail)
    at, row = clock.now(), IntakeRow.objects.get()

    def process(seconds: int) -> int:
        take.forget_plan()
        take.process_intake(at=at + timedelta(seconds=seconds))
        return IntakeRow.objects.get().attempts

    assert [process(seconds) for seconds in (0, 9, 10, 69)] == [1, 1, 2, 2]
    monkeypatch.setattr(accept, "insert_endorsements", real)
    with transaction.atomic():
        process(70)
        assert len(forms()) == 1
        transaction.set_rollback(True)
    monkeypatch.setattr(accept, "insert_endorsements", fail)
    assert process(80) == MOST_TRIES
    assert is_set_apart(row)


def fail(*_arguments: object, **_named: object) -> None:
    raise OSError("No space left on device")


def test_a_missing_key_of_what_a_row_is_about_is_no_failure(appeal: Appeal, settings: Settings) -> None:
    """The form was encrypted with the new key; the mailbox it confirms is still encrypted with the old one."""
    endorsement, token = factories.submitted(appeal, at=clock.now())
    old, new = settings.CONTACT_PRIVATE_KEYS, generate_keys()
    settings.CONTACT_PUBLIC_KEY = new["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [new["CONTACT_PRIVATE_KEY"]]
    insert(0, RequestKind.CONFIRM, {"form": endorsement.fingerprint}, link_digest=hash_token(token, "confirm"))
    for minutes in range(MOST_TRIES + 2):
        take.forget_plan()
        take.process_intake(at=clock.now() + timedelta(minutes=2 * minutes))
    row = IntakeRow.objects.get()
    assert (row.attempts, row.done_at) == (0, None)
    settings.CONTACT_PRIVATE_KEYS = [new["CONTACT_PRIVATE_KEY"], *old]
    take.forget_plan()
    take.process_intake(at=clock.now() + timedelta(minutes=20))
    endorsement.refresh_from_db()
    assert endorsement.state == State.CONFIRMED


def test_what_waits_for_an_hour_is_shown_to_staff(appeal: Appeal) -> None:
    row = an_intake_row(key_id="made-up", arrived_at=clock.now() - timedelta(minutes=61))
    assert attention.SET_APART in attention.find_problems(at=clock.now())
    IntakeRow.objects.filter(pk=row.pk).update(arrived_at=clock.now() - timedelta(minutes=59))
    assert attention.SET_APART not in attention.find_problems(at=clock.now())
