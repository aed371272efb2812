"""What visitors do with private links: the functions of PostgreSQL and the same in Python do exactly the same."""

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from petition.actions.intake import accept
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.refusals import NoSuchLink, NotPossible, TooManyWaiting
from petition.actions.self_service import corrections, links
from petition.models import (
    Appeal,
    AuditEvent,
    Contact,
    Decision,
    Display,
    Endorsement,
    FollowUp,
    IntakeRow,
    Kind,
    Origin,
    PrivateLink,
    Purpose,
    Removal,
    Signatory,
    State,
    Status,
)
from petition.models.contacts import CODE_PREFIX
from petition.models.intake import BLOCK_BYTES, MOST_TRIES, OVERHEAD_BYTES
from petition.reference import clock
from tests import factories
from tests.actions.self_service import link_cases
from tests.actions.self_service.link_cases import BY, CASES, Case, Reading, a_link, call_function, call_python
from tests.factories import NOON, SLUG
from tests.faults.parallel import TIMEOUT, run_parallel

pytestmark = pytest.mark.both_databases
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no functions to compare")
HOUR = timedelta(hours=1)
BOX = bytes(BLOCK_BYTES + OVERHEAD_BYTES)
UNKNOWN = "f" * 64
# Each takes more than a second, since it looks at every table again and again: `make test` tries one of each state.
FEW = [case for case in CASES if case == Case("form", case.state, "named")]
FEW_AND_ALL = [case if case in FEW else pytest.param(case, marks=pytest.mark.long) for case in CASES]


@pytest.fixture
def restricted(appeal: Appeal) -> Iterator[None]:
    with link_cases.restricted_owner():
        yield


def open_both(digest: str) -> links.OpenedLink:
    """Open the link, on PostgreSQL by the function and in Python, which must return the same."""
    if connection.vendor == "postgresql":
        assert links.call("petition_open", digest) == call_python("petition_open", digest)
    return links.open_link(digest)


def own_page(row: Endorsement) -> str:
    return row.links.filter(purpose=Purpose.OWN_PAGE).values_list("digest", flat=True)[0]


def expected_result(row: Endorsement, verb: str, *, has_requests: bool) -> str:
    if row.state == State.SUBMITTED or (verb == "withdraw" and row.origin == Origin.IMPORTED):
        return "refused"
    if row.state == State.WITHDRAWN or (verb == "hide" and row.state == State.REJECTED):
        return "unchanged"
    return "done" if verb == "withdraw" or row.display == Display.NAMED or has_requests else "unchanged"


# --- the comparison ---


@postgresql_only
@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("case", FEW_AND_ALL, ids=lambda case: " ".join(map(str, case)))
def test_function_and_python_do_the_same(appeal: Appeal, case: Case) -> None:
    """In every table, and also when repeated: in each state, named or not, of each origin, listed or not."""
    row = link_cases.create_case(appeal, case)
    has_decision = Decision.objects.filter(endorsement=row).exists()
    compare_leaving(row, Purpose.OWN_PAGE, has_requests=has_decision)
    link_cases.add_everything(row)
    compare_leaving(row, Purpose.REMOVAL_CODE, has_requests=True)


def compare_leaving(row: Endorsement, purpose: Purpose, *, has_requests: bool) -> None:
    digest = a_link(purpose, endorsement=row)
    reading = Reading()
    before = reading.read()
    opened = call_function("petition_open", digest)
    assert opened and opened == call_python("petition_open", digest)
    for verb in ("hide", "withdraw"):
        in_database = reading.try_out(partial(call_function, "petition_leave", digest, verb), times=2)
        in_python = reading.try_out(partial(call_python, "petition_leave", digest, verb), times=2)
        (first, after), (second, at_last) = in_database
        assert first == expected_result(row, verb, has_requests=has_requests)
        assert (after != before) is (first == "done")
        code_is_gone = first == "done" and (purpose, verb) == (Purpose.REMOVAL_CODE, "withdraw")
        assert second == ("unknown" if code_is_gone else "unchanged" if first == "done" else first)
        assert at_last == after, "repeating changes nothing"
        assert in_python == in_database


@postgresql_only
@pytest.mark.long  # with the cases of FEW_AND_ALL, half a minute on PostgreSQL
@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_each_purpose_can_do_the_same(appeal: Appeal, purpose: Purpose, state: str) -> None:
    row = link_cases.create_case(appeal, Case("form", state, "named"))
    link_cases.add_everything(row)
    digests = [a_link(purpose, endorsement=row, expires_at=clock.now() + HOUR)]
    if purpose in (Purpose.CONFIRM, Purpose.CONFIRM_CODE):
        digests += [a_link(purpose, mailbox_index=row.mailbox_index), a_link(purpose, mailbox_index="of nobody")]
    for digest in digests:
        opened = call_function("petition_open", digest)
        assert opened["purpose"] == purpose
        assert opened == call_python("petition_open", digest)
        compare_calls(digest)


