"""The list, its permanent links and its data, as Django renders them."""

import csv
import hashlib
import io
import json
from typing import Any

import pytest
from django.test import Client

from petition.actions.moderation import decisions
from petition.models import Appeal, Endorsement, Kind
from petition.publishing.exports.field_descriptions import FIELD_DESCRIPTIONS
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved, statement
from tests.web.public.test_appeal_page import list_further, words

LIST = f"/appeals/{SLUG}/signatories/"


def get_data(client: Client) -> Any:
    return json.loads(client.get(f"/appeals/{SLUG}/signatories.json").content)


def test_pages_are_ranges_of_numbers(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 250)
    first, last = (client.get(f"{LIST}?page={page}").content.decode() for page in (1, 3))
    assert 'id="original-1"' in first
    assert 'id="further-100"' in first
    assert 'id="further-101"' not in first
    assert "original-1" not in last
    assert 'id="further-201"' in last
    assert 'id="further-250"' in last
    assert '<a href="?page=3" aria-current="page">201–300</a>' in last


@pytest.mark.parametrize("page", ["0", "4", "-1", "x", "٣", "99999999", ""])
def test_a_page_that_is_not_there_is_404(client: Client, appeal: Appeal, page: str) -> None:
    list_further(appeal, 250)
    assert client.get(f"{LIST}?page={page}").status_code == 404


def test_the_permanent_link_opens_the_entry(client: Client, appeal: Appeal) -> None:
    list_further(appeal, 150)
    for reference, place in (
        ("further-12", f"{LIST}#further-12"),
        ("further-150", f"{LIST}?page=2#further-150"),
        ("original-35", f"{LIST}#original-35"),
    ):
        assert client.get(f"{LIST}{reference}/")["Location"] == place
    for wrong in ("further-151", "original-36", "further-0", "further-01", "other-1"):
        assert client.get(f"{LIST}{wrong}/").status_code == 404


def test_json_and_csv_match_the_record(client: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="Адилет «Үкүк»", acronym="АҮ", countries=("KG", "DE"))
    content = get_data(client)
    assert content["counts"] == {"original": 35, "further": 1, "withheld": 0}
    assert content["appeal"] == SLUG
    last = content["signatories"][-1]
    assert last == {
        "id": "further-1",
        "number": 1,
        "kind": "further",
        "label": "Адилет «Үкүк» (АҮ, Kyrgyzstan, Germany)",
        "name": "Адилет «Үкүк»",
        "acronym": "АҮ",
        "countries": ["KG", "DE"],
        "countries_as_printed": "Kyrgyzstan, Germany",
        "member": False,
        "listed_on": "2026-11-23",
        "status": "listed",
        "note": "",
        "noted_on": None,
    }
    rows = list(csv.DictReader(io.StringIO(client.get(f"/appeals/{SLUG}/signatories.csv").content.decode())))
    assert list(rows[0]) == list(FIELD_DESCRIPTIONS)
    assert [row["label"] for row in rows] == [signatory["label"] for signatory in content["signatories"]]
    assert [row["countries"].split() for row in rows] == [
        signatory["countries"] for signatory in content["signatories"]
    ]
    assert set(content["definitions"]["signatories"]) == set(FIELD_DESCRIPTIONS)


def test_the_originals_are_as_imported(client: Client, appeal: Appeal) -> None:
    originals = [signatory for signatory in get_data(client)["signatories"] if signatory["kind"] == "original"]
    content = [(s["number"], s["label"], s["name"], s["acronym"], tuple(s["countries"])) for s in originals]
    assert content == [
        (s.number, s.label, s.organisation.name, s.organisation.acronym, s.organisation.countries)
        for s in statement().signatories
    ]


def test_a_hidden_entry_has_only_a_number(client: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="Gone Fund", acronym="GOFU", countries=("TJ",))
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    content = get_data(client)
    hidden = content["signatories"][-1]
    assert {name: value for name, value in hidden.items() if value is not None} == {
        "id": "further-1",
        "number": 1,
        "kind": "further",
        "status": "no_longer_listed",
    }
    assert content["counts"]["further"] == 0
    for path in ("", "signatories/", "signatories.json", "signatories.csv"):
        content = client.get(f"/appeals/{SLUG}/{path}").content.decode()
        assert "Gone Fund" not in content
        assert "GOFU" not in content
    assert "1. No longer listed" in words(client.get(LIST).content.decode())


def test_the_text_is_served_byte_for_byte(client: Client, appeal: Appeal) -> None:
    content = client.get(f"/appeals/{SLUG}/text.en.txt").content
    assert hashlib.sha256(content).hexdigest() == get_data(client)["text_sha256"]
    assert client.get(f"/appeals/{SLUG}/text.ru.txt").status_code == 404


def test_several_appeals_stand_side_by_side(client: Client, appeal: Appeal) -> None:
    approved(appeal, organisation_name="Only in the first")
    other = an_appeal("another-2020")
    assert "Only in the first" not in client.get(f"/appeals/{other.slug}/").content.decode()
    approved(other)
    assert b'id="further-1"' in client.get(f"/appeals/{other.slug}/").content
    front = client.get("/").content.decode()
    assert front.count("<h2") == 2


def test_an_original_is_restored_unchanged(client: Client, appeal: Appeal) -> None:
    before = get_data(client)["signatories"][31]
    assert before["label"] == "Freedom Now (USA)"
    endorsement = Endorsement.objects.get(signatory__kind="original", signatory__number=32)
    decisions.revoke(endorsement.pk, by=MODERATOR, at=NOON)
    assert get_data(client)["signatories"][31]["label"] is None
    decisions.approve(endorsement.pk, by=MODERATOR, at=NOON)
    assert get_data(client)["signatories"][31] == before
