"""Every published path in every language and format tells the same facts: those of the record, and no others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.plugin import DjangoDbBlocker

from petition.actions.listing.entries import EntryProposal
from petition.actions.moderation import decisions
from petition.actions.self_service import corrections
from petition.models import Appeal, Kind, PrivateLink, Signatory
from tests.factories import MODERATOR, NOON, SLUG, an_appeal, approved
from tests.publishing import facts as read, once
from tests.publishing.facts import Facts, Line, Reader
from tests.publishing.readers import PREFIXES

PLACE = f"/appeals/{SLUG}"
READERS: dict[str, tuple[str, Reader]] = {
    "appeal": (f"{PLACE}/", read.appeal_page),
    "signatories": (f"{PLACE}/signatories/", read.html_list),
    "pdf": (f"{PLACE}.pdf", read.document("pdf")),
    "docx": (f"{PLACE}.docx", read.document("docx")),
    "plain_text": (f"{PLACE}.txt", read.document("txt")),
    "changes": (f"{PLACE}/changes/", read.numbers_gone),
    "figures": (f"{PLACE}/figures/", read.figures),
    "embed": (f"{PLACE}/embed/", read.widget),
    "appeal_json": (f"{PLACE}.json", read.appeal_json),
    "signatories_json": (f"{PLACE}/signatories.json", read.signatories_json),
    "signatories_csv": (f"{PLACE}/signatories.csv", read.table),
    "signatories_spreadsheet": (f"{PLACE}/signatories.spreadsheet.csv", read.table),
    "signatories_csvw": (f"{PLACE}/signatories.csv-metadata.json", read.table_metadata),
    "feed": (f"{PLACE}.atom", read.feed),
}
SHAPES: dict[str, Reader] = {
    "numbered": lambda body, facts: read.whole_list(body.decode(), facts),
    "commas": read.text_with_commas,
    "countries": read.text_by_country,
}
EDITIONS = {"edition", "edition_pdf", "edition_docx", "edition_txt"}
"""The list of an earlier day: tests/publishing/test_editions.py."""
WITHOUT_LIST = {"accessibility", "privacy", "robots", "sitemap", "schema", "text", "signatory", "copy_text", "card"}
"""`copy_text` is in SHAPES, `signatory` leads to the list, `card` is a picture."""
WITHOUT_LANGUAGE = {name for name in READERS if name.startswith(("signatories_", "appeal_"))} | {"feed"}
VISITS = [
    (name, language, path, reader)
    for name, (path, reader) in READERS.items()
    for language in (("en",) if name in WITHOUT_LANGUAGE else PREFIXES)
] + [
    (shape, language, f"{PLACE}/signatories/{shape}.txt", reader)
    for shape, reader in SHAPES.items()
    for language in PREFIXES
]
NOTICED: dict[Reader, list[bool]] = {
    read.figures: [True, False, True],
    read.widget: [True, False, True],
    read.table: [True, True, False],
    read.table_metadata: [False, False, True],
}
"""Which of the three differences below show in a response without all facts: entry, list, date."""
each_visit = pytest.mark.parametrize(
    ("language", "path", "reader"),
    [visit[1:] for visit in VISITS],
    ids=[f"{name}-{language}" for name, language, _, _ in VISITS],
)


@dataclass(frozen=True)
class Published:
    """The facts of the record, and each response with them, by language and path."""

    recorded: Facts
    bodies: dict[tuple[str, str], bytes]


@pytest.fixture(scope="module")
def published(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Published:
    """The appeal with entries in every state, and all its published responses."""
    client = Client(headers={"host": "127.0.0.1:8000"})
    with once.rolled_back(django_db_blocker), once.documents_in_process():
        recorded = _record_entries(an_appeal())
        bodies = {(language, path): _get_body(client, language, path) for _, language, path, _ in VISITS}
    return Published(recorded, bodies)


def _record_entries(appeal: Appeal) -> Facts:
    """Create entries in every state; return them as in the tables."""
    names = ("Өмүр «Үкүк»", "Gone Fund", "Réseau d’Été", "Fund, with comma", "საქართველოს ფონდი", "Old Fund")
    countries = (("KG",), ("TJ",), ("FR", "BE"), (), ("KZ",), ("KG",))
    endorsements = [
        approved(appeal, organisation_name=name, countries=of) for name, of in zip(names, countries, strict=True)
    ]
    decisions.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON)
    decisions.hide(SLUG, Kind.ORIGINAL, 17, by=MODERATOR, at=NOON)
    link = PrivateLink.objects.filter(endorsement=endorsements[5], purpose="own_page").latest("pk")
    corrections.propose_correction(link.digest, EntryProposal("New Fund", "NF", "KG"), at=NOON)
    corrections.accept_correction(endorsements[5].corrections.get().pk, by=MODERATOR, at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(withheld_total=14, withheld_checks={"own_channel": 14})
    rows = Signatory.objects.filter(appeal=appeal).order_by("-kind", "number")
    return Facts(
        lines=[Line(row.reference, row.label or None, row.name or None) for row in rows],
        counts={"original": 35, "further": 5, "withheld": 14},
        as_of=NOON.date(),
    )


def _iterate_published(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _iterate_published(pattern.url_patterns)
        elif getattr(pattern.callback, "published", False) and pattern.name:
            yield pattern.name


def test_every_published_route_is_read_or_has_no_list() -> None:
    assert set(_iterate_published(get_resolver().url_patterns)) == set(READERS) | WITHOUT_LIST | EDITIONS


def _get_body(client: Client, language: str, path: str) -> bytes:
    response = client.get(PREFIXES[language] + path)
    assert response.status_code == 200
    return response.content


@each_visit
def test_every_page_has_the_facts_of_the_record(published: Published, language: str, path: str, reader: Reader) -> None:
    facts = replace(published.recorded, language=language)
    body = published.bodies[language, path]
    assert reader(body, facts) == []
    for secret in ("Gone Fund", "Old Fund"):
        assert secret.encode() not in body


@each_visit
def test_a_difference_is_noticed(published: Published, language: str, path: str, reader: Reader) -> None:
    """Compare the same bytes with a record that differs in each fact that the reader checks."""
    recorded, body = published.recorded, published.bodies[language, path]
    gone = [line if line.id != "further-6" else Line(line.id, None, None) for line in recorded.lines]
    late = [*recorded.lines, Line("further-7", "One more", "One more"), Line("original-36", None, None)]
    others = [
        Facts(gone, recorded.counts | {"further": 4}, recorded.as_of, language),
        Facts(late, recorded.counts, recorded.as_of, language),
        Facts(recorded.lines, recorded.counts, recorded.as_of.replace(year=2027), "ky" if language != "ky" else "ru"),
    ]
    noticed = []
    for facts in others:
        try:
            noticed.append(bool(reader(body, facts)))
        except ValueError:  # one table is longer than the other
            noticed.append(True)
    assert noticed == NOTICED.get(reader, [True, True, True])
