"""Unmistakable texts in every private field, a whole scenario on the site as shipped, and a search of all its output.

Each is found where the allow-list says and nowhere else: not on a page, in a document, in data, in a mail to somebody
else, in what the processes print, in a row or in the database's files. The same search finds the leaks that are
planted, one on each way out.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.mailing.fake_mail_server import create_fake_server, run_server
from tests.evidence.figures import record_figure
from tests.journeys.crawler import opened_at
from tests.journeys.leaks import LEAKS, PLANT
from tests.journeys.private_life import SLOW_OR_FIXED, Found, Life
from tests.site import SLUG, Site

DRAFT = ("title", "paragraph", "signatory")
IN_ROWS: Found = {
    ("question", "row Question.body"),  # the organisation reads it where no private key is
    ("listed website", "row Endorsement.website"),  # helps the check; sealed with the name
    *((f"{role} website", "row Endorsement.website") for role in ("asked", "forgotten")),
    *((f"{role} name", "row Endorsement.organisation_name") for role in ("asked", "forgotten")),  # still to decide
    # An appeal that is not published yet: for half a year, in a table that the public login cannot read.
    *((f"draft {part}", f"row AppealDraft.{column}") for part in DRAFT for column in ("source", "blocks")),
}
"""A month later. Nothing else that is private lies readable in the database."""
IN_ROWS_BEFORE: Found = IN_ROWS | {
    (f"{role} {field}", f"row Endorsement.{column}")
    for role in ("rejected", "unconfirmed")  # until they are sealed and erased
    for field, column in (("name", "organisation_name"), ("website", "website"))
}

BEHIND_LINKS: Found = {(f"{role} name", f"link of {role}") for role in ("asked", "rejected", "unconfirmed")}
"""The line, while it can be read; no person, no mailbox, nothing that the secretariat noted."""

WEIGHED: Found = {(f"{role} name", "row Endorsement.folded") for role in ("asked", "rejected", "forgotten")}
"""What staff search through goes with the name; there once the worker has weighed it."""


@pytest.fixture
def life(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Life]:
    """Run the whole scenario; with `leaks` as the parameter, on a site that leaks."""
    site = Site(tmp_path)
    with run_server(create_fake_server()) as office:
        site.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{office.port}"
        if getattr(request, "param", "") == "leaks":
            (tmp_path / "leaks").mkdir()
            (tmp_path / "leaks" / "sitecustomize.py").write_text(PLANT.format(leaks=LEAKS), encoding="utf-8")
            site.environment["PYTHONPATH"] = str(tmp_path / "leaks")
        try:
            site.start()
            life = Life(site, office)
            life.live()
            yield life
        finally:
            site.remove()


@pytest.mark.long
def test_nothing_private_is_shown_anywhere(life: Life) -> None:
    pages = life.pages()
    assert "/privacy/" in pages, "where the leak is planted below"
    assert sum(life.listed_name in text for text in pages.values()) > 20, "what is public is found, in every format"
    assert all(life.listed_name in pages[f"/appeals/{SLUG}{end}"] for end in ("/", ".pdf", ".docx", ".txt"))
    assert life.before_worker == set()
    assert life.on_pages(pages) == set()
    assert life.behind_links() == BEHIND_LINKS
    # The answer goes to the address that the message gave, and to nobody else.
    assert life.in_mails() == {("message answer", "mail to nobody"), ("dispute mailbox", "mail to nobody")}
    assert life.in_output() == set()

    before, after = life.in_rows("purge")
    assert before - WEIGHED == IN_ROWS_BEFORE
    assert after - WEIGHED == IN_ROWS
    assert life.on_pages(life.pages(leave_out=SLOW_OR_FIXED)) == set()
    if "DATABASE_URL" not in os.environ:
        allowed = {name for name, _ in IN_ROWS}
        assert {name for name, _ in life.in_files()} == allowed
    record_figure(
        "canary",
        f"{len(life.canaries)} private texts searched for on {len(pages)} pages and files, in mails, output and rows: "
        "found only where the list allows",
    )


@pytest.mark.long
@pytest.mark.parametrize("life", ["leaks"], indirect=True)
def test_leaks_that_were_planted_are_found(life: Life) -> None:
    planted = {"/privacy/": opened_at(f"{life.site.url}/privacy/")[1]}
    assert ("listed website", "page /privacy/") in life.on_pages(planted)
    assert any(name == "rejected name" for name, _ in life.in_mails())
    assert ("unconfirmed role", "output") in life.in_output()
    assert {
        ("withheld person", "page after sending"),
        ("withheld role", "output"),
        ("withheld mailbox", "row VisitorCount.key"),
        ("withheld name", "row IntakeRow.box"),
        ("answer", "row IntakeRow.box"),
    } <= life.before_worker
    if "DATABASE_URL" not in os.environ:
        assert ("withheld name", "file") in life.before_worker
    assert ("asked person", "row Endorsement.wording_version") in life.in_rows("dump")[0]
