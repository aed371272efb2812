"""Every column is classified as public, encrypted, private for a reason, or technical; a new column fails here.

Public is what publishing/queries.py returns: each column of each table that it reads is changed to see whether the
result changes.
"""

import inspect
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from petition.actions.operations.key_rotation import get_encrypted_columns
from petition.models import (
    Appeal,
    AppealText,
    Demand,
    Edition,
    PublicChange,
    Signatory,
    SiteState,
    TimelineEntry,
    TimelineText,
)
from petition.models.database.triggers import TRIGGERS
from petition.models.signatories import PRINTED_FIELDS
from petition.publishing import demonstrations, queries, search
from petition.publishing.public_records import NotPublished
from petition.publishing.records import editions
from petition.publishing.search import SearchQuery
from tests import factories
from tests.factories import NOON, SLUG
from tests.models.rows import SHA256, a_demand, a_draft, a_signatory, a_timeline_entry, an_edition

PUBLIC, SEALED, TECHNICAL = "public", "sealed", "technical"


class Private(str):
    """Readable in the database, never outside; the text says why it is not encrypted."""


WHAT_IS_CHECKED = Private("the secretariat reads it to check and list; emptied or encrypted when nobody may read it")
LOOKED_UP = Private("keyed hash, so that it is found without being read")
BUCKET = Private("16 bits of a keyed hash of the network, which some 256 networks share; erased after a week")
WHEN = Private("a time that decisions, retention or proof of consent need; identifies nobody")
ARRIVAL = Private("how it was sent, in codes that identify nobody; evidence for the moderator")
STATE = Private("what the actions decide by; identifies nobody")
STAFF = Private("ids of staff accounts, as in the audit log")
NOT_YET = Private("the text of an appeal, which becomes public; the public login may not read the table")

