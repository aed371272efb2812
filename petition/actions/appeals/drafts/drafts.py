"""The life of an appeal before it is public: a draft that editors change, a locked text, and its publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from petition.actions.appeals import publication
from petition.actions.appeals.drafts.locked_texts import LINK_PURPOSE
from petition.actions.appeals.publication import MAX_NAME_LENGTH
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.appeals.suggestions import find_issuer, suggest_slug
from petition.actions.appeals.text_rows import build_text
from petition.actions.audit import Actor, record_for
from petition.actions.refusals import (
    DraftChanged,
    DraftLocked,
    DraftNotLocked,
    SecondPersonNeeded,
    SlugTaken,
    StatementRefused,
)
from petition.models import Appeal, AppealDraft, Role, TextStatus, find_accounts_with_role
from petition.security.tokens import generate_token, hash_token
from petition.statements.blocks import Block, BlockKind, Statement
from petition.statements.proposal import Proposed, propose, to_statement
from petition.statements.source import refuse_unreadable, tidy

_MAY_PUBLISH: Final = (Role.EDITOR,)


@dataclass(frozen=True)
class DraftDetails:
    """What the statement itself does not say."""

    slug: str
    issuer: str
    addressees: tuple[str, ...]
    dated: date | None


@transaction.atomic
def create_draft(source: str, language: str, *, by: Actor, at: datetime) -> AppealDraft:
    """Return a new draft with the blocks that are proposed for the source. Raises SourceRefused."""
    source = tidy(source)
    refuse_unreadable(source, language)
    proposed = propose(source)
    statement = to_statement(proposed)
    draft = AppealDraft.objects.create(
        slug=_find_free_slug(suggest_slug(statement)),
        issuer=_find_issuer(statement),
        language=language,
        dated=statement.dated,
        source=source,
        blocks=[_to_row(one) for one in proposed],
        created_at=at,
        changed_at=at,
    )
    record_for("draft", draft.pk, "create_draft", by=by, at=at)
    return draft


@transaction.atomic
def save_details(draft_id: int, details: DraftDetails, *, seen: int, by: Actor, at: datetime) -> None:
    """Save the details. Raises SlugTaken, DraftLocked, DraftChanged, DoesNotExist."""
    draft = _lock_draft(draft_id, seen)
    if details.slug != draft.slug and _is_taken(details.slug):
        raise SlugTaken
    draft.slug, draft.issuer, draft.dated = details.slug, details.issuer, details.dated
    draft.addressees = list(details.addressees)
    _save(draft, "change_draft", by=by, at=at)


@transaction.atomic
def save_blocks(
    draft_id: int, first: int, replaced: int, blocks: Sequence[Block], *, seen: int, by: Actor, at: datetime
) -> None:
    """Replace the `replaced` blocks from index `first` by `blocks`. Raises DraftLocked, DraftChanged, DoesNotExist."""
    draft = _lock_draft(draft_id, seen)
    old = draft.blocks[first : first + replaced]
    draft.blocks[first : first + replaced] = _keep_lines(old, blocks)
    _save(draft, "change_draft", by=by, at=at)


@transaction.atomic
def lock(draft_id: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Fix the text and its hash. Raises StatementRefused, DraftLocked, DraftChanged, DoesNotExist."""
    draft = _lock_draft(draft_id, seen)
    statement = read_statement(draft)
    publication.refuse_unsettled(statement, draft.source, is_translation=False)
    details = describe(draft)
    publication.refuse_odd_details(details)
    draft.locked_at, draft.sha256 = at, build_text(statement, details).sha256
    _save(draft, "lock_draft", by=by, at=at)


