"""Statements become published appeals in the admin, without a shell; their words are those of the source."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.visit import Visit
from tests.evidence.figures import record_figure
from tests.factories import STATEMENT
from tests.site import Site

pytestmark = pytest.mark.long  # each reads, settles, locks and publishes a whole statement
DOCUMENTS = Path(__file__).parents[1] / "statements" / "documents"


@dataclass(frozen=True)
class Document:
    """A statement and what a person decides about it.

    `decisions` are kinds by the words with which an undecided block begins; `missing` are the words of the source that
    the appeal does not have: those that were left out, and people.
    """

    path: Path
    language: str
    slug: str
    demands: int
    signatories: int
    decisions: dict[str, str] = field(default_factory=dict)
    missing: str = ""


DOCUMENTS_AND_DECISIONS = [
    Document(STATEMENT, "en", "again", 8, 35, missing="signed by"),
    Document(
        DOCUMENTS / "two-lists.txt",
        "en",
        "observers",
        5,
        5,
        {"Observers Without": "signatory", "Contact": "dropped"},
        "organisations that signed also supported by contact press ballots example",
    ),
    Document(
        DOCUMENTS / "people.txt",
        "ru",
        "assembly",
        3,
        4,
        dict.fromkeys(("Айнура", "Jane", "Mr John", "Салтанат"), "not_listed"),
        "подписали айнура асанова правозащитница jane doe researcher imaginary university mr john smith салтанат "
        "бекова в личном качестве",
    ),
    Document(
        DOCUMENTS / "quotations.txt",
        "en",
        "newspaper",
        2,
        3,
        {"": "paragraph"},
        "signed by 2",
    ),
]


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of their own: with more appeals the pages of the shared one would look different."""
    running = Site(tmp_path_factory.mktemp("new-appeals"))
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture
def desk(browser: Browser, own_site: Site) -> Iterator[Visit]:
    """An editor's window, without JavaScript."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    visit = Visit(context, own_site)
    visit.sign_in()
    yield visit
    context.close()


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def begin(visit: Visit, document: Document) -> tuple[int, int]:
    """Upload the document, settle every block that is undecided; return how many those were, and the pages of it."""
    choices = pages = 0
    visit.open("/admin/drafts/new/")
    visit.page.locator("[name=language]").select_option(document.language)
    visit.page.locator("[name=file]").set_input_files(document.path)
    visit.press("main button.staff-approve")
    while "/blocks/" in visit.page.url:
        for block in visit.page.locator("fieldset.staff-undecided").all():
            typed = block.locator("textarea").input_value()
            kind = next(kind for start, kind in document.decisions.items() if typed.startswith(start))
            block.locator("select").select_option(kind)
            choices += 1
        visit.press("button[name=next]")
        pages += 1
    return choices, pages


def publish(visit: Visit, document: Document) -> None:
    """Enter the address, lock, publish."""
    visit.page.locator("[name=slug]").fill(document.slug)
    visit.press("main .staff-save")
    visit.press("button[value=lock]")
    visit.press("button[value=publish]")


def read_json(visit: Visit, slug: str, name: str) -> dict[str, list[dict[str, object]]]:
    """Return the data; the process that answers notices a new appeal within a second."""
    for _ in range(50):
        answer = visit.page.context.request.get(f"{visit.site.url}/appeals/{slug}{name}")
        if answer.ok:
            break
        visit.page.wait_for_timeout(100)
    assert answer.ok, answer.text()
    content: dict[str, list[dict[str, object]]] = json.loads(answer.text())
    return content


@pytest.mark.parametrize("document", DOCUMENTS_AND_DECISIONS, ids=lambda document: document.slug)
def test_a_statement_becomes_an_appeal_without_a_shell(desk: Visit, document: Document) -> None:
    began = time.monotonic()
    choices, blocks_pages = begin(desk, document)
    assert "Every word of the source is in the text" in desk.page.locator("main").inner_text()
    publish(desk, document)
    assert "The appeal is published." in desk.page.locator(".messagelist").inner_text()
    seconds = time.monotonic() - began
    desk.open(f"/appeals/{document.slug}/")
    desk.reload_until("#signed")  # the public pages follow within a second
    (text,) = read_json(desk, document.slug, ".json")["texts"]
    signatories = read_json(desk, document.slug, "/signatories.json")["signatories"]
    assert len(text["demands"]) == document.demands  # type: ignore[arg-type]  # a list
    assert len(signatories) == document.signatories
    # Counted here by itself: the comparison in the admin is code of the site.
    source = document.path.read_text(encoding="utf-8")
    source = re.sub(r"-\s*\n\s*", "", source)  # words are broken at ends of lines
    source = re.sub(r"^\s*(?:\d+[.)]|[a-z]\))\s", "", source, flags=re.MULTILINE)  # markers of lists
    blocks = [str(block["text"]) for part in ("body", "background") for block in text[part]]  # type: ignore[attr-defined]
    shown = "\n".join([str(text["title"]), *blocks, *(str(one["label"]) for one in signatories)])
    dated = desk.page.locator("time").first.inner_text()
    assert words(shown) - words(source) == Counter()
    assert words(source) - words(shown) - words(dated) == words(document.missing)
    record_figure(
        "appeals without a shell",
        f"{document.slug}: {choices} choices, {blocks_pages + 4} buttons, {seconds:.0f} s by a program; every word",
    )
