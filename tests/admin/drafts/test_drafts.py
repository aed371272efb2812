"""The pages of appeals that are not public yet: odd input gets a sentence and stays, nobody overwrites anybody."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from petition.actions.appeals.drafts import drafts
from petition.actions.audit import Actor
from petition.models import Appeal, AppealDraft, Role
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, STATEMENT

pytestmark = pytest.mark.both_databases
SOURCE = STATEMENT.read_text(encoding="utf-8")


@pytest.fixture
def editor(db: None) -> Client:
    return create_client(create_account("editor", Role.EDITOR))


@pytest.fixture
def draft(editor: Client) -> AppealDraft:
    return drafts.create_draft(SOURCE, "en", by=Actor.staff(1), at=NOON)


def rows_of(draft: AppealDraft, **changes: str) -> dict[str, Any]:
    """Return what the first page of blocks sends, with changes by the name of the field."""
    rows = draft.blocks[:40]
    fields: dict[str, Any] = {"seen": draft.changes, "count": len(rows), "next": ""}
    for index, row in enumerate(rows):
        fields |= {f"kind-{index}": row["kind"], f"text-{index}": row["text"]}
    return fields | {name.replace("_", "-"): value for name, value in changes.items()}


def test_a_file_or_a_pasted_text_becomes_a_draft(editor: Client) -> None:
    page = editor.post("/admin/drafts/new/", {"language": "en", "text": SOURCE})
    assert re.fullmatch(r"/admin/drafts/\d+/blocks/", page["Location"])
    file = SimpleUploadedFile("statement.txt", SOURCE.encode())
    assert editor.post("/admin/drafts/new/", {"language": "en", "file": file}).status_code == 303
    assert AppealDraft.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"language": "en", "text": ""}, "Paste the text, or choose a file."),
        ({"language": "ru", "text": SOURCE}, "Most of the text is in Latin letters."),
        ({"language": "en", "text": "Caf&eacute; of rights"}, "HTML codes such as &amp;eacute;"),
        ({"language": "xx", "text": "A title"}, "Select a valid choice"),
    ],
)
def test_what_is_refused_has_a_sentence_and_stays(editor: Client, typed: dict[str, str], sentence: str) -> None:
    response = editor.post("/admin/drafts/new/", typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert typed["text"][:40].replace("&", "&amp;") in page
    assert not AppealDraft.objects.exists()


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04 damaged", b"\xff\xfe\x00", "Привет".encode("cp1251")])
def test_other_files_get_a_sentence(editor: Client, content: bytes) -> None:
    response = editor.post("/admin/drafts/new/", {"language": "en", "file": SimpleUploadedFile("statement", content)})
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()


def test_blocks_are_divided_and_joined_again(editor: Client, draft: AppealDraft) -> None:
    path, whole = f"/admin/drafts/{draft.pk}/blocks/", draft.blocks[3]["text"]
    first, second = whole.split(" ", 1)
    assert editor.post(path, rows_of(draft, text_3=f"{first}\n{second}"))["Location"] == f"{path}?from=41"
    draft.refresh_from_db()
    assert [row["text"] for row in draft.blocks[3:5]] == [first, second]
    assert "Every word of the source" in editor.get(f"/admin/drafts/{draft.pk}/").content.decode()
    editor.post(path, rows_of(draft, kind_4="join"))
    draft.refresh_from_db()
    assert draft.blocks[3]["text"] == whole
    assert "Every word of the source" in editor.get(f"/admin/drafts/{draft.pk}/").content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"text_3": "a\x00b"},
        {"text_3": ""},
        {"kind_0": "join"},
        {"kind_3": "nonsense"},
        {"count": "99999999999999999999"},
        {"count": "-1"},
        {"count": "x"},
        {"text_1": "9 October 2020 " * 20},
        {"text_3": "\u2028\u200b"},
    ],
)
def test_odd_input_is_no_error_of_ours(editor: Client, draft: AppealDraft, changes: dict[str, str]) -> None:
    path = f"/admin/drafts/{draft.pk}/"
    response = editor.post(f"{path}blocks/", rows_of(draft, **changes))
    assert response.status_code in (303, 400, 422)
    assert editor.get(path).status_code == 200
    assert editor.get(f"{path}preview/").status_code in (200, 303)
    draft.refresh_from_db()
    seen = {"seen": draft.changes}
    assert editor.post(f"{path}change/", seen | {"do": "lock"}).status_code == 303
    draft.refresh_from_db()
    assert editor.post(f"{path}change/", {"seen": draft.changes, "do": "publish"}).status_code == 303


@pytest.mark.parametrize("first", ["-1", "x", "99999999999999999999", ""])
def test_a_page_of_blocks_that_is_none(editor: Client, draft: AppealDraft, first: str) -> None:
    assert editor.get(f"/admin/drafts/{draft.pk}/blocks/?from={first}").status_code in (200, 404)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"slug": "a slug"}, "Enter a valid"),
        ({"slug": "kyrgyzstan-2020"}, "Another appeal has this address."),
        ({"issuer": "x" * 201}, "at most 200"),
        ({"addressees": "\u202eoffice"}, "Remove invisible characters."),
        ({"dated": "2026-02-30"}, "Enter a valid date."),
    ],
)
def test_wrong_details_have_a_sentence_and_stay(
    editor: Client, appeal: Appeal, draft: AppealDraft, typed: dict[str, str], sentence: str
) -> None:
    right = {"slug": "new", "issuer": "", "addressees": "", "dated": "2020-10-09", "seen": draft.changes}
    response = editor.post(f"/admin/drafts/{draft.pk}/", right | typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_a_page_of_long_russian_blocks_is_not_too_large(editor: Client) -> None:
    """Percent-encoded it would be 68 KB."""
    paragraphs = "\n\n".join(f"{number} " + "справедливость правосудие " * 12 + "." for number in range(40))
    source = f"Заголовок\n\n9 октября 2020\n\n{paragraphs}\n\nПодписали:\n\nФонд Река (Кыргызстан)\n"
    draft = drafts.create_draft(source, "ru", by=Actor.staff(1), at=NOON)
    path = f"/admin/drafts/{draft.pk}/blocks/"
    assert 'enctype="multipart/form-data"' in editor.get(path).content.decode()
    assert editor.post(path, rows_of(draft)).status_code == 303  # the test client sends it so, too


def test_a_very_long_issuer_is_not_suggested(editor: Client) -> None:
    members = " ".join(["Coalition"] * 40)
    source = f"A title\n\n9 October 2020\n\nWe, members of the {members}, are concerned.\n"
    assert drafts.create_draft(source, "en", by=Actor.staff(1), at=NOON).issuer == ""


def test_who_has_not_seen_a_change_is_told(editor: Client, draft: AppealDraft) -> None:
    stale = rows_of(draft)
    editor.post(f"/admin/drafts/{draft.pk}/blocks/", rows_of(draft, kind_3="paragraph"))
    response = editor.post(f"/admin/drafts/{draft.pk}/blocks/", stale | {"text-3": "Mine"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Somebody changed this draft since you opened it." in page
    assert "Mine" in page
    for do in ("lock", "publish", "delete", "nonsense"):
        editor.post(f"/admin/drafts/{draft.pk}/change/", {"seen": 0, "do": do}, follow=True)
    assert AppealDraft.objects.filter(pk=draft.pk).exists()


def test_the_second_editor_publishes(editor: Client, draft: AppealDraft) -> None:
    second = create_client(create_account("second", Role.EDITOR))
    path = f"/admin/drafts/{draft.pk}/change/"

    def do(client: Client, action: str) -> str:
        changes = AppealDraft.objects.get().changes
        return client.post(path, {"seen": changes, "do": action}, follow=True).content.decode()

    do(editor, "lock")
    assert "Another editor must publish it." in do(editor, "publish")
    assert "You proposed this. Another editor must publish it." in do(editor, "publish")
    assert not Appeal.objects.exists()
    assert "The appeal is published." in do(second, "publish")
    assert Appeal.objects.get().slug == draft.slug
    assert User.objects.filter(groups__in=Group.objects.filter(name="editor")).count() == 2
