"""Triggers: what the database itself refuses, on SQLite and on PostgreSQL, also to SQL from elsewhere.

Installed after every migrate (apps.py), and a system check fails if one is missing (checks.py).
"""

import re
from dataclasses import dataclass
from typing import Literal

from django.db.backends.base.base import BaseDatabaseWrapper

from petition.models.choices import LEGAL_MOVES, Origin, State

_MOVES = ", ".join(f"'{old}>{new}'" for old, following in LEGAL_MOVES.items() for new in sorted(following))

_ALWAYS = "1 = 1"


def _differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


def _no_event(condition: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM petition_auditevent e WHERE e.id = NEW.explained_by AND {condition})"  # noqa: S608


def _real(appeal_id: str) -> str:
    """Return the condition that the appeal is real: only a demonstration may be deleted."""
    return f"NOT EXISTS (SELECT 1 FROM petition_appeal a WHERE a.id = {appeal_id} AND a.is_demo)"  # noqa: S608


@dataclass(frozen=True)
class Trigger:
    """Refuse `verb` on a row of `table` with `message` if the SQL `condition` on NEW and OLD holds."""

    name: str
    table: str
    verb: Literal["INSERT", "UPDATE", "DELETE"]
    condition: str
    message: str

    @property
    def always_refuses(self) -> bool:
        """Return whether no row may be changed so."""
        return self.condition == _ALWAYS

    @property
    def tables(self) -> set[str]:
        """Return its own table and those that its condition queries."""
        return {self.table, *re.findall(r"petition_\w+", self.condition)}

    def statements(self, vendor: str) -> list[str]:
        """Return the SQL that replaces an older version of this trigger."""
        if vendor == "sqlite":
            return [
                f"DROP TRIGGER IF EXISTS {self.name}",
                f"CREATE TRIGGER {self.name} BEFORE {self.verb} ON {self.table} FOR EACH ROW WHEN {self.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END",
            ]
        result = "OLD" if self.verb == "DELETE" else "NEW"  # PostgreSQL skips the change if NULL is returned
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.condition} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {result}; END $$",
            f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {self.verb} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


# An audit event explains one change only, so each change needs a newer event than the last.
_EARLIER_EVENT = "NEW.explained_by <= OLD.explained_by"
_WITHDRAWAL_DIFFERS = "(NEW.withdrawal_due_at IS NULL) <> (OLD.withdrawal_due_at IS NULL)"

