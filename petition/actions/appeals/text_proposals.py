"""A published translation is changed by two people where there are two: one proposes the wording, another publishes."""

from datetime import date, datetime

from django.db import transaction

from petition.actions.appeals import publication
from petition.actions.audit import Actor, record
from petition.models import Appeal, Role, TextProposal, TextStatus, holders
from petition.statements import read_statement

MAY_AGREE = (Role.EDITOR, Role.ADMINISTRATOR)


class OwnProposal(Exception):
    """Whoever proposed it is not the second person."""


def needs_second_person() -> bool:
    """Whether somebody else could look at a changed text before it is published."""
    return holders(MAY_AGREE).count() > 1


@transaction.atomic
def change(slug: str, language: str, source: str, dated: date, *, by: Actor, at: datetime) -> bool:
    """The translation reads as `source` does; False when that is proposed, in place of an earlier proposal.

    Raises appeals.Refused for a text that could not be published either way.
    """
    appeal = Appeal.objects.get(slug=slug)
    if not needs_second_person():
        _publish(appeal, language, source, dated, by=by, at=at)
        return True
    publication.refuse_change(read_statement(source), edition_of(appeal, language, dated))
    wanted = {"source": source, "dated": dated, "proposed_by": by.id, "proposed_at": at}
    TextProposal.objects.update_or_create(appeal=appeal, language=language, defaults=wanted)
    record("propose_text", subject=appeal, by=by, at=at)
    return False


@transaction.atomic
def agree(proposal_id: int, *, seen: str, by: Actor, at: datetime) -> None:
    """The text proposed at the moment `seen` is published. Raises OwnProposal, appeals.Refused, DoesNotExist."""
    proposal = _locked(proposal_id, seen)
    if proposal.proposed_by == by.id:
        raise OwnProposal
    _publish(proposal.appeal, proposal.language, proposal.source, proposal.dated, by=by, at=at)
    proposal.delete()


@transaction.atomic
def refuse(proposal_id: int, *, seen: str, by: Actor, at: datetime) -> None:
    """The text stays as it is, by whoever proposed it or another. Raises DoesNotExist."""
    proposal = _locked(proposal_id, seen)
    record("refuse_text", subject=proposal.appeal, by=by, at=at)
    proposal.delete()


def _locked(proposal_id: int, seen: str) -> TextProposal:
    """The proposal as it was looked at; one that took its place meanwhile is not there."""
    proposals = TextProposal.objects.select_for_update(of=("self",)).select_related("appeal")
    proposal = proposals.get(pk=proposal_id)
    if proposal.proposed_at.isoformat() != seen:
        raise TextProposal.DoesNotExist
    return proposal


def _publish(appeal: Appeal, language: str, source: str, dated: date, *, by: Actor, at: datetime) -> None:
    publication.change_translation(read_statement(source), edition_of(appeal, language, dated), by=by, at=at)


def edition_of(
    appeal: Appeal, language: str, dated: date, status: TextStatus = TextStatus.UNOFFICIAL
) -> publication.Edition:
    """How a text in `language` is entered beside the text that was signed."""
    return publication.Edition(appeal.slug, appeal.issuer, language, status, dated, is_demo=appeal.is_demo)