@transaction.atomic
def unlock(draft_id: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Let the text be changed again; its private link ends. Raises DraftNotLocked, DraftChanged, DoesNotExist."""
    draft = _lock_draft(draft_id, seen, is_locked=True)
    draft.locked_at, draft.sha256, draft.link_digest, draft.proposed_by = None, "", "", None
    _save(draft, "unlock_draft", by=by, at=at)


@transaction.atomic
def issue_draft_link(draft_id: int, *, seen: int, by: Actor, at: datetime) -> str:
    """Return the token of a new private link to the locked text; the link before it ends.

    Raises DraftNotLocked, DraftChanged, DoesNotExist.
    """
    draft = _lock_draft(draft_id, seen, is_locked=True)
    token = generate_token()
    draft.link_digest = hash_token(token, LINK_PURPOSE)
    _save(draft, "link_draft", by=by, at=at)
    return token


@transaction.atomic
def publish_or_propose(draft_id: int, *, seen: int, by: Actor, at: datetime) -> bool:
    """Publish the locked draft and return True; where it takes two editors, propose it and return False.

    Raises SecondPersonNeeded for who has proposed it, StatementRefused, DraftNotLocked, DraftChanged, DoesNotExist.
    """
    draft = _lock_draft(draft_id, seen, is_locked=True)
    if needs_second_person():
        if draft.proposed_by is None:
            draft.proposed_by = by.id
            _save(draft, "propose_draft", by=by, at=at)
            return False
        if draft.proposed_by == by.id:
            raise SecondPersonNeeded
    publication.publish_statement(read_statement(draft), describe(draft), by=by, at=at, source=draft.source)
    draft.delete()
    return True


@transaction.atomic
def delete_draft(draft_id: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Delete the draft. Raises DraftChanged, DoesNotExist."""
    draft = _lock_draft(draft_id, seen, is_locked=None)
    record_for("draft", draft.pk, "delete_draft", by=by, at=at)
    draft.delete()


def needs_second_person() -> bool:
    """Return whether another editor could publish what one has locked."""
    return find_accounts_with_role(_MAY_PUBLISH).count() > 1


def read_statement(draft: AppealDraft) -> Statement:
    """Return the draft's blocks as a statement."""
    return Statement(tuple(Block(BlockKind(row["kind"]), row["text"]) for row in draft.blocks))


def describe(draft: AppealDraft) -> StatementDetails:
    """Return the details with which the draft is published."""
    dated = draft.dated or read_statement(draft).dated
    if dated is None:
        raise StatementRefused("The text has no date that can be read: enter it.")
    return StatementDetails(
        draft.slug, draft.issuer, draft.language, TextStatus.OFFICIAL, dated, addressees=tuple(draft.addressees)
    )


def _lock_draft(draft_id: int, seen: int, *, is_locked: bool | None = False) -> AppealDraft:
    draft = AppealDraft.objects.select_for_update().get(pk=draft_id)
    if draft.changes != seen:
        raise DraftChanged
    if is_locked is False and draft.locked_at:
        raise DraftLocked
    if is_locked and not draft.locked_at:
        raise DraftNotLocked
    return draft


def _save(draft: AppealDraft, verb: str, *, by: Actor, at: datetime) -> None:
    draft.changes += 1
    draft.changed_at = at
    draft.save()
    record_for("draft", draft.pk, verb, by=by, at=at)


def _to_row(one: Proposed) -> dict[str, Any]:
    return {"kind": one.block.kind.value, "text": one.block.text, "line": one.line, "doubt": one.doubt}


def _keep_lines(old: list[dict[str, Any]], blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return the new rows, each with the line and doubt of the old row that it stands for."""
    rows, line = [], old[0]["line"] if old else 0
    for at, block in enumerate(blocks):
        before = old[at] if at < len(old) else {}
        line = before.get("line", line)
        doubt = before.get("doubt", "") if block.kind == BlockKind.UNDECIDED else ""
        rows.append({"kind": block.kind.value, "text": block.text, "line": line, "doubt": doubt})
    return rows


def _find_issuer(statement: Statement) -> str:
    """Return the issuer that the text names; "" where that is longer than a name may be."""
    issuer = find_issuer(statement)
    return issuer if len(issuer) <= MAX_NAME_LENGTH else ""


def _is_taken(slug: str) -> bool:
    return AppealDraft.objects.filter(slug=slug).exists() or Appeal.objects.filter(slug=slug).exists()


def _find_free_slug(slug: str) -> str:
    """Return the slug, or with a number behind it where it is taken."""
    number = 2
    free = slug
    while _is_taken(free):
        free, number = f"{slug[:45]}-{number}", number + 1
    return free
