"""Publish a text in another language; where there are two people, one proposes another wording and one publishes it."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from petition.actions import stale_forms
from petition.actions.appeals import publication
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.appeals.text_rows import refuse_other_blocks, settle_like
from petition.actions.audit import Actor, record
from petition.actions.refusals import SecondPersonNeeded, StatementRefused
from petition.models import Appeal, AppealText, Role, TextProposal, TextStatus, find_accounts_with_role
from petition.statements.blocks import Statement, is_marked_up, parse_blocks
from petition.statements.proposal import propose, to_statement
from petition.statements.source import SourceRefused, refuse_unreadable, tidy

MAY_PUBLISH = (Role.EDITOR, Role.ADMINISTRATOR)


def read_translation(appeal: Appeal, source: str) -> Statement:
    """Return the statement that was pasted: marked-up text, or what is proposed for plain text.

    What the proposal leaves undecided is what stands at its place in the signed text.
    """
    source = tidy(source)
    if is_marked_up(source):
        return parse_blocks(source)
    return settle_like(AppealText.objects.signed(appeal.pk), to_statement(propose(source)))


def find_refusal(appeal: Appeal, language: str, source: str) -> str:
    """Return why this text cannot be published as the appeal's text in `language`, or ""."""
    try:
        _refuse(appeal, language, source)
    except StatementRefused as error:
        return str(error)
    return ""


@transaction.atomic
def publish_new(
    appeal: Appeal, language: str, source: str, dated: date, status: TextStatus, *, by: Actor, at: datetime
) -> None:
    """Publish the first text in a language. Raises StatementRefused."""
    _refuse(appeal, language, source)
    details = describe_translation(appeal, language, dated, status)
    publication.publish_statement(read_translation(appeal, source), details, by=by, at=at)


def _refuse(appeal: Appeal, language: str, source: str) -> None:
    try:
        refuse_unreadable(source, language)
    except SourceRefused as error:
        raise StatementRefused(str(error)) from error
    statement = read_translation(appeal, source)
    publication.refuse_unsettled(statement, None if is_marked_up(source) else tidy(source), is_translation=True)
    refuse_other_blocks(AppealText.objects.signed(appeal.pk), statement)


def needs_second_person() -> bool:
    """Return whether somebody else could read a changed text before it is published."""
    return find_accounts_with_role(MAY_PUBLISH).count() > 1


@transaction.atomic
def publish_or_propose(appeal: Appeal, language: str, source: str, dated: date, *, by: Actor, at: datetime) -> bool:
    """Publish the translation in `source` and return True; where it takes two people, propose it and return False.

    A proposal replaces an earlier one. Raises StatementRefused for a text that could not be published either way.
    """
    _refuse(appeal, language, source)
    if not needs_second_person():
        _publish(appeal, language, source, dated, by=by, at=at)
        return True
    details = describe_translation(appeal, language, dated)
    publication.lock_changeable_translation(read_translation(appeal, source), details)
    fields = {"source": source, "dated": dated, "proposed_by": by.id, "proposed_at": at}
    TextProposal.objects.update_or_create(appeal=appeal, language=language, defaults=fields)
    record("propose_text", subject=appeal, by=by, at=at)
    return False


def get_version(proposal: TextProposal) -> int:
    """Return the token of the proposal as it was loaded (actions/stale_forms.py)."""
    return stale_forms.last_change_of(proposal.appeal, _proposing(proposal))


@transaction.atomic
def publish_proposal(proposal_id: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Publish the proposed text. Raises SecondPersonNeeded, StatementRefused, ChangedMeanwhile, DoesNotExist."""
    proposal = _lock_proposal(proposal_id, seen)
    if proposal.proposed_by == by.id:
        raise SecondPersonNeeded
    _publish(proposal.appeal, proposal.language, proposal.source, proposal.dated, by=by, at=at)
    proposal.delete()


@transaction.atomic
def refuse_proposal(proposal_id: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Delete the proposal; its author may do that too. Raises ChangedMeanwhile, DoesNotExist."""
    proposal = _lock_proposal(proposal_id, seen)
    record("refuse_text", subject=proposal.appeal, by=by, at=at)
    proposal.delete()


def _lock_proposal(proposal_id: int, seen: int) -> TextProposal:
    """Return the proposal, locked. Raises ChangedMeanwhile where another wording has replaced the one shown."""
    proposals = TextProposal.objects.select_for_update(of=("self",)).select_related("appeal")
    proposal = proposals.get(pk=proposal_id)
    stale_forms.refuse_if_changed(proposal.appeal, _proposing(proposal), seen=seen)
    return proposal


def _proposing(proposal: TextProposal) -> Q:
    """Return the condition for the event of this proposal: the appeal's other languages have proposals of their own."""
    return Q(verb="propose_text", at=proposal.proposed_at)


def _publish(appeal: Appeal, language: str, source: str, dated: date, *, by: Actor, at: datetime) -> None:
    details = describe_translation(appeal, language, dated)
    publication.change_translation(read_translation(appeal, source), details, by=by, at=at)


def describe_translation(
    appeal: Appeal, language: str, dated: date, status: TextStatus = TextStatus.UNOFFICIAL
) -> StatementDetails:
    """Return the details with which a text in `language` is stored beside the text that was signed."""
    return StatementDetails(appeal.slug, appeal.issuer, language, status, dated, is_demo=appeal.is_demo)