@postgresql_only
@pytest.mark.long
@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("purpose", [Purpose.OWN_PAGE, Purpose.REMOVAL_CODE, Purpose.CONFIRM, None])
def test_an_expired_or_unknown_link_does_nothing_in_either(appeal: Appeal, purpose: Purpose | None) -> None:
    row, gone = factories.approved(appeal), {"expires_at": clock.now() - HOUR}
    digest = a_link(purpose, endorsement=row, **gone) if purpose else ""
    assert call_function("petition_open", digest) is None
    assert call_python("petition_open", digest) is None
    assert compare_calls(digest) == {"unknown"}


def compare_calls(digest: str) -> set[str]:
    """Leave and send through this link in both ways, which must do the same; return all results."""
    reading = Reading()
    before, results = reading.read(), set()
    for function, arguments in (
        ("petition_leave", ("hide",)),
        ("petition_leave", ("rename",)),
        ("petition_send", (uuid.uuid4(), "0a1b2c3d", BOX)),
    ):
        in_database = reading.try_out(partial(call_function, function, digest, *arguments))
        assert reading.try_out(partial(call_python, function, digest, *arguments)) == in_database
        ((result, after),) = in_database
        assert (after == before) is (result != "done")
        results.add(result)
    return results


# --- open ---


def test_a_link_opens_what_its_visitor_may_see(appeal: Appeal) -> None:
    row = factories.approved(appeal, organisation_name="Made-up Fund", acronym="MUF", countries=("KG", "KZ"))
    corrections.propose_correction(own_page(row), EntryProposal("Other", "", ""), at=NOON)
    row.refresh_from_db()
    opened = open_both(own_page(row))
    (form,) = opened.forms
    assert (opened.purpose, opened.waiting, opened.rows) == ("own_page", 0, {})
    assert (form.organisation_name, form.acronym, form.countries, form.has_clear_name) == (
        *("Made-up Fund", "MUF", "KG KZ"),
        True,
    )
    assert (form.appeal, form.slug, form.text) == (appeal.pk, SLUG, row.text_id)
    assert (form.reference, form.is_listed, form.signatory_kind, form.signatory_number) == (
        *("further-1", True),
        *("further", 1),
    )
    assert (form.submitted_at, form.decided_at, form.withdrawn_at) == (NOON, NOON, None)
    assert (form.question, form.correction_waits, form.has_contact) == ("", True, True)
    assert (form.get_state_display(), form.get_display_display()) == (
        row.get_state_display(),
        row.get_display_display(),
    )


def test_a_name_that_is_not_published_is_not_shown(appeal: Appeal) -> None:
    row = factories.approved(appeal, display="withheld")
    Contact.objects.filter(endorsement=row).delete()
    (form,) = open_both(own_page(row)).forms
    assert (form.organisation_name, form.has_clear_name, form.reference) == ("", False, "")
    assert (form.is_listed, form.has_contact) == (False, False)


def test_a_question_is_shown_while_it_waits(appeal: Appeal) -> None:
    row = factories.confirmed(appeal)
    decisions.ask_question(row.pk, "Who are you?", **BY)
    assert open_both(own_page(row)).forms[0].question == "Who are you?"
    row.questions.update(answered_at=NOON)
    assert open_both(own_page(row)).forms[0].question == ""


def test_the_link_of_a_mailbox_opens_the_forms_that_wait_for_it(appeal: Appeal) -> None:
    same = {"contact_email": "asel@fund.example"}
    names = ["First Fund", "Second Fund", "Third Fund"]
    rows = [
        factories.submitted(appeal, at=NOON + timedelta(minutes=minute), organisation_name=name, **same)[0]
        for minute, name in enumerate(names)
    ]
    digest = a_link(Purpose.CONFIRM, mailbox_index=rows[0].mailbox_index)
    opened = open_both(digest)
    assert [form.organisation_name for form in opened.forms] == names[::-1]
    assert (opened.purpose, opened.waiting) == ("confirm", 3)
    decisions.withdraw(rows[1].pk, **BY)
    assert [form.organisation_name for form in open_both(digest).forms] == ["Third Fund", "First Fund"]