COLUMNS: dict[str, dict[str, str]] = {
    "Appeal": {
        **dict.fromkeys(
            ("slug", "issuer", "issued_on", "is_demo", "revision", "as_of", "withheld_total", "last_number"),
            PUBLIC,
        ),
        **dict.fromkeys(("addressees", "opens_at", "closes_at", "time_zone", "closes_for"), PUBLIC),
        **dict.fromkeys(("published_at", "archived_at", "taken_down_at"), PUBLIC),  # as the phase
        "withheld_checks": PUBLIC,
        "withheld_as_of": STATE,
        "revised_at": WHEN,
        "id": TECHNICAL,
    },
    "AppealText": {
        **dict.fromkeys(("language", "version", "status", "dated", "dated_as_printed", "title", "sha256"), PUBLIC),
        **dict.fromkeys(("blocks", "preamble", "closing", "background", "published_at"), PUBLIC),
        **dict.fromkeys(("id", "appeal_id"), TECHNICAL),
    },
    "Edition": {
        **dict.fromkeys(("dated", "addressee", "frozen_at", "last_number", "not_listed", "withheld"), PUBLIC),
        **dict.fromkeys(("id", "appeal_id"), TECHNICAL),
    },
    "TimelineEntry": {
        **dict.fromkeys(("kind", "dated", "addressee", "link", "corrected_on"), PUBLIC),
        "id": PUBLIC,  # by which the page links to an entry
        **dict.fromkeys(("appeal_id", "edition_id"), TECHNICAL),
    },
    "TimelineText": {"language": PUBLIC, "body": PUBLIC, "id": TECHNICAL, "entry_id": TECHNICAL},
    "AppealDraft": {
        **dict.fromkeys(("slug", "issuer", "addressees", "language", "dated", "source", "blocks"), NOT_YET),
        **dict.fromkeys(("created_at", "changed_at", "locked_at"), WHEN),
        "link_digest": LOOKED_UP,
        "proposed_by": STAFF,
        **dict.fromkeys(("id", "changes", "sha256"), TECHNICAL),
    },
    "PutBackProposal": {
        "proposed_by": STAFF,
        "proposed_at": WHEN,
        **dict.fromkeys(("id", "appeal_id"), TECHNICAL),
    },
    "BulkUpload": {
        "sealed_note": SEALED,
        "origin": ARRIVAL,
        **dict.fromkeys(("created_by", "started_by"), STAFF),
        **dict.fromkeys(("created_at", "started_at"), WHEN),
        **dict.fromkeys(("id", "uid", "appeal_id"), TECHNICAL),
    },
    "BulkRow": {
        "sealed_fields": SEALED,
        "match_key": LOOKED_UP,
        "outcome": STATE,
        "alike": Private("numbers of other endorsements, each with a code that says in what it is alike"),
        **dict.fromkeys(("id", "uid", "upload_id", "endorsement_id", "number"), TECHNICAL),
    },
    "Demand": {"number": PUBLIC, "body": PUBLIC, "id": TECHNICAL, "text_id": TECHNICAL},
    "Signatory": {
        **dict.fromkeys(("kind", "number", "status", "label", "name", "acronym", "countries"), PUBLIC),
        **dict.fromkeys(("countries_as_printed", "language", "member", "listed_on", "note", "noted_on"), PUBLIC),
        **dict.fromkeys(("folded", "latin"), PUBLIC),  # the printed line again, for the search
        "checked_how": PUBLIC,  # in totals
        **dict.fromkeys(("id", "appeal_id", "explained_by"), TECHNICAL),
    },
    "PublicChange": {
        **dict.fromkeys(("what", "on", "old_label"), PUBLIC),
        **dict.fromkeys(("id", "signatory_id"), TECHNICAL),
    },
    "Endorsement": {
        **dict.fromkeys(("organisation_name", "acronym", "countries", "label"), WHAT_IS_CHECKED),
        **dict.fromkeys(("countries_as_printed", "website", "member_claimed", "name_language"), WHAT_IS_CHECKED),
        **dict.fromkeys(("member_confirmed", "checked_how", "folded", "vouched_by_id"), WHAT_IS_CHECKED),
        "sealed_check_note": SEALED,
        **dict.fromkeys(("looks_index", "sounds_index"), LOOKED_UP),
        "weighed_at": WHEN,
        "domain_index": LOOKED_UP,
        "network_index": BUCKET,
        "reference_word": Private("three syllables that page and mail show; say nothing of the form"),
        **dict.fromkeys(("hints", "seconds_to_fill", "quarantined_for"), ARRIVAL),
        **dict.fromkeys(("sealed_name", "sealed_note", "sealed_listing"), SEALED),
        **dict.fromkeys(("name_index", "mailbox_index", "fingerprint"), LOOKED_UP),
        **dict.fromkeys(("state", "display", "origin", "language", "wording_version"), STATE),
        **dict.fromkeys(("authority_at", "consent_processing_at", "consent_publication_at", "submitted_at"), WHEN),
        "asked_at": WHEN,
        **dict.fromkeys(("confirmed_at", "returned_at", "decided_at", "withdrawn_at", "quarantined_at"), WHEN),
        **dict.fromkeys(("contact_erased_at", "name_again_at", "counted_at", "withdrawal_due_at"), WHEN),
        **dict.fromkeys(("id", "appeal_id", "text_id", "signatory_id", "explained_by", "uid", "intake_id"), TECHNICAL),
    },
    "IntakeRow": {
        "box": SEALED,  # with the public key alone (security/sealed_boxes.py), so not encrypted again in a rotation
        **dict.fromkeys(("flags", "outcome"), ARRIVAL),
        "network_bucket": BUCKET,
        "link_digest": LOOKED_UP,
        **dict.fromkeys(("arrived_at", "leased_until", "done_at"), WHEN),
        **dict.fromkeys(("id", "appeal", "key_id", "attempts"), TECHNICAL),
    },
    "FollowUp": {"verb": STATE, "at": WHEN, **dict.fromkeys(("id", "endorsement_id"), TECHNICAL)},
    "Contact": {
        **dict.fromkeys(("sealed_person", "sealed_mailbox"), SEALED),
        **dict.fromkeys(("id", "uid", "endorsement_id"), TECHNICAL),
    },
    "Comparison": {
        "verdict": STATE,
        "said_at": WHEN,
        **dict.fromkeys(("id", "first_id", "second_id"), TECHNICAL),
    },
    "Flag": {"code": ARRIVAL, **dict.fromkeys(("id", "endorsement_id"), TECHNICAL)},
    "KnownOrganisation": {
        "name": Private("the secretariat's own list, compared with every name that comes in; names no person"),
        "domain_index": LOOKED_UP,
        "sealed_channel": SEALED,
        "member": STATE,
        **dict.fromkeys(("id", "uid"), TECHNICAL),
    },
    "ContactChange": {
        **dict.fromkeys(("sealed_person", "sealed_mailbox"), SEALED),
        "mailbox_index": LOOKED_UP,
        **dict.fromkeys(("requested_at", "old_confirmed_at", "new_confirmed_at"), WHEN),
        **dict.fromkeys(("id", "uid", "endorsement_id"), TECHNICAL),
    },
    "Correction": {
        "sealed_proposal": SEALED,
        **dict.fromkeys(("state", "old_line_public"), STATE),
        **dict.fromkeys(("proposed_at", "decided_at"), WHEN),
        **dict.fromkeys(("id", "uid", "endorsement_id"), TECHNICAL),
    },
    "Decision": {
        "sealed_before": SEALED,
        **dict.fromkeys(("verb", "before"), STATE),
        "decided_at": WHEN,
        **dict.fromkeys(("id", "uid", "endorsement_id", "staff_id", "mail_id", "explained_by"), TECHNICAL),
    },
    "Spelling": {
        **dict.fromkeys(("sealed_before", "sealed_after"), SEALED),
        "changed_at": WHEN,
        **dict.fromkeys(("id", "uid", "endorsement_id"), TECHNICAL),
    },
    "Reason": {
        **dict.fromkeys(
            ("code", "labels", "words", "sends_mail", "is_offered"),
            Private("the editors' words, for moderators and in mails: no page made from the record"),
        ),
        "id": TECHNICAL,
    },
    "Question": {
        "body": Private("the organisation reads it on its own page, where no private key is; erased with the contact"),
        "sealed_answer": SEALED,
        **dict.fromkeys(("asked_at", "reminded_at", "answered_at"), WHEN),
        **dict.fromkeys(("id", "uid", "endorsement_id"), TECHNICAL),
    },
    "Dispute": {
        **dict.fromkeys(("sealed_message", "sealed_mailbox"), SEALED),
        "reference": Private("the number of a public line"),
        "about": Private("one of three words, which puts it in its place in the queue"),
        "claim": Private("whether the address given is the contact's, or at its domain; holds neither"),
        "above_limit": Private("whether very many came; puts it behind the others"),
        **dict.fromkeys(("raised_at", "settled_at"), WHEN),
        **dict.fromkeys(("id", "uid", "appeal_id"), TECHNICAL),
    },
    "Notice": {
        **dict.fromkeys(
            ("language", "paragraphs", "dated"),
            Private("the editor's words, on the form alone: no page made from the record"),
        ),
        **dict.fromkeys(("id", "appeal_id"), TECHNICAL),
    },
    "MailParagraph": {
        **dict.fromkeys(
            ("message", "language", "words"),
            Private("the editor's words, in mails alone: no page made from the record"),
        ),
        "id": TECHNICAL,
    },
    "PrivateLink": {
        **dict.fromkeys(("digest", "mailbox_index"), LOOKED_UP),
        **dict.fromkeys(("purpose", "expires_at", "id", "endorsement_id", "mail_id"), TECHNICAL),
    },
    "OutgoingMail": {
        **dict.fromkeys(("sealed_address", "sealed_content"), SEALED),
        **dict.fromkeys(("message", "language", "last_error"), STATE),
        **dict.fromkeys(("created_at", "due_at", "leased_until", "sent_at", "failed_at", "dropped_at"), WHEN),
        "bounced_at": WHEN,
        **dict.fromkeys(("id", "uid", "endorsement_id", "message_id", "attempts", "lease", "reports"), TECHNICAL),
        "mailbox_index": LOOKED_UP,
    },
    "LinkRequest": {
        "sealed_mailbox": SEALED,
        "mailbox_index": LOOKED_UP,
        "language": STATE,
        "requested_at": WHEN,
        **dict.fromkeys(("id", "uid"), TECHNICAL),
    },
    "AuditEvent": {
        **dict.fromkeys(("verb", "actor_kind", "subject_kind", "reason", "is_demo"), STATE),
        **dict.fromkeys(("actor_id", "subject_id", "appeal_id"), Private("numbers; what they were of may be gone")),
        "at": WHEN,
        "id": TECHNICAL,
    },
    "Batch": {
        **dict.fromkeys(("deed", "state", "reason"), STATE),
        **dict.fromkeys(("begun_by", "carried_out_by", "undone_by"), STAFF),
        **dict.fromkeys(("begun_at", "carried_out_at", "undone_at"), WHEN),
        "id": TECHNICAL,
    },
    "BatchPart": {
        "seen": TECHNICAL,
        **dict.fromkeys(("outcome", "quarantined_for"), STATE),
        **dict.fromkeys(("id", "batch_id", "endorsement_id"), TECHNICAL),
    },
    "CodeTries": {
        **dict.fromkeys(("wrong_at", "blocked_until"), WHEN),
        "used_steps": Private("when a code was used, to the half minute; of a staff account"),
        "account_id": TECHNICAL,
    },
    "Invitation": {"digest": LOOKED_UP, **dict.fromkeys(("id", "account_id", "expires_at"), TECHNICAL)},
    "RoleProposal": {
        "role": STATE,
        "proposed_at": WHEN,
        **dict.fromkeys(("id", "account_id", "proposed_by"), TECHNICAL),
    },
    "TextProposal": {
        **dict.fromkeys(
            ("language", "dated", "source"), Private("a translation to be published; no word about anybody's contact")
        ),
        "proposed_at": WHEN,
        **dict.fromkeys(("id", "appeal_id", "proposed_by"), TECHNICAL),
    },
    "Removal": {
        "kind": STATE,
        **dict.fromkeys(("appeal", "reference", "endorsement"), Private("numbers; what they were of may be gone")),
        "intake_id": Private("the number of a form; a day after it was processed nothing else has it"),
        **dict.fromkeys(("submitted_at", "at", "stored_at"), WHEN),
        **dict.fromkeys(("id", "uid"), TECHNICAL),
    },
    "Alert": {"kind": STATE, "day": WHEN, "id": TECHNICAL},
    "RateCount": {"key": LOOKED_UP, **dict.fromkeys(("count", "turns", "ends_at"), TECHNICAL)},
    "VisitorCount": {"key": LOOKED_UP, **dict.fromkeys(("count", "turns", "ends_at"), TECHNICAL)},
    "SiteState": {
        **dict.fromkeys(("id", "worker_seen_at", "worker_boot", "worker_uptime", "rate_key_since"), TECHNICAL),
        **dict.fromkeys(("tables_rewritten_at", "backup_made_at"), TECHNICAL),
        **dict.fromkeys(("clocks_differ_since", "clocks_differ_at", "no_erasing_until"), TECHNICAL),
        **dict.fromkeys(("intake_keys", "review_days", "intake_waits_since", "mail_waits_since"), TECHNICAL),
        "unreadable_at": TECHNICAL,
        "level": PUBLIC,  # as the phase
        "list_held_back": PUBLIC,
        **dict.fromkeys(("journal_id", "journal_written", "journal_failed_at"), TECHNICAL),
        "rate_key": Private("every process that counts needs it; replaced every week"),
    },
    "WorkerFailure": dict.fromkeys(("duty", "failures", "error", "failed_at"), TECHNICAL),
}
MODELS = {model.__name__: model for model in apps.get_app_config("petition").get_models()}


