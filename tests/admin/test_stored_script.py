"""Markup in everything that anybody typed is shown as text on every staff page, for every role.

Pages are read as a browser reads them: no element, attribute or address of a stranger's making is in any of them.
"""

from dataclasses import fields
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from petition.actions import stale_forms
from petition.actions.appeals import form_notice, timeline
from petition.actions.appeals.timeline import EntryContent
from petition.actions.bulk_entry.entry_form import FIELDS
from petition.actions.intake import known_organisations
from petition.actions.intake.known_organisations import KnownEntry
from petition.actions.listing import editions
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import comparisons, decisions, internal_notes, rejection_reasons, spelling
from petition.actions.moderation.verification import CheckResult, record_check
from petition.actions.self_service import corrections, disputes, own_page
from petition.models import (
    Appeal,
    BatchAction,
    Check,
    Correction,
    Dispute,
    Endorsement,
    Kind,
    Role,
    RoleProposal,
    TextProposal,
    Verdict,
)
from petition.reference import clock
from petition.security.tokens import hash_token
from petition.statements.blocks import BlockKind
from tests.admin.staff_accounts import create_account, create_client
from tests.admin.test_pages import ROUTES, build_path
from tests.factories import MODERATOR, NOON, SLUG, confirmed, mails, token_in
from tests.models.rows import a_batch, an_appeal_draft, an_upload, an_upload_row

HOSTILE = """x'"><script>ran()</script><img src=x onerror=ran()><a href="javascript:ran()">x</a>"""
SHOWN = "&lt;script&gt;ran()&lt;/script&gt;"
ALSO_POSTED: dict[str, dict[str, Any]] = {
    "admin:contact": {},
    "admin:dispute": {},
    "admin:link": {"checked": "on"},
    "admin:ask": {"words": HOSTILE * 30},
    "admin:internal_note": {"note": HOSTILE, "seen": "stale"},
    "admin:note": {"words": HOSTILE, "seen": "stale"},
    "admin:spelling": {"organisation_name": HOSTILE, "seen": "stale", "acronym": HOSTILE, "countries": HOSTILE},
    "admin:check": {"how": Check.VOUCHED, "voucher": HOSTILE, "note": HOSTILE, "seen": "0"},
    "admin:enter": {"organisation_name": HOSTILE, "contact_email": HOSTILE, "note": HOSTILE},
    "admin:reason": {"label_en": HOSTILE, "words_en": HOSTILE, "preview": ""},
    "admin:notice": {"words": HOSTILE, "dated": "2026-10-01", "preview": ""},
    "admin:mail": {"words": HOSTILE, "preview": ""},
    "admin:editions": {"addressee": HOSTILE, "dated": "2026-10-01", "appeal": SLUG, "preview": ""},
    "admin:translation": {"source": HOSTILE, "dated": "2026-10-01"},
    "admin:invite": {"name": HOSTILE, "mailbox": HOSTILE},
    "admin:account": {"mailbox": HOSTILE},
    "admin:bulk": {"deed": BatchAction.REJECT, "which": "all", "query": "state=confirmed"},
}
"""Other posts whose response is a page."""
QUERIES = (
    "",
    "?q=%3Cscript%3Eran()%3C/script%3E",
    *(f"?state={tab}" for tab in ("approved", "corrections", "rejected")),
)


