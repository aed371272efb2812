"""The life of an appeal before it is public: draft, locked, published by a second editor; only they see it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from petition.actions.appeals.drafts import drafts
from petition.actions.appeals.drafts.drafts import DraftDetails
from petition.actions.audit import Actor
from petition.actions.operations import retention
from petition.actions.refusals import (
    DraftChanged,
    DraftLocked,
    DraftNotLocked,
    SecondPersonNeeded,
    SlugTaken,
    StatementRefused,
)
from petition.models import Appeal, AppealDraft, AuditEvent
from petition.reference import clock
from petition.statements.blocks import Block, BlockKind
from petition.statements.source import SourceRefused
from tests.factories import NOON, SLUG, STATEMENT

FIRST, SECOND = Actor.staff(1), Actor.staff(2)
SOURCE = STATEMENT.read_text(encoding="utf-8")
DETAILS = DraftDetails("draft-2026", "Civic Solidarity Platform", ("The Parliament",), date(2020, 10, 9))


@pytest.fixture(autouse=True)
def at_noon(db: None) -> Iterator[None]:
    with clock.freeze(NOON):
        yield


def a_draft(source: str = SOURCE) -> AppealDraft:
    return drafts.create_draft(source, "en", by=FIRST, at=NOON)


def do(action: Any, draft: AppealDraft, *args: Any, by: Actor = FIRST) -> Any:
    """Do it with the draft as it is stored."""
    draft.refresh_from_db()
    return action(draft.pk, *args, seen=draft.changes, by=by, at=NOON)


def a_locked_draft() -> AppealDraft:
    draft = a_draft()
    do(drafts.save_details, draft, DETAILS)
    do(drafts.lock, draft)
    return draft


@pytest.fixture
def two_editors() -> None:
    group, _ = Group.objects.get_or_create(name="editor")
    for name in ("first", "second"):
        User.objects.create_user(name, is_staff=True).groups.add(group)


def test_a_statement_becomes_an_appeal_with_its_signatories(client: Client) -> None:
    draft = a_locked_draft()
    draft.refresh_from_db()
    sha256 = draft.sha256
    assert do(drafts.publish_or_propose, draft) is True
    assert not AppealDraft.objects.exists()
    data = client.get("/appeals/draft-2026.json").json()
    assert (data["counts"]["original"], data["signed"]["sha256"] if "signed" in data else sha256) == (35, sha256)
    page = client.get("/appeals/draft-2026/").content.decode()
    assert sha256 in page
    verbs = AuditEvent.objects.filter(subject_kind="draft").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["create_draft", "change_draft", "lock_draft"]


@pytest.mark.usefixtures("two_editors")
def test_where_there_are_two_editors_both_are_needed() -> None:
    draft = a_locked_draft()
    assert do(drafts.publish_or_propose, draft) is False
    with pytest.raises(SecondPersonNeeded):
        do(drafts.publish_or_propose, draft)
    do(drafts.unlock, draft)  # so that nobody publishes another text than the one that was proposed
    do(drafts.lock, draft)
    assert do(drafts.publish_or_propose, draft, by=SECOND) is False
    assert do(drafts.publish_or_propose, draft) is True


def test_nobody_overwrites_what_they_have_not_seen() -> None:
    draft = a_draft()
    seen = draft.changes
    do(drafts.save_details, draft, DETAILS)
    with pytest.raises(DraftChanged):
        drafts.save_details(draft.pk, DETAILS, seen=seen, by=SECOND, at=NOON)
    with pytest.raises(DraftChanged):
        drafts.save_blocks(draft.pk, 0, 1, [], seen=seen, by=SECOND, at=NOON)
    for action in (drafts.lock, drafts.unlock, drafts.publish_or_propose, drafts.delete_draft, drafts.issue_draft_link):
        with pytest.raises(DraftChanged):
            action(draft.pk, seen=seen, by=SECOND, at=NOON)


def test_a_locked_text_cannot_be_changed_and_an_open_one_not_published() -> None:
    draft = a_draft()
    for action in (drafts.unlock, drafts.publish_or_propose, drafts.issue_draft_link):
        with pytest.raises(DraftNotLocked):
            do(action, draft)
    do(drafts.lock, draft)
    with pytest.raises(DraftLocked):
        do(drafts.save_details, draft, DETAILS)
    with pytest.raises(DraftLocked):
        do(drafts.save_blocks, draft, 0, 1, [Block(BlockKind.TITLE, "Another title")])
    with pytest.raises(DraftLocked):
        do(drafts.lock, draft)


def test_a_text_with_other_words_than_its_source_is_not_locked() -> None:
    draft = a_draft()
    row = next(row for row in draft.blocks if row["kind"] == "paragraph")
    index = draft.blocks.index(row)
    do(drafts.save_blocks, draft, index, 1, [Block(BlockKind.PARAGRAPH, f"{row['text']} And one word more.")])
    with pytest.raises(StatementRefused, match="Nothing was stored"):
        do(drafts.lock, draft)
    do(drafts.save_blocks, draft, index, 1, [Block(BlockKind.PARAGRAPH, row["text"])])
    do(drafts.lock, draft)


def test_a_block_that_nobody_decided_is_not_locked() -> None:
    draft = a_draft()
    text = draft.blocks[3]["text"]
    do(drafts.save_blocks, draft, 3, 1, [Block(BlockKind.UNDECIDED, text)])
    with pytest.raises(StatementRefused):
        do(drafts.lock, draft)


def test_a_slug_belongs_to_one_appeal(appeal: Appeal) -> None:
    first, second = a_draft(), a_draft()
    assert len({first.slug, second.slug, SLUG}) == 3
    for slug in (SLUG, first.slug):
        with pytest.raises(SlugTaken):
            do(drafts.save_details, second, DraftDetails(slug, "", (), date(2020, 10, 9)))


def test_what_is_no_statement_is_refused() -> None:
    for source in ("", "<html><p>A page</p>", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚"):
        with pytest.raises(SourceRefused):
            a_draft(source)
    assert not AppealDraft.objects.exists()


def test_the_private_link_opens_the_locked_text_alone(client: Client) -> None:
    draft = a_locked_draft()
    title = drafts.read_statement(draft).title
    first = do(drafts.issue_draft_link, draft)
    for prefix in ("", "/ru", "/ky"):
        response = client.get(f"{prefix}/drafts/{first}/")
        assert response.status_code == 200
        assert title in response.content.decode()
        assert response["X-Robots-Tag"].startswith("noindex")
        assert "no-store" in response["Cache-Control"]
    second = do(drafts.issue_draft_link, draft)
    assert [client.get(f"/drafts/{token}/").status_code for token in (first, second)] == [404, 200]
    for path in ("/", "/sitemap.xml", "/robots.txt"):
        assert "draft-2026" not in client.get(path).content.decode()
    for path in ("/appeals/draft-2026/", "/appeals/draft-2026.json", "/appeals/draft-2026.atom"):
        assert client.get(path).status_code == 404
    do(drafts.unlock, draft)
    assert client.get(f"/drafts/{second}/").status_code == 404


def test_a_draft_that_nobody_changes_is_deleted() -> None:
    a_draft()
    for days, left in ((179, 1), (180, 0)):
        retention.purge(at=NOON + timedelta(days=days))
        assert AppealDraft.objects.count() == left