def test_every_column_is_classified_and_no_other() -> None:
    assert {name: set(columns) for name, columns in COLUMNS.items()} == {
        name: {field.attname for field in model._meta.concrete_fields} for name, model in MODELS.items()
    }


def test_encrypted_columns_are_classified_so_and_rotated() -> None:
    sealed = {(table, name) for table, columns in COLUMNS.items() for name, kind in columns.items() if kind == SEALED}
    rotated = {(model.__name__, name) for model, columns in get_encrypted_columns().items() for name in columns}
    assert sealed == rotated | {("IntakeRow", "box")}


def test_every_private_column_has_a_reason() -> None:
    kinds = {kind for columns in COLUMNS.values() for kind in columns.values()}
    assert {kind for kind in kinds if not isinstance(kind, Private)} == {PUBLIC, SEALED, TECHNICAL}
    assert all(len(kind.split()) > 3 for kind in kinds if isinstance(kind, Private))


CALLS: dict[str, Callable[[], object]] = {
    "get_appeal": lambda: (queries.get_appeal(SLUG, "en"), queries.get_appeal(SLUG, "ru")),
    "get_published_appeal": lambda: queries.get_published_appeal(SLUG),
    "query_signatories": lambda: queries.query_signatories(SLUG),
    "build_records": lambda: queries.build_records(queries.query_signatories(SLUG)),
    "list_published_slugs": queries.list_published_slugs,
    "list_taken_down_slugs": queries.list_taken_down_slugs,
    "is_taken_down": lambda: queries.is_taken_down(SLUG),
    "get_canonical_text": lambda: queries.get_canonical_text(SLUG, "en"),
    "list_originals": lambda: queries.list_originals(SLUG),
    "list_newest_further": lambda: queries.list_newest_further(SLUG),
    "list_further_page": lambda: queries.list_further_page(SLUG, 1),
    "count_pages": lambda: queries.count_pages(SLUG),
    "list_signatories": lambda: queries.list_signatories(SLUG),
    "count_by_country": lambda: queries.count_by_country(SLUG),
    "count_by_month": lambda: queries.count_by_month(SLUG),
    "has_signatory": lambda: [queries.has_signatory(SLUG, "further", number) for number in (1, 69, 70, 71, 99)],
    "read_at_one_revision": lambda: queries.read_at_one_revision(SLUG, lambda: ""),
    "get_public_state": queries.get_public_state,
    "list_editions": lambda: editions.list_editions(SLUG),
    "get_edition": lambda: editions.get_edition(SLUG, NOON.date().isoformat()),
    "replace_counts": lambda: editions.replace_counts(queries.get_appeal(SLUG, "en"), editions.list_editions(SLUG)[0]),
    "split_by_edition": lambda: editions.split_by_edition(
        queries.list_signatories(SLUG), editions.list_editions(SLUG)[0]
    ),
    "search": lambda: [search.search(SLUG, SearchQuery(q=words)) for words in ("changed", "чангед", "kyrgyzstan")],
    "list_changes": lambda: queries.list_changes(SLUG),
    "list_removed_numbers": lambda: [queries.list_removed_numbers(SLUG, kind) for kind in ("original", "further")],
    "count_checks": lambda: queries.count_checks(SLUG),
    "list_further_up_to": lambda: queries.list_further_up_to(SLUG, 100),
    "iterate_signatories": lambda: list(queries.iterate_signatories(SLUG, 70)),
    "list_demonstration_slugs": demonstrations.list_demonstration_slugs,
    "is_demonstration": lambda: demonstrations.is_demonstration(SLUG),
}
"""Every function of the public record, called as for a visitor."""
READ_FROM = (queries, demonstrations, editions, search)

