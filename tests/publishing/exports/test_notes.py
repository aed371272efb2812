"""The note beside an entry: dated, public wherever its entry is, and removed with it."""

import csv
import io
import json

import pytest
from django.test import Client

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.publishing.readers import KINDS, get, read_document

NOTE = "Closed by a court on <b>2 May</b> 2023."
WORDS = {
    "": "Note of the secretariat, 23 November 2026:",
    "/ru": "Примечание секретариата, 23 ноября 2026 г.:",
    "/ky": "Катчылыктын эскертмеси, 2026-ж., 23-ноябрь:",
}


def note(words: str = NOTE, kind: Kind = Kind.ORIGINAL) -> None:
    decisions.set_public_note(SLUG, kind, 1, words, by=MODERATOR, at=NOON)


def test_a_note_is_shown_after_its_entry_on_pages(client: Client, appeal: Appeal) -> None:
    pages = [
        (f"{prefix}/appeals/{SLUG}/{page}", words) for prefix, words in WORDS.items() for page in ("", "signatories/")
    ]
    for path, words in pages:
        assert words not in client.get(path).content.decode()
    approved(appeal)
    note()
    note(kind=Kind.FURTHER)
    escaped = NOTE.replace("<", "&lt;").replace(">", "&gt;")
    for path, words in pages:
        html = " ".join(client.get(path).content.decode().split())
        count = 2 if "signatories" in path else 3  # the appeal's page has its further entries a second time, for paper
        assert html.count(f'</bdi> <small class="note">{words} <bdi>{escaped}</bdi></small>') == count, path


@pytest.mark.usefixtures("in_process")
def test_a_note_is_printed_below_its_name_in_documents(client: Client, appeal: Appeal) -> None:
    for kind in KINDS:
        assert "Note of" not in read_document(get(client, kind), kind)
    note()
    label = appeal.signatories.get(kind=Kind.ORIGINAL, number=1).label
    for kind in KINDS:
        assert f"1. {label} {WORDS['']} {NOTE}" in read_document(get(client, kind), kind)


def test_a_note_is_in_the_data(client: Client, appeal: Appeal) -> None:
    note()
    data = json.loads(client.get(f"/appeals/{SLUG}/signatories.json").content)
    rows = data["signatories"]
    assert [(row["note"], row["noted_on"]) for row in rows[:2]] == [(NOTE, "2026-11-23"), ("", None)]
    assert set(rows[0]) == set(data["definitions"]["signatories"])
    table = list(csv.DictReader(io.StringIO(client.get(f"/appeals/{SLUG}/signatories.csv").content.decode())))
    assert [(row["note"], row["noted_on"]) for row in table[:2]] == [(NOTE, "2026-11-23"), ("", "")]
    assert table[0]["status"] == "listed"


def test_a_removed_note_or_a_note_of_a_hidden_entry_is_gone(client: Client, appeal: Appeal) -> None:
    places = [f"appeals/{SLUG}{end}" for end in ("/", "/signatories/", "/signatories.json", "/signatories.csv", ".txt")]

    def is_shown() -> set[bool]:
        return {"Closed by a court" in client.get(f"/{place}").content.decode() for place in places}

    note()
    assert is_shown() == {True}
    note("")
    assert is_shown() == {False}
    note()
    decisions.hide(SLUG, Kind.ORIGINAL, 1, by=MODERATOR, at=NOON)
    assert is_shown() == {False}
    row = json.loads(client.get(f"/appeals/{SLUG}/signatories.json").content)["signatories"][0]
    assert (row["note"], row["noted_on"]) == (None, None)
