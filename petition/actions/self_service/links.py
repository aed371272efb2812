"""What the public process does with private links: open one, leave at once, send a request for the worker.

On PostgreSQL each is one statement that executes a function of the database (models/database/link_functions.py), which
is all that the public process may do there. On SQLite links_on_sqlite.py does the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from django.db import connection

from petition.actions.refusals import NoSuchLink, NotPossible, TooManyWaiting
from petition.models.choices import Display, State
from petition.models.database.link_sql.open_link import MOMENTS
from petition.models.database.replication import WRITE_TO_LOG, require_replicated
from petition.publishing.entry_text import format_named_entry
from petition.text.references import format_reference

LeavingVerb = Literal["hide", "withdraw"]


@dataclass(frozen=True)
class LinkedEndorsement:
    """What the visitor who opened a link may see of an endorsement."""

    fingerprint: str
    reference_word: str
    appeal: int  # the number of the appeal
    slug: str
    text: int  # the number of the text
    state: str
    display: str
    origin: str
    language: str
    wording_version: str
    # '' unless the name is in clear columns
    organisation_name: str
    acronym: str
    countries: str
    label: str
    countries_as_printed: str
    # Of the public entry: '', None and False without one.
    signatory_kind: str
    signatory_number: int | None
    is_listed: bool
    submitted_at: datetime
    asked_at: datetime | None
    confirmed_at: datetime | None
    decided_at: datetime | None
    returned_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_due_at: datetime | None
    name_again_at: datetime | None
    authority_at: datetime | None
    consent_processing_at: datetime | None
    consent_publication_at: datetime | None
    has_contact: bool
    question: str  # the one that waits for an answer, or ''
    correction_waits: bool

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Self:
        moments = {name: datetime.fromisoformat(form[name]) for name in MOMENTS if form[name]}
        return cls(**{field.name: form[field.name] for field in fields(cls)} | moments)

    @property
    def has_clear_name(self) -> bool:
        """Return whether its name may be shown: it is named, and has not withdrawn."""
        return bool(self.organisation_name)

    @property
    def entry_text(self) -> str:
        """Return the entry as it is or would be printed; '' if the name may not be shown."""
        name = (self.organisation_name, self.acronym, self.countries)
        return format_named_entry(*name, label=self.label, as_printed=self.countries_as_printed)

    @property
    def reference(self) -> str:
        """Return the public reference, such as `further-12`; '' if it never had a public entry."""
        return format_reference(self.signatory_kind, self.signatory_number) if self.signatory_number else ""

    def get_state_display(self) -> str:
        """Return the name of the state in the active language."""
        return str(State(self.state).label)

    def get_display_display(self) -> str:
        """Return in the active language whether it is named."""
        return str(Display(self.display).label)


@dataclass(frozen=True)
class OpenedLink:
    """What a link opens.

    `purpose` is '' if the link is gone, and a request was sent through it within the last day. `forms` is the one
    endorsement that it opens, or for the link of a mailbox the newest forms that wait for it; of those there are
    `waiting`, and if none waits it is the latest endorsement. `rows` tells of the newest requests sent through it:
    by id "waiting", "done" or "refused".
    """

    purpose: str
    forms: tuple[LinkedEndorsement, ...]
    waiting: int
    rows: dict[UUID, str]


def open_link(digest: str) -> OpenedLink:
    """Return what the link or code with this digest opens. Raises NoSuchLink."""
    opened = call("petition_open", digest)
    if opened is None:
        raise NoSuchLink
    forms = tuple(LinkedEndorsement.from_json(form) for form in opened["forms"])
    rows = {UUID(row): outcome for row, outcome in opened["rows"].items()}
    return OpenedLink(opened["purpose"], forms, opened["waiting"], rows)


def leave(digest: str, verb: LeavingVerb) -> bool:
    """Hide or withdraw the endorsement of this link to its own page, or removal code; return whether anything changed.

    Takes effect immediately; the worker then tells the contact. Raises NoSuchLink, NotPossible.
    """
    result = call("petition_leave", digest, verb)
    if result == "unknown":
        raise NoSuchLink
    if result == "refused":
        raise NotPossible
    return bool(result == "done")


def send(digest: str, row_id: UUID, key_id: str, box: bytes) -> None:
    """Store a request that came through this link, encrypted in `box`, for the worker. The same id again is the same.

    Raises NoSuchLink, also for a removal code, and TooManyWaiting.
    """
    result = call("petition_send", digest, row_id, key_id, box)
    if result == "unknown":
        raise NoSuchLink
    if result == "full":
        raise TooManyWaiting


def call(function: str, *arguments: str | UUID | bytes) -> Any:
    """Return the result of one of the three functions: a word, or what JSON stands for."""
    if connection.vendor != "postgresql":
        from petition.actions.self_service import links_on_sqlite  # imports much that the public process must not need

        return links_on_sqlite.FUNCTIONS[function](*arguments)
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        if function == "petition_open":
            cursor.execute(f"SELECT {function}({marks})", arguments)
            (result,) = cursor.fetchone()
            return json.loads(result) if result else result
        # With the note, also the repeat of what is done already waits for a second machine.
        cursor.execute(f"SELECT {function}({marks}), {WRITE_TO_LOG}", arguments)
        result, _ = cursor.fetchone()
    require_replicated()
    return result
