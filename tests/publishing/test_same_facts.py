"""Every published path in every language and format tells the same facts: those of the record, and no others."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from petition.actions import corrections, moderation
from petition.actions.corrections import Proposal
from petition.models import Appeal, Kind, PrivateLink, Signatory
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.publishing import facts as read
from tests.publishing.facts import Facts, Line, Reader
from tests.publishing.readers import PREFIXES

PLACE = f"/appeals/{SLUG}"
TELLS: dict[str, tuple[str, Reader]] = {
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
"""The list of a day, not of today: tests/publishing/test_editions.py."""
TELLS_NO_LIST = {"accessibility", "privacy", "robots", "sitemap", "schema", "text", "signatory", "copy_text", "card"}
"""`copy_text` is in SHAPES, `signatory` leads to the list, `card` is a picture."""
WITHOUT_LANGUAGE = {name for name in TELLS if name.startswith(("signatories_", "appeal_"))} | {"feed"}
VISITS = [
    (name, language, path, reader)
    for name, (path, reader) in TELLS.items()
    for language in (("en",) if name in WITHOUT_LANGUAGE else PREFIXES)
] + [
    (shape, language, f"{PLACE}/signatories/{shape}.txt", reader)
    for shape, reader in SHAPES.items()
    for language in PREFIXES
]
SEES: dict[Reader, list[bool]] = {
    read.figures: [True, False, True],
    read.widget: [True, False, True],
    read.table: [True, True, False],
    read.table_metadata: [False, False, True],
}
"""Which of the three disagreements below can be seen in what does not tell everything: line, list, date."""
each_visit = pytest.mark.parametrize(
    ("language", "path", "reader"),
    [visit[1:] for visit in VISITS],
    ids=[f"{name}-{language}" for name, language, _, _ in VISITS],
)


@pytest.fixture
def told(appeal: Appeal) -> Facts:
    """Lines of every fate, as the tables have them."""
    names = ("Өмүр «Үкүк»", "Gone Fund", "Réseau d’Été", "Fund, with comma", "საქართველოს ფონდი", "Old Fund")
    countries = (("KG",), ("TJ",), ("FR", "BE"), (), ("KZ",), ("KG",))
    made = [approved(appeal, organisation_name=name, countries=of) for name, of in zip(names, countries, strict=True)]
    moderation.hide(SLUG, Kind.FURTHER, 2, by=MODERATOR, at=NOON)
    moderation.hide(SLUG, Kind.ORIGINAL, 17, by=MODERATOR, at=NOON)
    link = PrivateLink.objects.filter(endorsement=made[5], purpose="own_page").latest("pk")
    corrections.propose(link.digest, Proposal("New Fund", "NF", "KG"), at=NOON)
    corrections.accept(made[5].corrections.get().pk, by=MODERATOR, at=NOON)
    Appeal.objects.filter(pk=appeal.pk).update(withheld_total=14, withheld_checks={"own_channel": 14})
    rows = Signatory.objects.filter(appeal=appeal).order_by("-kind", "number")
    return Facts(
        lines=[Line(row.reference, row.label or None, row.name or None) for row in rows],
        counts={"original": 35, "further": 5, "withheld": 14},
        as_of=NOON.date(),
    )


def _published(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _published(pattern.url_patterns)
        elif getattr(pattern.callback, "published", False) and pattern.name:
            yield pattern.name


def test_every_published_route_is_read_or_tells_no_list() -> None:
    assert set(_published(get_resolver().url_patterns)) == set(TELLS) | TELLS_NO_LIST | EDITIONS


def _body(client: Client, language: str, path: str) -> bytes:
    answer = client.get(PREFIXES[language] + path)
    assert answer.status_code == 200
    return answer.content


@each_visit
def test_it_tells_what_the_record_tells(client: Client, told: Facts, language: str, path: str, reader: Reader) -> None:
    facts = Facts(told.lines, told.counts, told.as_of, language)
    body = _body(client, language, path)
    assert reader(body, facts) == []
    for secret in ("Gone Fund", "Old Fund"):
        assert secret.encode() not in body


@each_visit
def test_one_that_disagrees_is_noticed(client: Client, told: Facts, language: str, path: str, reader: Reader) -> None:
    """The same bytes against a record that differs in each thing that the reader looks at."""
    body = _body(client, language, path)
    gone = [line if line.id != "further-6" else Line(line.id, None, None) for line in told.lines]
    late = [*told.lines, Line("further-7", "One more", "One more"), Line("original-36", None, None)]
    others = [
        Facts(gone, told.counts | {"further": 4}, told.as_of, language),
        Facts(late, told.counts, told.as_of, language),
        Facts(told.lines, told.counts, told.as_of.replace(year=2027), "ky" if language != "ky" else "ru"),
    ]
    noticed = []
    for facts in others:
        try:
            noticed.append(bool(reader(body, facts)))
        except ValueError:  # one table is longer than the other
            noticed.append(True)
    assert noticed == SEES.get(reader, [True, True, True])