TRIGGERS = (
    Trigger("audit_no_update", "petition_auditevent", "UPDATE", _ALWAYS, "audit events are never changed"),
    Trigger("audit_no_delete", "petition_auditevent", "DELETE", _ALWAYS, "audit events are never deleted"),
    Trigger("removal_no_update", "petition_removal", "UPDATE", _ALWAYS, "removals are never changed"),
    Trigger("removal_no_delete", "petition_removal", "DELETE", _ALWAYS, "removals are never deleted"),
    Trigger(
        "endorsement_begins",
        "petition_endorsement",
        "INSERT",
        f"NEW.state <> '{State.SUBMITTED}' AND "
        f"NOT (NEW.state = '{State.APPROVED}' AND NEW.origin = '{Origin.IMPORTED}')",
        "an endorsement begins as submitted",
    ),
    Trigger(
        "endorsement_legal_moves",
        "petition_endorsement",
        "UPDATE",
        f"NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ({_MOVES})",
        "this move is not in the table of legal moves",
    ),
    Trigger(
        "endorsement_explained",
        "petition_endorsement",
        "UPDATE",
        f"({_differs('state', 'display', 'quarantined_for')} OR {_WITHDRAWAL_DIFFERS}) AND ({_EARLIER_EVENT} OR "
        + _no_event("e.subject_kind = 'endorsement' AND e.subject_id = NEW.id")
        + ")",
        "a change of state, display, quarantine or withdrawal names its audit event",
    ),
    Trigger(
        "endorsement_being_withdrawn",
        "petition_endorsement",
        "UPDATE",
        "NEW.withdrawal_due_at IS NOT NULL AND NEW.state <> OLD.state",
        "an endorsement that is being withdrawn is decided no more",
    ),
    Trigger(
        "endorsement_binding",
        "petition_endorsement",
        "UPDATE",
        _differs("appeal_id", "text_id", "origin"),
        "an endorsement stays bound to its appeal and text",
    ),
    Trigger(
        "endorsement_no_delete",
        "petition_endorsement",
        "DELETE",
        f"OLD.confirmed_at IS NOT NULL AND {_real('OLD.appeal_id')}",
        "only an endorsement that nobody confirmed may be erased",
    ),
    Trigger(
        "signatory_insert_explained",
        "petition_signatory",
        "INSERT",
        _no_event("e.appeal_id = NEW.appeal_id"),
        "a listing names its audit event",
    ),
    Trigger(
        "signatory_update_explained",
        "petition_signatory",
        "UPDATE",
        f"{_EARLIER_EVENT} OR " + _no_event("e.appeal_id = NEW.appeal_id"),
        "a change of a listing names its audit event",
    ),
    Trigger(
        "signatory_identity",
        "petition_signatory",
        "UPDATE",
        _differs("appeal_id", "kind", "number"),
        "a signatory keeps its number",
    ),
    Trigger(
        "signatory_removed_without_changes",
        "petition_signatory",
        "UPDATE",
        "NEW.status = 'no_longer_listed' AND "
        "EXISTS (SELECT 1 FROM petition_publicchange c WHERE c.signatory_id = NEW.id)",
        "a removed line leaves no changes behind",
    ),
    Trigger(
        "publicchange_of_a_listed_line",
        "petition_publicchange",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM petition_signatory s WHERE s.id = NEW.signatory_id AND s.status = 'listed')",
        "only a listed line has changes",
    ),
    Trigger("publicchange_no_update", "petition_publicchange", "UPDATE", _ALWAYS, "a change is told as it was"),
    Trigger("signatory_no_delete", "petition_signatory", "DELETE", _real("OLD.appeal_id"), "a number is never reused"),
    Trigger(
        "text_no_update",
        "petition_appealtext",
        "UPDATE",
        _differs(
            "appeal_id", "language", "version", "status", "dated", "dated_as_printed",
            "title", "blocks", "preamble", "closing", "background", "sha256",
        )
        + " OR OLD.published_at IS NOT NULL",
        "the text is the text",
    ),
    Trigger("text_no_delete", "petition_appealtext", "DELETE", _real("OLD.appeal_id"), "the text is the text"),
    Trigger("demand_no_update", "petition_demand", "UPDATE", _ALWAYS, "the text is the text"),
    Trigger(
        "demand_no_delete",
        "petition_demand",
        "DELETE",
        _real("(SELECT t.appeal_id FROM petition_appealtext t WHERE t.id = OLD.text_id)"),
        "the text is the text",
    ),
    Trigger(
        "demand_no_late_insert",
        "petition_demand",
        "INSERT",
        "EXISTS (SELECT 1 FROM petition_appealtext t WHERE t.id = NEW.text_id AND t.published_at IS NOT NULL)",
        "the text is the text",
    ),
    Trigger(
        "appeal_only_grows",
        "petition_appeal",
        "UPDATE",
        "NEW.last_number < OLD.last_number OR NEW.revision - OLD.revision < NEW.last_number - OLD.last_number "
        f"OR {_differs('is_demo')}",
        "revision and last number only grow, each number is a revision, and what is real stays real",
    ),
    Trigger("edition_no_update", "petition_edition", "UPDATE", _ALWAYS, "what was delivered is never changed"),
    Trigger(
        "edition_no_delete",
        "petition_edition",
        "DELETE",
        _real("OLD.appeal_id"),
        "what was delivered keeps its address",
    ),
)  # fmt: skip


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create or replace every trigger whose tables exist."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in TRIGGERS:
            if trigger.tables <= tables:
                for statement in trigger.statements(connection.vendor):
                    cursor.execute(statement)


def remove_triggers(connection: BaseDatabaseWrapper) -> None:
    """Drop all triggers, so that migrations can remake tables and update rows."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in TRIGGERS:
            if trigger.table in tables:
                of_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{of_table}")


def find_missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are missing although their tables exist."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [trigger.name for trigger in TRIGGERS if trigger.tables <= tables and trigger.name not in present]
