"""The rest of the actions on one endorsement or on all: what staff and the worker do beside the decisions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from petition.actions import refusals, stale_forms
from petition.actions.audit import Actor
from petition.actions.endorsing import expiry, withheld_count
from petition.actions.endorsing.confirmation import disown_all
from petition.actions.listing import editions
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import (
    batches,
    comparisons,
    contact_access,
    decisions,
    hold,
    internal_notes,
    manual_entry,
    spelling,
    verification,
)
from petition.actions.operations import retention
from petition.actions.refusals import NotPossible
from petition.actions.self_service import disputes, follow_ups
from petition.models import Batch, BatchAction, BatchState, Contact, Dispute, Endorsement, Kind, Origin, Signatory
from petition.models.choices import Check
from petition.models.review import Verdict
from tests import factories
from tests.actions import every_action
from tests.actions.every_action import Action
from tests.factories import MODERATOR, SECOND

_ALL = [one for one in vars(refusals).values() if isinstance(one, type) and issubclass(one, Exception)]
REFUSALS: Final[tuple[type[Exception], ...]] = (
    *every_action.REFUSALS,
    *_ALL,
    Contact.DoesNotExist,
    Signatory.DoesNotExist,
)


def entry(action: Callable[..., object], *arguments: str) -> Action:
    """Do it with the public entry of the endorsement."""

    def act(endorsement: Endorsement, at: datetime) -> object:
        signatory = Endorsement.objects.get(pk=endorsement.pk).signatory
        if signatory is None:
            raise NotPossible
        return action(endorsement.appeal.slug, Kind(signatory.kind), signatory.number, *arguments, by=MODERATOR, at=at)

    return act


def staff(action: Callable[..., object], *arguments: object, by: Actor = MODERATOR, **options: Any) -> Action:
    return lambda endorsement, at: action(endorsement.pk, *arguments, by=by, at=at, **options)


def seen(action: Callable[..., object], *arguments: object) -> Action:
    """Do it on a form that was shown just now."""

    def act(endorsement: Endorsement, at: datetime) -> object:
        return action(endorsement.pk, *arguments, seen=stale_forms.newest_event(), by=MODERATOR, at=at)

    return act


def compare(endorsement: Endorsement, at: datetime) -> None:
    other = Endorsement.objects.filter(origin=Origin.FORM).exclude(pk=endorsement.pk).order_by("pk").first()
    comparisons.record_comparison(endorsement.pk, other.pk if other else 0, Verdict.SAME, by=MODERATOR, at=at)


def enter(origin: Origin) -> Action:
    def act(endorsement: Endorsement, at: datetime) -> None:
        submission = factories.a_submission(organisation_name=f"Entered {origin} {at:%d%H}")
        manual_entry.enter_endorsement(
            endorsement.appeal, submission, origin=origin, note="In the blue folder.", by=MODERATOR, at=at
        )

    return act


def finish_withdrawals(endorsement: Endorsement, at: datetime) -> None:
    for row in expiry.find_due_withdrawals(at=at):
        expiry.finish_withdrawal(row, at=at)


def raise_dispute(endorsement: Endorsement, at: datetime) -> None:
    disputes.raise_dispute(endorsement.appeal, reference="further-1", words="Not us.", mailbox="a@fund.example", at=at)


def dispute(action: Callable[..., object], *arguments: str, **options: Any) -> Action:
    def act(endorsement: Endorsement, at: datetime) -> object:
        row = Dispute.objects.order_by("-pk").first()
        if row is None:
            raise NotPossible
        try:
            return action(row.pk, *arguments, **options, by=MODERATOR, at=at)
        except Dispute.DoesNotExist:  # it is settled
            raise NotPossible from None

    return act


def settle_all(endorsement: Endorsement, at: datetime) -> None:
    disputes.settle_many(list(Dispute.objects.values_list("pk", flat=True)), by=MODERATOR, at=at)


def start_batch(action: BatchAction, reason: str = "") -> Action:
    def act(endorsement: Endorsement, at: datetime) -> None:
        numbers = Endorsement.objects.exclude(origin=Origin.IMPORTED).values_list("pk", flat=True)
        batches.start(action, list(numbers), reason=reason, by=1, at=at)

    return act


def batch(action: Callable[..., object]) -> Action:
    def act(endorsement: Endorsement, at: datetime) -> object:
        newest = Batch.objects.exclude(state=BatchState.DROPPED).order_by("-pk").first()
        if newest is None:
            raise NotPossible
        return action(newest.pk, by=2, at=at)

    return act


def freeze(endorsement: Endorsement, at: datetime) -> None:
    editions.freeze(endorsement.appeal.slug, dated=at.date(), addressee="The President", by=MODERATOR, at=at)


RESPELT = EntryProposal("Made-up Fund, respelt", "", "KG")
CHECKED = verification.CheckResult(Check.OWN_CHANNEL, member=False)
ACTIONS: Final[Mapping[str, Action]] = {
    "show": entry(decisions.show),
    "set_public_note": entry(decisions.set_public_note, "Renamed since."),
    "cancel_withdrawal": staff(decisions.cancel_withdrawal),
    "finish_withdrawal": finish_withdrawals,
    "put_on_hold": lambda endorsement, at: hold.put_on_hold([endorsement.pk], reason="many", by=MODERATOR, at=at),
    "release": lambda endorsement, at: hold.release([endorsement.pk], by=MODERATOR, at=at),
    "set_internal_note": staff(internal_notes.set_internal_note, "Called back."),
    "open_contact": staff(contact_access.open_contact),
    "record_check": seen(verification.record_check, CHECKED),
    "correct_spelling": seen(spelling.correct_spelling, RESPELT),
    "set_language": seen(spelling.set_language, "ru"),
    "record_comparison": compare,
    "enter_endorsement": enter(Origin.EMAIL),
    "enter_letter": enter(Origin.LETTER),
    "confirm_letter": staff(manual_entry.confirm_letter, by=SECOND),
    "count_withheld": staff(withheld_count.count_withheld, by=SECOND),
    "refresh_published_counts": lambda endorsement, at: withheld_count.refresh_published_counts(at=at),
    "disown_all": every_action.mailbox_link(disown_all),
    "raise_dispute": raise_dispute,
    "open_dispute": dispute(disputes.open_dispute),
    "answer_dispute": dispute(disputes.answer_dispute, "We looked.", language="en"),
    "settle_dispute": dispute(disputes.settle_dispute),
    "settle_many": settle_all,
    "approve_many": start_batch(BatchAction.APPROVE),
    "reject_many": start_batch(BatchAction.REJECT, "unsure"),
    "carry_out": batch(batches.carry_out),
    "discard": batch(batches.discard),
    "undo_batch": batch(batches.undo),
    "continue_batches": lambda endorsement, at: batches.continue_batches(),
    "freeze": freeze,
    "process_follow_ups": lambda endorsement, at: follow_ups.process_follow_ups(at=at),
    "purge": lambda endorsement, at: retention.purge(at=at),
}