def test_forms_of_an_organisation_that_endorses_already_are_left_out_of_several(appeal: Appeal) -> None:
    same: dict[str, Any] = {"organisation_name": "Made-up Fund", "contact_email": "asel@fund.example"}
    active = factories.confirmed(appeal, **same)
    digest = a_link(Purpose.CONFIRM_CODE, mailbox_index=active.mailbox_index)
    assert [form.state for form in open_both(digest).forms] == ["confirmed"], "the latest, since none waits"
    again = _send_form(appeal, **same)
    assert [form.fingerprint for form in open_both(digest).forms] == [again.fingerprint]
    _send_form(appeal, **same, website="https://other.example")
    opened = open_both(digest)
    assert ([form.state for form in opened.forms], opened.waiting) == (["confirmed"], 0)
    other = _send_form(appeal, **(same | {"organisation_name": "Other Fund"}))
    opened = open_both(digest)
    assert ([form.fingerprint for form in opened.forms], opened.waiting) == ([other.fingerprint], 1)


def test_where_none_waits_the_latest_that_was_confirmed_is_shown(appeal: Appeal) -> None:
    same: dict[str, Any] = {"contact_email": "asel@fund.example"}
    confirmed = factories.confirmed(appeal, **same)
    never = _send_form(appeal, **same)
    digest = a_link(Purpose.CONFIRM, mailbox_index=never.mailbox_index)
    decisions.reject(never.pk, **BY)
    assert [form.fingerprint for form in open_both(digest).forms] == [confirmed.fingerprint]
    factories.withdraw_for_good(confirmed.pk)
    assert [form.state for form in open_both(digest).forms] == ["withdrawn"]


def _send_form(appeal: Appeal, **changes: Any) -> Endorsement:
    """Store a form without a mail."""
    accept.submit(appeal, factories.a_submission(**changes), at=NOON)
    return Endorsement.objects.latest("pk")


def test_at_most_fifty_forms_are_shown_and_all_are_counted(appeal: Appeal) -> None:
    for _ in range(52):
        row = _send_form(appeal, contact_email="asel@fund.example")
    opened = open_both(a_link(Purpose.CONFIRM, mailbox_index=row.mailbox_index))
    assert (len(opened.forms), opened.waiting) == (50, 52)
    assert opened.forms[0].fingerprint == row.fingerprint


@pytest.mark.parametrize(("digest", "is_slow"), [(UNKNOWN, False), ("", False), (CODE_PREFIX + UNKNOWN, True)])
def test_an_unknown_link_opens_nothing_and_a_wrong_code_takes_long(appeal: Appeal, digest: str, is_slow: bool) -> None:
    _insert_row("", arrived_at=clock.now())  # came through no link
    for use in (
        lambda: links.open_link(digest),
        lambda: links.leave(digest, "hide"),
        lambda: links.send(digest, uuid.uuid4(), "0a1b2c3d", BOX),
    ):
        began = time.monotonic()
        with pytest.raises(NoSuchLink):
            use()
        assert (time.monotonic() - began >= 0.1) is is_slow