UNLISTED = {"status": "no_longer_listed", "listed_on": None, "member": False} | dict.fromkeys(PRINTED_FIELDS, "")
CHANGES: dict[type[models.Model], dict[str, Any]] = {
    Appeal: {
        **dict.fromkeys(("slug", "issuer"), "changed"),
        **dict.fromkeys(("revision", "last_number", "withheld_total"), 777),
        "withheld_checks": {"withheld_checks": {"other": 777}},
        "issued_on": date(2021, 1, 1),
        "withheld_as_of": date(2021, 1, 1),
        "is_demo": True,
        "as_of": date(2021, 1, 1),
        "revised_at": NOON + timedelta(days=1),
        "published_at": None,
        "opens_at": NOON + timedelta(days=99_999),
        "closes_at": NOON - timedelta(days=999),
        **dict.fromkeys(("time_zone", "closes_for"), "changed"),
        "addressees": ["changed"],
        **dict.fromkeys(("archived_at", "taken_down_at"), NOON),
    },
    AppealText: {
        **dict.fromkeys(("dated_as_printed", "title"), "changed"),
        **{name: ["changed"] for name in ("preamble", "closing", "background")},
        "blocks": [{"kind": "paragraph", "text": "changed"}],
        "language": "ru",
        "version": 0,
        "status": "unofficial",
        "dated": date(2021, 1, 1),
        "sha256": SHA256[::-1],
        "published_at": None,
    },
    Demand: {"number": 9, "body": "changed"},
    TimelineEntry: {
        **dict.fromkeys(("addressee", "link"), "changed"),
        "kind": "answered",
        **dict.fromkeys(("dated", "corrected_on"), date(2021, 1, 1)),
    },
    TimelineText: {"language": "ru", "body": "changed"},
    PublicChange: {"what": "acronym", "on": date(2021, 1, 1), "old_label": "changed"},
    Signatory: {
        **dict.fromkeys(("label", "name", "acronym", "countries_as_printed", "language", "folded", "latin"), "changed"),
        "kind": "original",
        "number": 99,
        "status": UNLISTED,
        "countries": "DE",
        "member": True,
        "checked_how": "other",
        "listed_on": date(2021, 1, 1),
        "note": {"note": "changed", "noted_on": NOON.date()},
        "noted_on": {"note": "changed", "noted_on": NOON.date()},
        "explained_by": 777,
    },
    Edition: {
        "dated": date(2021, 1, 1),
        "addressee": "changed",
        "frozen_at": NOON + timedelta(days=1),
        **dict.fromkeys(("last_number", "withheld"), 777),
        "not_listed": {"not_listed": ["original-3"]},
    },
    SiteState: {
        **dict.fromkeys(("worker_seen_at", "rate_key_since", "no_erasing_until", "tables_rewritten_at"), NOON),
        **dict.fromkeys(("clocks_differ_since", "clocks_differ_at", "unreadable_at"), NOON),
        "backup_made_at": NOON,
        **dict.fromkeys(("intake_waits_since", "mail_waits_since"), NOON),
        "intake_keys": {"intake_keys": {"00000000": "2026-01-01"}},
        "review_days": {"review_days": {"1": [7, 9]}},
        "worker_boot": "changed",
        "worker_uptime": 1.5,
        "level": "closed",
        "rate_key": "changed",
        "journal_id": "changed",
        "journal_written": 777,
        "journal_failed_at": NOON,
        "list_held_back": True,
    },
}
"""Another value for each column, except keys, of each table that the record reads; or the whole UPDATE."""


