"""A document is rendered once for all processes of a DATA_DIR, and is gone from the disk with the first removal."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing.documents import kept_documents, renderer
from petition.publishing.documents.card import build_card
from petition.publishing.exports.shared_folders import lock_folder
from tests.benchmarks.serving import fetch
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.processes import Installation, Server

PDF = f"/appeals/{SLUG}.pdf"
DOCUMENTS = (PDF, f"/ru/appeals/{SLUG}.docx", f"/appeals/{SLUG}/card.png")


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "documents"


def list_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    site = Installation(tmp_path_factory.mktemp("site"))
    yield site
    site.remove()


def count_child_seconds(server: Server) -> int:
    """Return the CPU time, in ticks, of all ended processes that this server's process has started."""
    *_, process = server.pids()
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[13]) + int(fields[14])  # cutime and cstime (proc(5))


def ask_both(first: Server, second: Server) -> list[bool]:
    """Ask both for each document; return for each server whether it has rendered any."""
    for path in DOCUMENTS:
        answers = [fetch(server.url + path) for server in (first, second)]
        assert [answer.status for answer, _body in answers] == [200, 200]
        assert answers[0][1] == answers[1][1]
    return [count_child_seconds(server) > 0 for server in (first, second)]


@pytest.mark.long
def test_a_second_process_renders_nothing_again(site: Installation) -> None:
    shutil.rmtree(site.folder / "var" / "documents", ignore_errors=True)
    with site.server(role="public") as first, site.server(role="public") as second:
        assert ask_both(first, second) == [True, False]


@pytest.mark.long
def test_the_test_above_sees_a_second_rendering(site: Installation, tmp_path: Path) -> None:
    """With a DATA_DIR of its own the second process has no file of the first one."""
    shutil.rmtree(site.folder / "var" / "documents", ignore_errors=True)
    database = f"sqlite:///{site.folder / 'var' / 'petition.sqlite3'}"
    (tmp_path / "static").symlink_to(site.folder / "var" / "static")
    with (
        site.server(role="public", DATA_DIR=str(tmp_path), DATABASE_URL=database) as first,
        site.server(role="public") as second,
    ):
        assert ask_both(first, second) == [True, True]


def test_a_document_is_kept_private_and_for_each_content(appeal: Appeal, folder: Path) -> None:
    first = renderer.render_docx(SLUG, "en")
    (file,) = list_files(folder)
    assert [oct(part.stat().st_mode & 0o777) for part in (folder, file.parent)] == ["0o700", "0o700"]
    file.write_bytes(b"what another process has rendered")
    assert renderer.render_docx(SLUG, "en").body == b"what another process has rendered"
    approved(appeal)
    assert renderer.render_docx(SLUG, "en").body not in (b"what another process has rendered", first.body)
    assert len(list_files(folder)) == 2


@pytest.mark.both_databases
def test_a_removed_name_is_on_no_disk(appeal: Appeal, folder: Path) -> None:
    approved(appeal, organisation_name="Canary Fund")
    renderer.render_card(SLUG, "en")
    letter = b"Canary Fund"
    kept_documents._keep(list_files(folder)[0].with_name("letter.pdf"), letter)
    kept_documents.remove_stale()
    assert len(list_files(folder)) == 2
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    kept_documents.remove_stale()
    assert list_files(folder) == []


def test_what_was_rendered_from_before_a_removal_is_not_kept(appeal: Appeal, folder: Path) -> None:
    approved(appeal, organisation_name="Canary Fund")
    content, edits = build_card(SLUG, "en"), Appeal.objects.get(slug=SLUG).edits

    def render() -> bytes:
        decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
        return b"Canary Fund"

    kept_documents.render_once("card", content, edits, render)
    assert list_files(folder) == []


def test_one_process_renders_at_a_time(appeal: Appeal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_documents, "WAIT_SECONDS", 0.0)
    with lock_folder(folder, seconds=0) as is_locked, pytest.raises(renderer.RenderingFailed):
        assert is_locked
        renderer.render_card(SLUG, "en")
    assert renderer.render_card(SLUG, "en").body[:4] == b"\x89PNG"


def test_without_a_place_to_keep_it_a_document_is_rendered_all_the_same(appeal: Appeal, folder: Path) -> None:
    folder.write_text("no folder")
    assert renderer.render_card(SLUG, "en").body[:4] == b"\x89PNG"
    assert folder.is_file()


def test_few_documents_are_kept(appeal: Appeal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_documents, "MOST_KEPT", 2)
    folder.mkdir()
    for number in range(4):
        kept_documents._keep(folder / SLUG / "1" / f"{number}.pdf", b"x")
    assert len(list_files(folder)) == 2