@pytest.mark.parametrize("known", [True, False])
def test_a_known_code_takes_as_long_so_that_ending_the_call_early_tells_nothing(appeal: Appeal, known: bool) -> None:
    digest = CODE_PREFIX + UNKNOWN
    if known:
        PrivateLink.objects.create(endorsement=factories.confirmed(appeal), purpose=Purpose.REMOVAL_CODE, digest=digest)
    if connection.vendor == "postgresql":
        with pytest.raises(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT petition_open(%s)", [digest])
    for call in (("petition_open", digest), ("petition_leave", digest, "hide")):
        began = time.monotonic()
        links.call(*call)
        assert time.monotonic() - began >= 0.1


@pytest.mark.usefixtures("committed")
@postgresql_only
def test_who_leaves_and_never_ends_the_transaction_keeps_no_form_out() -> None:
    """As somebody could who took over the public process, with a link of their own."""
    appeal = factories.an_appeal()
    digest = own_page(factories.approved(appeal))

    def submit() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            return accept.submit(appeal, factories.a_submission(organisation_name="Another"), at=NOON)

    with transaction.atomic():
        assert links.call("petition_leave", digest, "hide") == "done"
        (outcome,) = run_parallel([submit])
    assert isinstance(outcome, str), outcome


# --- send ---


def _insert_row(digest: str, **columns: Any) -> IntakeRow:
    return IntakeRow.objects.create(
        **({"appeal": 0, "key_id": "0a1b2c3d", "box": BOX, "link_digest": digest} | columns)
    )


def _finish(row: IntakeRow, outcome: str = "done") -> None:
    IntakeRow.objects.filter(pk=row.pk).update(done_at=NOON, outcome=outcome, box=b"")


def test_what_is_sent_waits_for_the_worker(appeal: Appeal) -> None:
    digest = own_page(factories.confirmed(appeal))
    number = uuid.uuid4()
    for _ in range(2):
        links.send(digest, number, "0a1b2c3d", BOX)
    row = IntakeRow.objects.get()
    assert (row.pk, row.appeal, row.key_id, bytes(row.box), row.link_digest) == (number, 0, "0a1b2c3d", BOX, digest)
    assert (row.flags, row.network_bucket, row.attempts, row.outcome, row.done_at) == (0, "", 0, "", None)
    assert abs(row.arrived_at - clock.now()) < timedelta(minutes=1)
    assert open_both(digest).rows == {number: "waiting"}


def test_at_most_five_wait_for_all_links_of_an_endorsement(appeal: Appeal) -> None:
    row, other = factories.confirmed(appeal), factories.confirmed(appeal)
    digests = [own_page(row), a_link(Purpose.OWN_PAGE, endorsement=row), a_link(Purpose.NEW_CONTACT, endorsement=row)]
    numbers = [uuid.uuid4() for _ in range(5)]
    for place, number in enumerate(numbers):
        links.send(digests[place % 3], number, "0a1b2c3d", BOX)
    with pytest.raises(TooManyWaiting):
        links.send(digests[1], uuid.uuid4(), "0a1b2c3d", BOX)
    links.send(digests[0], numbers[0], "0a1b2c3d", BOX)  # is there already
    links.send(own_page(other), uuid.uuid4(), "0a1b2c3d", BOX)
    _finish(IntakeRow.objects.get(pk=numbers[0]))
    links.send(digests[1], uuid.uuid4(), "0a1b2c3d", BOX)
    assert IntakeRow.objects.filter(link_digest__in=digests).waiting().count() == 5


def test_at_most_five_wait_for_all_links_of_a_mailbox(appeal: Appeal) -> None:
    digests = [a_link(Purpose.CONFIRM, mailbox_index="a"), a_link(Purpose.CONFIRM_CODE, mailbox_index="a")]
    for place in range(5):
        links.send(digests[place % 2], uuid.uuid4(), "0a1b2c3d", BOX)
    with pytest.raises(TooManyWaiting):
        links.send(digests[0], uuid.uuid4(), "0a1b2c3d", BOX)
    links.send(a_link(Purpose.CONFIRM, mailbox_index="b"), uuid.uuid4(), "0a1b2c3d", BOX)


@pytest.mark.usefixtures("committed")
def test_of_two_sent_at_once_only_one_is_the_fifth() -> None:
    row = factories.confirmed(factories.an_appeal())
    digests = [own_page(row), a_link(Purpose.OWN_PAGE, endorsement=row)]
    for _ in range(4):
        links.send(digests[0], uuid.uuid4(), "0a1b2c3d", BOX)
    has_sent = threading.Event()

    def send_slowly() -> str:
        with transaction.atomic():
            result = str(links.call("petition_send", digests[0], uuid.uuid4(), "0a1b2c3d", BOX))
            has_sent.set()
            time.sleep(0.5)  # in which the other one would be taken too, if it did not wait
        return result

    def send_meanwhile() -> str:
        has_sent.wait(TIMEOUT)
        return str(links.call("petition_send", digests[1], uuid.uuid4(), "0a1b2c3d", BOX))

    assert run_parallel([send_slowly, send_meanwhile]) == ["done", "full"]
    assert IntakeRow.objects.count() == 5


def test_what_was_set_apart_makes_room(appeal: Appeal) -> None:
    digest = own_page(factories.confirmed(appeal))
    rows = [_insert_row(digest) for _ in range(5)]
    assert links.call("petition_send", digest, uuid.uuid4(), "0a1b2c3d", BOX) == "full"
    IntakeRow.objects.filter(pk=rows[0].pk).update(attempts=MOST_TRIES)
    assert links.call("petition_send", digest, uuid.uuid4(), "0a1b2c3d", BOX) == "done"
    assert open_both(digest).rows[rows[0].pk] == "waiting"


def test_a_removal_code_sends_nothing(appeal: Appeal) -> None:
    digest = a_link(Purpose.REMOVAL_CODE, endorsement=factories.confirmed(appeal))
    with pytest.raises(NoSuchLink):
        links.send(digest, uuid.uuid4(), "0a1b2c3d", BOX)
    assert not IntakeRow.objects.exists()


def test_a_box_of_another_size_is_refused(appeal: Appeal) -> None:
    digest = own_page(factories.confirmed(appeal))
    with pytest.raises(IntegrityError, match="intake_box_has_a_size"), transaction.atomic():
        links.send(digest, uuid.uuid4(), "0a1b2c3d", BOX[1:])


def test_the_newest_twenty_requests_are_shown_and_what_became_of_them(appeal: Appeal) -> None:
    digest, now = own_page(factories.confirmed(appeal)), clock.now()
    rows = [_insert_row(digest, arrived_at=now - timedelta(hours=hours)) for hours in range(23)]
    _finish(rows[0])
    _finish(rows[1], "refused")
    shown = open_both(digest).rows
    assert shown.keys() == {row.pk for row in rows[:20]}
    assert [shown[row.pk] for row in rows[:3]] == ["done", "refused", "waiting"]


def test_what_was_sent_through_a_link_is_shown_for_a_day_after_its_end(appeal: Appeal) -> None:
    digest = own_page(factories.confirmed(appeal))
    row = _insert_row(digest, arrived_at=clock.now() - timedelta(hours=23))
    PrivateLink.objects.filter(digest=digest).delete()
    assert open_both(digest) == links.OpenedLink("", (), 0, {row.pk: "waiting"})
    IntakeRow.objects.update(arrived_at=clock.now() - timedelta(hours=25))
    with pytest.raises(NoSuchLink):
        links.open_link(digest)


# --- leave ---


@pytest.mark.parametrize("verb", ["hide", "withdraw"])
@pytest.mark.parametrize("purpose", [Purpose.OWN_PAGE, Purpose.REMOVAL_CODE])
def test_leaving_removes_the_name_at_once(appeal: Appeal, verb: Any, purpose: Purpose) -> None:
    row = factories.approved(appeal)
    digest = a_link(purpose, endorsement=row)
    before = Appeal.objects.get(pk=appeal.pk)
    assert links.leave(digest, verb) is True
    left, after = Endorsement.objects.get(pk=row.pk), Appeal.objects.get(pk=appeal.pk)
    assert (left.organisation_name, left.has_clear_name, left.sealed_name) == ("", False, row.sealed_name)
    assert (left.state, left.display) == (("approved", "withheld") if verb == "hide" else ("withdrawn", "named"))
    signatory = Signatory.objects.get(kind=Kind.FURTHER, number=1)
    assert (signatory.status, signatory.label, signatory.listed_on) == (Status.NO_LONGER_LISTED, "", None)
    assert (after.revision, after.as_of) == (before.revision + 1, before.as_of)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor_kind, event.subject_id, event.pk) == (verb, "contact", row.pk, left.explained_by)
    removal, follow_up = Removal.objects.latest("pk"), FollowUp.objects.get()
    assert (removal.kind, removal.reference, removal.endorsement) == (verb, "further-1", row.pk)
    assert (follow_up.verb, follow_up.endorsement_id, follow_up.at) == (verb, row.pk, event.at)