class Reader(HTMLParser):
    """Report markup that no template has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "script" and "src" not in attributes and attributes.get("type") != "application/json":
            self.complaints.append(f"script: {self.getpos()}")
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:") or value == "x":
                self.complaints.append(f"{tag} {name}={value}: {self.getpos()}")


@pytest.fixture
def hostile_rows(appeal: Appeal) -> dict[str, int]:
    """Fill every field that anybody types with markup; return the id for each address with a number."""
    typed = ("organisation_name", "acronym", "website", "contact_name", "contact_role")
    values: dict[str, Any] = dict.fromkeys(typed, HOSTILE)
    values["acronym"] = HOSTILE[:40]
    by: dict[str, Any] = {"by": MODERATOR, "at": NOON}
    columns: dict[str, Any] = {field.name: HOSTILE for field in fields(KnownEntry)}
    known_organisations.replace_known_organisations(
        [KnownEntry(**(columns | {"domain": "fund.example", "member": True}))]
    )
    labels = dict.fromkeys(("en", "ru", "ky"), HOSTILE)
    rejection_reasons.set_reason("evil", labels=labels, words={"en": HOSTILE}, sends_mail=True, is_offered=True, **by)
    waiting = confirmed(appeal, **values)
    twin = confirmed(appeal, **values)
    comparisons.record_comparison(waiting.pk, twin.pk, Verdict.SAME, **by)
    record_check(waiting.pk, CheckResult("other", True, HOSTILE), seen=0, **by)
    internal_notes.set_internal_note(waiting.pk, HOSTILE, **by)
    spelling.correct_spelling(
        waiting.pk, EntryProposal(f"{HOSTILE}!", "", "KG"), seen=stale_forms.last_change_of(waiting), **by
    )
    decisions.ask_question(twin.pk, HOSTILE, **by)
    own = hash_token(token_in(mails()[-1][2]), "own_page")
    own_page.answer_question(own, HOSTILE, at=NOON)
    listed = decisions.approve(twin.pk, **by)
    decisions.set_public_note(SLUG, Kind.FURTHER, 1, HOSTILE, **by)
    corrections.propose_correction(own, EntryProposal(HOSTILE, HOSTILE, "KG"), at=NOON)
    decisions.reject(confirmed(appeal, **values).pk, reason="evil", note=HOSTILE, **by)
    withheld = decisions.approve(confirmed(appeal, display="withheld", **values).pk, **by)
    disputes.raise_dispute(appeal, reference=HOSTILE[:20], words=HOSTILE, mailbox=HOSTILE, at=NOON)
    form_notice.set_notice(appeal, language="ru", paragraphs=[HOSTILE], dated=NOON.date(), **by)
    editions.freeze(SLUG, dated=clock.now().date(), addressee=HOSTILE, by=MODERATOR, at=clock.now())
    guest = create_account("guest")
    text = TextProposal.objects.create(
        appeal=appeal, language="ru", dated=NOON, source=f"# {HOSTILE}\n\n{HOSTILE}", proposed_by=0, proposed_at=NOON
    )
    entry = EntryContent("delivered", NOON.date(), HOSTILE, "", dict.fromkeys(("en", "ru", "ky"), HOSTILE))
    draft = an_appeal_draft(
        source=HOSTILE,
        issuer=HOSTILE,
        addressees=[HOSTILE],
        dated=NOON.date(),
        blocks=[{"kind": kind, "text": HOSTILE, "line": 1, "doubt": ""} for kind in BlockKind],
    )
    table = an_upload(appeal, note=HOSTILE)
    row = an_upload_row(table, fields=dict.fromkeys(FIELDS, HOSTILE))
    role = RoleProposal.objects.create(account=guest, role="editor", proposed_by=0, proposed_at=NOON)
    return {
        "pk": waiting.pk,
        "hide": listed.pk,
        "listed": listed.pk,
        "quiet": withheld.pk,
        "batch": a_batch(waiting, listed, withheld, reason="evil", deed=BatchAction.REJECT).pk,
        "correction": Correction.objects.get().pk,
        **dict.fromkeys(("settle", "dispute"), Dispute.objects.get().pk),
        "account": guest.pk,
        "role_proposal": role.pk,
        "text_proposal": text.pk,
        "event": timeline.add_entry(SLUG, entry, **by).pk,
        **dict.fromkeys(("draft", "draft_blocks", "draft_preview"), draft.pk),
        "upload": table.pk,
        "upload_row": row.pk,
        "object_id": 1,
    }


def fresh(row: Endorsement) -> Endorsement:
    return Endorsement.objects.get(pk=row.pk)


def pages(client: Client, rows: dict[str, int], *, all_queries: bool) -> dict[str, str]:
    """Return every page and every response to a form. The queue is opened with each of the queries."""
    responses = {}
    for name in ROUTES:
        if name in {"account_logout", "admin:login", "admin:logout"}:
            continue
        for query in QUERIES if name == "admin:index" else QUERIES[:2] if all_queries else QUERIES[:1]:
            responses[name + query] = client.get(build_path(name, rows) + query)
    for other in ("listed", "quiet"):
        responses[other] = client.get(f"/admin/endorsements/{rows[other]}/")
    for name, typed in ALSO_POSTED.items():
        responses[f"POST {name}"] = client.post(build_path(name, rows), typed)
    is_page = "text/html"
    return {
        name: answer.content.decode()
        for name, answer in responses.items()
        if answer.get("Content-Type", "").startswith(is_page) and not answer.streaming
    }


@pytest.mark.parametrize(
    "person",
    [
        one if one == Role.MODERATOR else pytest.param(one, marks=pytest.mark.long)
        for one in (*Role.values, "superuser")
    ],
)
def test_stored_markup_is_escaped_on_every_page_for_every_role(hostile_rows: dict[str, int], person: str) -> None:
    roles = [person] if person in Role.values else []
    client = create_client(create_account(person, *roles, is_superuser=person == "superuser"))
    html_pages = pages(
        client, hostile_rows, all_queries=person == "superuser"
    )  # who opens every page; its head is the same for all
    complaints = {name: problems for name, page in html_pages.items() if (problems := Reader(page).complaints)}
    assert complaints == {}
    raw = [name for name, page in html_pages.items() if "<script>ran" in page or "<img src=x" in page]
    assert raw == []
    least = {"moderator": 18, "editor": 8, "administrator": 3, "auditor": 1, "superuser": 36}[person]
    assert sum(SHOWN in page for page in html_pages.values()) >= least, "it was not opened"
