"""The data as other programs read it: JSON against its schema, CSV read back, Atom."""

import csv
import io
import itertools
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from django.test import Client
from lxml import etree

from petition.actions.appeals.demonstration import get_or_create_appeal
from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.operations.site_state import set_level
from petition.actions.self_service import corrections
from petition.models import Appeal, Kind, Level, PrivateLink
from petition.models.appeals import Phase
from petition.publishing.exports import csv_files
from petition.publishing.exports.field_descriptions import FIELD_DESCRIPTIONS
from petition.reference import clock
from tests.factories import MODERATOR, NOON, SLUG, approved, statement
from tests.web.public.test_appeal_page import list_further

PLACE = f"/appeals/{SLUG}"
SITE = "http://127.0.0.1:8000"
ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = str(Path(__file__).parents[2] / "publishing" / "exports" / "atom.rng")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def get(client: Client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    return response.content


def read(client: Client, path: str) -> Any:
    return json.loads(get(client, path))


def validator(client: Client, content: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Return a validator for the schema that the file names, fetched from this site."""
    schema = read(client, content["$schema"].removeprefix(SITE))
    assert schema["$id"] == content["$schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture
def lively(appeal: Appeal) -> Appeal:
    """An appeal with a public correction, a removal of each kind, and endorsements that are not named."""
    approved(appeal, organisation_name="Hidden Fund")
    old = approved(appeal, organisation_name="Old Fund")
    link = PrivateLink.objects.filter(endorsement=old, purpose="own_page").latest("pk")
    corrections.propose_correction(link.digest, EntryProposal("New Fund", "", "KG DE"), at=NOON, old_line_public=True)
    corrections.accept_correction(old.corrections.get().pk, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.ORIGINAL, 30, by=MODERATOR, at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(withheld_total=3, withheld_checks={"own_channel": 2, "vouched": 1})
    return appeal


@pytest.mark.parametrize("path", [f"{PLACE}.json", f"{PLACE}/signatories.json"])
def test_each_file_matches_its_schema(client: Client, lively: Appeal, path: str) -> None:
    content = read(client, path)
    assert list(validator(client, content).iter_errors(content)) == []


DAY = timedelta(days=1)
OPENING = {"upcoming": (DAY, None), "open": (-DAY, DAY), "closed": (None, -DAY)}
"""For each phase: the time until the appeal opens and closes."""


def test_every_file_matches_its_schema_in_every_phase_and_level(client: Client, lively: Appeal) -> None:
    others = (".atom", "/signatories.csv", "/signatories.csv-metadata.json", "/signatories.json")
    before = [get(client, PLACE + end) for end in others]
    for level, (phase, times) in itertools.product(Level, OPENING.items()):
        opens, closes = (moment and clock.now() + moment for moment in times)
        Appeal.objects.filter(pk=lively.pk).update(opens_at=opens, closes_at=closes)
        set_level(level, by=MODERATOR, at=NOON)
        for path in (f"{PLACE}.json", f"{PLACE}/signatories.json"):
            content = read(client, path)
            assert list(validator(client, content).iter_errors(content)) == [], (phase, level)
        expected = "paused" if (phase, level) == ("open", Level.CLOSED) else phase
        assert read(client, f"{PLACE}.json")["phase"] == expected
        # The other files that tests here check have no phase and no level.
        assert [get(client, PLACE + end) for end in others] == before, (phase, level)


def test_every_phase_of_a_published_appeal_was_tried() -> None:
    assert {*OPENING, "paused", "draft", "archived", "taken_down"} == {phase.value for phase in Phase}


def test_the_schema_refuses_unknown_fields(client: Client, lively: Appeal) -> None:
    content = read(client, f"{PLACE}/signatories.json")
    rules = validator(client, content)
    for spoil in (
        {"counts": {"original": 35, "further": 1}},
        {"licence": 4},
        {"contact": "asel@fund.example"},
        {"signatories": [{"id": "further-1"}]},
        {"text_sha256": "A" * 64},
    ):
        assert list(rules.iter_errors(content | spoil)), spoil


def test_the_schema_refuses_a_name_of_an_unlisted_entry(client: Client, lively: Appeal) -> None:
    content = read(client, f"{PLACE}/signatories.json")
    hidden = next(row for row in content["signatories"] if row["id"] == "further-1")
    hidden["name"] = "Hidden Fund"
    assert [error.path[-1] for error in validator(client, content).iter_errors(content)] == ["name"]


def test_the_appeal_is_published_as_json(client: Client, lively: Appeal) -> None:
    content = read(client, f"{PLACE}.json")
    assert content["issuer"] == "Civic Solidarity Platform"
    assert content["issued_on"] == content["checks"]["first_published_on"] == "2020-10-09"
    assert [text["demands"] for text in content["texts"]] == [list(statement().demands)]
    assert content["changes"] == [
        {"id": "further-2", "what": "line", "on": "2026-11-23", "old_label": "Old Fund (Kyrgyzstan)"}
    ]
    assert content["no_longer_listed"] == ["original-30", "further-1"]
    assert content["checks"]["original"] == {"imported": 34}
    assert content["checks"]["further"] == {"mailbox": 1}
    assert content["checks"]["withheld"] == {"own_channel": 2, "vouched": 1}
    for address in (*content["data"].values(), content["texts"][0]["address"], content["checks"]["report_errors_at"]):
        assert client.get(address.removeprefix(SITE)).status_code == 200


@pytest.mark.django_db
def test_a_demonstration_is_marked(client: Client) -> None:
    get_or_create_appeal("demo", statement(), at=NOON)
    content = read(client, "/appeals/demo.json")
    assert content["demonstration"] is True
    assert list(validator(client, content).iter_errors(content)) == []


@pytest.mark.both_databases
def test_the_csv_reads_back_to_the_same_rows(client: Client, lively: Appeal) -> None:
    approved(lively, organisation_name='=HYPERLINK("x", "y")'[1:], acronym="A,B", countries=("KG", "DE"))
    metadata = read(client, f"{PLACE}/signatories.csv-metadata.json")
    columns = {column["name"]: column for column in metadata["tableSchema"]["columns"]}
    table = io.StringIO(get(client, f"{PLACE}/signatories.csv").decode(), newline="")
    rows = [
        {name: value_of(cell, columns[name], row["status"]) for name, cell in row.items()}
        for row in csv.DictReader(table, strict=True)
    ]
    assert rows == read(client, f"{PLACE}/signatories.json")["signatories"]
    assert list(columns) == list(FIELD_DESCRIPTIONS)
    assert metadata["url"] == f"{SITE}{PLACE}/signatories.csv"
    assert metadata["dc:license"] == {"@id": LICENCE}


def value_of(cell: str, column: dict[str, str], status: str) -> object:
    """Return the value of a cell by its metadata; None for an empty cell of an entry no longer listed."""
    if not cell and (status == "no_longer_listed" or column["datatype"] == "date"):
        return None
    if "separator" in column:
        return cell.split(column["separator"]) if cell else []
    if column["datatype"] == "boolean":
        return cell == "true"
    return int(cell) if column["datatype"] == "integer" else cell


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "＝", "＋", "－", "＠"])
def test_no_cell_of_the_spreadsheet_file_is_a_formula(begins: str) -> None:
    assert csv_files.neutralise_formula(f'{begins}cmd|"/c calc"!A0').startswith("'")


@pytest.mark.parametrize("cell", ["Made-up Fund", "", "2026-11-23", "'quoted", "a=b", "12"])
def test_other_cells_are_unchanged(cell: str) -> None:
    assert csv_files.neutralise_formula(cell) == cell


def test_the_spreadsheet_file_is_a_download_with_its_date(client: Client, lively: Appeal) -> None:
    decisions.set_public_note(SLUG, Kind.ORIGINAL, 1, "=1+1", by=MODERATOR, at=NOON)
    response = client.get(f"{PLACE}/signatories.spreadsheet.csv")
    assert "kyrgyzstan-2020-signatories-2026-11-23" in response["Content-Disposition"]
    assert response.content.startswith(b"\xef\xbb\xbfid,")
    cells = [cell for row in csv.reader(io.StringIO(response.content.decode("utf-8-sig"))) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "=1+1" in get(client, f"{PLACE}/signatories.csv").decode()


def test_the_feed_is_valid_atom_without_names(client: Client, lively: Appeal) -> None:
    body = get(client, f"{PLACE}.atom")
    grammar = etree.RelaxNG(file=GRAMMAR)
    grammar.assertValid(etree.fromstring(body))
    for needed in (b"updated", b"id", b"title", b"name"):  # the schema can refuse
        assert not grammar.validate(etree.fromstring(re.sub(b"<%b>.*?</%b>" % (needed, needed), b"", body, count=1)))
    root = ElementTree.fromstring(body)
    assert LICENCE in (root.findtext(f"{ATOM}rights") or "")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": f"{SITE}{PLACE}.atom", "alternate": f"{SITE}{PLACE}/changes/"}
    entries = {entry.findtext(f"{ATOM}title"): entry for entry in root.iter(f"{ATOM}entry")}
    assert list(entries) == ["No. 2: entry corrected", "No. 2 listed", "No longer listed: original 30; further 1"]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries.values()}) == 3
    for name in ("Old Fund", "New Fund", "Hidden Fund"):
        assert name.encode() not in body


def test_the_feed_lists_the_newest_entries_by_number(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 60)
    root = ElementTree.fromstring(get(client, f"{PLACE}.atom"))
    titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
    assert titles == [f"No. {number} listed" for number in range(60, 10, -1)]


def test_a_removal_leaves_no_date_or_text_in_the_feed(client: Client, lively: Appeal) -> None:
    def gone() -> str:
        root = ElementTree.fromstring(get(client, f"{PLACE}.atom"))
        return ElementTree.tostring(list(root.iter(f"{ATOM}entry"))[-1], encoding="unicode")

    before = gone()
    assert "2020-10-09T00:00:00" in before
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON.replace(month=12))
    assert gone() == before.replace("further 1", "further 1–2")
    assert b"corrected" not in get(client, f"{PLACE}.atom")


@pytest.mark.parametrize("path", ["/schemas/nothing.json", "/appeals/nowhere.json", f"{PLACE}/signatories/upside.txt"])
def test_unknown_addresses_are_404(client: Client, appeal: Appeal, path: str) -> None:
    assert client.get(path).status_code == 404


def test_licence_and_date_are_in_every_file(client: Client, lively: Appeal) -> None:
    dated = ("2026-11-23", "23 November 2026")
    assert read(client, f"{PLACE}.json")["as_of"] == dated[0]
    for end in (".json", ".atom", "/signatories.json", "/signatories.csv-metadata.json"):
        body = get(client, PLACE + end).decode()
        assert LICENCE in body
        assert dated[0] in body
    for shape in ("numbered", "commas", "countries"):
        body = get(client, f"{PLACE}/signatories/{shape}.txt").decode()
        assert LICENCE in body
        assert dated[1] in body
    assert client.get(f"{PLACE}/signatories.spreadsheet.csv")["Link"] == f'<{LICENCE}>; rel="license"'


def test_the_first_link_of_the_csv_leads_to_its_metadata(client: Client, lively: Appeal) -> None:
    first, second = client.get(f"{PLACE}/signatories.csv")["Link"].split(", ")
    address, *said = first.split("; ")
    assert said == ['rel="describedby"', 'type="application/csvm+json"']
    metadata = client.get(address.strip("<>").removeprefix(SITE))
    assert metadata["Content-Type"] == "application/csvm+json"
    assert metadata.json()["url"] == f"{SITE}{PLACE}/signatories.csv"
    assert second == f'<{LICENCE}>; rel="license"'