def call(name: str) -> str:
    try:
        return repr(CALLS[name]())
    except (NotPublished, IndexError):
        return "nothing"


def call_all() -> dict[str, str]:
    return {name: call(name) for name in CALLS}


def test_every_function_of_the_record_is_called() -> None:
    functions = {
        name
        for module in READ_FROM
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert set(CALLS) == functions


@pytest.fixture
def rows(appeal: Appeal) -> dict[type[models.Model], models.Model]:
    """Return one published row of each table that the record reads. Triggers are dropped until the test ends."""
    factories.approved(appeal)
    text = a_draft(appeal, language="en", version=2, status="official")
    demand = a_demand(text)
    a_demand(text, number=2, body="Do that")
    AppealText.objects.filter(pk=text.pk).update(published_at=NOON)
    signatory = a_signatory(appeal, number=70, countries="KG", countries_as_printed="Kyrgyzstan")
    Appeal.objects.filter(pk=appeal.pk).update(last_number=70, revision=F("revision") + 70)
    edition = an_edition(appeal)
    entry = a_timeline_entry(appeal)
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            of_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {trigger.name}{of_table}")
    change = PublicChange.objects.create(signatory=signatory, what="name", on=NOON.date(), old_label="Made up")
    site, _ = SiteState.objects.get_or_create(pk=1)
    return {
        Appeal: appeal,
        AppealText: text,
        Demand: demand,
        Signatory: signatory,
        Edition: edition,
        TimelineEntry: entry,
        TimelineText: entry.texts.get(),
        PublicChange: change,
        SiteState: site,
    }


def test_the_record_returns_public_columns_and_no_others(rows: dict[type[models.Model], models.Model]) -> None:
    """It takes seconds, since each column is changed and everything read again."""
    before = call_all()
    returned: dict[str, bool] = {}
    for model, changes in CHANGES.items():
        for column, change in changes.items():
            columns = change if isinstance(change, dict) else {column: change}
            with transaction.atomic():
                assert model._default_manager.filter(pk=rows[model].pk).update(**columns) == 1
                returned[f"{model.__name__}.{column}"] = any(call(name) != before[name] for name in CALLS)
                transaction.set_rollback(True)
    assert returned == {
        f"{model.__name__}.{column}": COLUMNS[model.__name__][column] == PUBLIC
        for model, changes in CHANGES.items()
        for column in changes
    }
    assert call_all() == before


def test_every_column_except_keys_is_changed() -> None:
    for model, changes in CHANGES.items():
        keys = {field.attname for field in model._meta.concrete_fields if field.primary_key or field.is_relation}
        assert set(changes) == set(COLUMNS[model.__name__]) - keys


def test_the_record_reads_no_table_without_a_public_column(rows: dict[type[models.Model], models.Model]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        call_all()
    read = {table for query in asked.captured_queries for table in re.findall(r"petition_\w+", query["sql"])}
    public = {MODELS[name]._meta.db_table for name, columns in COLUMNS.items() if PUBLIC in columns.values()}
    assert read == public == {model._meta.db_table for model in CHANGES}
