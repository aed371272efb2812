"""The promises hold after each of many actions in random order, repeated ones included."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from petition.actions.endorsing import confirmation
from petition.actions.intake import accept
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions, undo
from petition.actions.operations import retention
from petition.actions.refusals import (
    AlreadyDecided,
    EndorsedAgain,
    MailboxNotConfirmed,
    NoSuchLink,
    NothingToUndo,
    NotPossible,
    TooLateToUndo,
)
from petition.models import Appeal, AuditEvent, Display, Endorsement, Kind, OutgoingMail, Signatory, State, Status
from petition.models.choices import ACTIVE
from petition.models.endorsements import NAME_FIELDS
from petition.models.signatories import PRINTED_FIELDS
from petition.security.encryption import decrypt_column
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.appeals.test_publish_statement import published
from tests.factories import MODERATOR, NOON, token_in

pytestmark = [pytest.mark.long, pytest.mark.both_databases]
FULL = bool(os.environ.get("EVIDENCE_FULL"))

STATE_AFTER = {
    "submit": State.SUBMITTED,
    "confirm": State.CONFIRMED,
    "approve": State.APPROVED,
    "reject": State.REJECTED,
    "reopen": State.CONFIRMED,
    "revoke": State.CONFIRMED,
    "withdraw": State.WITHDRAWN,
}
DECISIONS: dict[str, Callable[..., Endorsement]] = {
    name: getattr(decisions, name) for name in ("approve", "reject", "reopen", "revoke")
} | {"withdraw": factories.withdraw_for_good}
POSSIBLE = {
    State.SUBMITTED: ["reject"],
    State.CONFIRMED: ["reject", "approve"],
    State.APPROVED: ["revoke", "revoke", "withdraw"],
    State.REJECTED: ["reopen"],
    State.RETURNED: [],
    State.WITHDRAWN: [],
}
NEWEST_FIRST = st.integers(0, 5)
T = TypeVar("T")


def choose(rows: Sequence[T], which: int) -> T:
    """Return one of the newest."""
    return rows[-1 - which % len(rows)]


class Actions(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.to_be_undone = transaction.atomic()
        self.to_be_undone.__enter__()
        self.appeal = Appeal.objects.get()
        self.now = NOON
        self.digests: list[str] = []
        self.revision = 0
        self.numbers: dict[int, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.to_be_undone.__exit__(None, None, None)

    @rule(days=st.integers(1, 5))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(
        name=st.sampled_from(["Made-up Fund", "MADE-UP «Fund»"]),  # the same organisation
        mailbox=st.sampled_from(["asel@fund.example", "aibek@fund.example"]),
        website=st.sampled_from(["", "https://fund.example"]),
        display=st.sampled_from([Display.NAMED, Display.NAMED, Display.WITHHELD]),
        and_confirm=st.sampled_from([True, True, False]),
    )
    def submit(self, name: str, mailbox: str, website: str, display: str, and_confirm: bool) -> None:
        submission = replace(
            factories.SUBMISSION, organisation_name=name, contact_email=mailbox, website=website, display=display
        )
        rows = Endorsement.objects.count()
        accept.submit(self.appeal, submission, at=self.now)
        assert Endorsement.objects.count() - rows in (0, 1)
        mailbox_mails.queue_due_mails(at=self.now)
        for mail in OutgoingMail.objects.owed().filter(message="confirm_mailbox"):
            self.digests.append(hash_token(token_in(decrypt_column(mail, "sealed_content")), "confirm"))
            OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=self.now, sealed_address="", sealed_content="")
            if and_confirm:
                self.press(confirmation.confirm, self.digests[-1])

    def press(self, action: Callable[..., T], digest: str) -> T:
        """Confirm or disown the newest form that this link opens."""
        forms = confirmation.find_waiting_forms(digest, at=self.now).forms
        return action(digest, form=forms[0].fingerprint if forms else "", at=self.now)

    @precondition(lambda self: self.digests)
    @rule(which=NEWEST_FIRST)
    def confirm(self, which: int) -> None:
        try:
            endorsement = self.press(confirmation.confirm, choose(self.digests, which))
        except NoSuchLink:
            return
        assert endorsement.state != State.SUBMITTED

    @precondition(lambda self: self.digests)
    @rule(which=NEWEST_FIRST)
    def disown(self, which: int) -> None:
        try:
            self.press(confirmation.disown, choose(self.digests, which))
        except NoSuchLink:
            pass

    @rule()
    def list_all_that_wait(self) -> None:
        for waiting in Endorsement.objects.filter(state=State.CONFIRMED):
            decisions.approve(waiting.pk, by=MODERATOR, at=self.now)

    @rule(which=NEWEST_FIRST, what=st.integers(0, 4))
    def decide_what_is_to_be_decided(self, which: int, what: int) -> None:
        endorsement = choose(list(Endorsement.objects.order_by("pk")), which)
        possible = POSSIBLE[State(endorsement.state)]
        if possible:
            self.decide(endorsement, possible[what % len(possible)])

    @rule(which=NEWEST_FIRST, name=st.sampled_from(sorted(DECISIONS)))
    def decide_anything(self, which: int, name: str) -> None:
        self.decide(choose(list(Endorsement.objects.order_by("pk")), which), name)

    def decide(self, endorsement: Endorsement, name: str) -> None:
        events = AuditEvent.objects.count()
        try:
            decided = DECISIONS[name](endorsement.pk, by=MODERATOR, at=self.now)
        except (AlreadyDecided, MailboxNotConfirmed, EndorsedAgain, NotPossible):
            assert Endorsement.objects.get(pk=endorsement.pk).state == endorsement.state
            assert AuditEvent.objects.count() == events
        else:
            assert decided.state == STATE_AFTER[name]
            assert AuditEvent.objects.count() == events + 1

    @rule(which=NEWEST_FIRST)
    def undo(self, which: int) -> None:
        endorsement = choose(list(Endorsement.objects.order_by("pk")), which)
        events = AuditEvent.objects.count()
        try:
            undo.undo_decision(endorsement.pk, by=MODERATOR, at=self.now)
        except (NothingToUndo, TooLateToUndo, AlreadyDecided, EndorsedAgain):
            assert AuditEvent.objects.count() == events
        else:
            assert AuditEvent.objects.count() == events + 1

    @rule(which=NEWEST_FIRST)
    def hide(self, which: int) -> None:
        signatory = choose(list(Signatory.objects.order_by("pk")), which)
        decisions.hide(self.appeal.slug, Kind(signatory.kind), signatory.number, by=MODERATOR, at=self.now)

    @rule()
    def purge(self) -> None:
        retention.purge(at=self.now)
        late = Endorsement.objects.filter(state=State.SUBMITTED, asked_at__lte=self.now - timedelta(days=7))
        owed = OutgoingMail.objects.owed().exclude(mailbox_index="").values("mailbox_index")
        assert not late.exclude(mailbox_index__in=owed).exists(), "except those that were requested again"

    @invariant()
    def numbers_run_from_1_to_the_last(self) -> None:
        appeal = Appeal.objects.get()
        numbers = Signatory.objects.of_kind(Kind.FURTHER).order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, appeal.last_number + 1))
        assert appeal.revision >= self.revision
        self.revision = appeal.revision

    @invariant()
    def numbers_are_kept(self) -> None:
        numbered = Endorsement.objects.filter(signatory__isnull=False)
        numbers = dict(numbered.values_list("pk", "signatory__number"))
        assert self.numbers.items() <= numbers.items()
        self.numbers = numbers

    @invariant()
    def an_entry_is_listed_exactly_when_its_endorsement_is_approved_and_named(self) -> None:
        for row in Endorsement.objects.select_related("signatory"):
            signatory = row.signatory
            is_public = row.state == State.APPROVED and row.display == Display.NAMED
            assert bool(signatory and signatory.status == Status.LISTED) == is_public
            if signatory and not is_public:
                assert {getattr(signatory, field) for field in PRINTED_FIELDS} == {""}

    @invariant()
    def the_name_is_encrypted_and_in_clear_only_while_it_is_named(self) -> None:
        for row in Endorsement.objects.all():
            name = decrypt_column(row, "sealed_name")
            assert name["organisation_name"]
            ends = row.state == State.WITHDRAWN or row.withdrawal_due_at is not None
            is_clear = row.display == Display.NAMED and not ends
            assert {field: getattr(row, field) for field in NAME_FIELDS} == (
                name if is_clear else dict.fromkeys(NAME_FIELDS, "")
            )
            assert is_clear or row.folded == ""

    @invariant()
    def the_audit_log_leads_to_each_state(self) -> None:
        present = dict(Endorsement.objects.values_list("pk", "state"))
        imported = Endorsement.objects.filter(origin="imported").values_list("pk", flat=True)
        states = {pk: [State.APPROVED] for pk in imported}
        events = AuditEvent.objects.filter(subject_kind="endorsement").order_by("pk")
        for pk, verb, reason in events.values_list("subject_id", "verb", "reason"):
            assert pk is not None
            if verb == "erase":
                assert states.pop(pk)[-1] in (State.SUBMITTED, State.REJECTED, State.WITHDRAWN)
            elif verb == "undo" and reason != "hide":
                states[pk].pop()
            elif verb not in ("hide", "undo", "erase_contact"):
                states.setdefault(pk, []).append(STATE_AFTER[verb])
        assert {pk: history[-1] for pk, history in states.items()} == present

    @invariant()
    def at_most_one_is_active_for_each_mailbox_and_name(self) -> None:
        active = Endorsement.objects.filter(state__in=ACTIVE, origin="form").values_list("mailbox_index", "name_index")
        for _, same in groupby(sorted(active), key=itemgetter(0, 1)):
            assert len(list(same)) == 1


@pytest.mark.django_db
def test_all_rules_hold_in_any_order_of_actions() -> None:
    published(factories.statement(signatories=2))
    run_state_machine_as_test(
        Actions,
        settings=settings(
            max_examples=(60 if FULL else 25) if connection.vendor == "sqlite" else 10,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
