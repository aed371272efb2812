"""What the public process does with the private link to a locked text: read it."""

import json
from datetime import date
from typing import Any, Final

from django.db import connection

from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.refusals import NoSuchLink
from petition.models import AppealDraft, TextStatus
from petition.models.database.link_sql.read_draft import DRAFT_FIELDS
from petition.security.tokens import hash_token
from petition.statements.blocks import Block, BlockKind, Statement

LINK_PURPOSE: Final = "draft"
"""Keeps a token of another link from opening a draft, and the other way round."""


def read_locked_text(token: str) -> tuple[Statement, StatementDetails]:
    """Return the statement that this link opens. Raises NoSuchLink.

    On PostgreSQL it is read by a function of the database, as the public login has no right to the table of drafts.
    """
    row = _read_row(hash_token(token, LINK_PURPOSE))
    if row is None:
        raise NoSuchLink
    statement = Statement(tuple(Block(BlockKind(block["kind"]), block["text"]) for block in row["blocks"]))
    dated = date.fromisoformat(str(row["dated"])) if row["dated"] else statement.dated
    if dated is None:  # lock() refuses a text without a date
        raise NoSuchLink
    addressees = tuple(row["addressees"])
    return statement, StatementDetails(
        row["slug"], row["issuer"], row["language"], TextStatus.OFFICIAL, dated, addressees=addressees
    )


def _read_row(digest: str) -> dict[str, Any] | None:
    if connection.vendor != "postgresql":
        locked = AppealDraft.objects.filter(link_digest=digest, locked_at__isnull=False)
        fields: dict[str, Any] | None = locked.values(*DRAFT_FIELDS).first()
        return fields
    with connection.cursor() as cursor:
        cursor.execute("SELECT petition_read_draft(%s)", [digest])
        (content,) = cursor.fetchone() or (None,)
    row: dict[str, Any] | None = json.loads(content) if isinstance(content, str) else content
    return row