def test_an_original_can_be_hidden_and_not_withdrawn(appeal: Appeal) -> None:
    row = Endorsement.objects.get(signatory__number=1)
    digest = a_link(Purpose.OWN_PAGE, endorsement=row)
    with pytest.raises(NotPossible):
        links.leave(digest, "withdraw")
    assert links.leave(digest, "hide") is True
    assert Signatory.objects.get(number=1).status == Status.NO_LONGER_LISTED


@pytest.mark.parametrize("purpose", [one for one in Purpose if one not in (Purpose.OWN_PAGE, Purpose.REMOVAL_CODE)])
def test_no_other_link_can_leave(appeal: Appeal, purpose: Purpose) -> None:
    row = factories.approved(appeal)
    digest = a_link(purpose, endorsement=row)
    with pytest.raises(NoSuchLink):
        links.leave(digest, "withdraw")
    assert Endorsement.objects.get(pk=row.pk).state == State.APPROVED


def test_an_unconfirmed_form_cannot_leave_and_repeating_changes_nothing(appeal: Appeal) -> None:
    row, _ = factories.submitted(appeal)
    with pytest.raises(NotPossible):
        links.leave(a_link(Purpose.OWN_PAGE, endorsement=row), "hide")
    digest = own_page(factories.approved(appeal))
    for verb in ("hide", "withdraw"):
        assert links.leave(digest, verb) is True
        before = AuditEvent.objects.count(), Removal.objects.count(), FollowUp.objects.count()
        assert links.leave(digest, verb) is False
        assert (AuditEvent.objects.count(), Removal.objects.count(), FollowUp.objects.count()) == before
