"""Exports that are too large for memory: a file of their revision, streamed past the page cache, gone with it."""

import gzip
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from petition.actions.moderation import decisions
from petition.models import Appeal, Kind
from petition.publishing import queries
from petition.publishing.exports import file_cache, json_files
from petition.publishing.exports.shared_folders import lock_folder
from tests.factories import MODERATOR, NOON, SLUG, approved
from tests.publishing.visitor import Visitor
from tests.web.public.test_appeal_page import list_further

PATH = f"/appeals/{SLUG}/signatories.json"
MANY = 4_000
"""Lines that make more than a megabyte of JSON."""
SOME = 60


@pytest.fixture
def exports_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "exports"


@pytest.fixture
def long_list(appeal: Appeal, exports_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Appeal:
    """A list too large for memory, whose limit is a few entries."""
    monkeypatch.setattr(file_cache, "MAX_BYTES_IN_MEMORY", 10_000)
    approved(appeal, organisation_name="Canary Fund")
    list_further(appeal, SOME, first=2)
    return appeal


def list_files(exports_folder: Path) -> list[Path]:
    return sorted(path for path in exports_folder.rglob("*") if path.is_file())


def body_of(client: Client, **headers: str) -> bytes:
    response = client.get(PATH, headers=headers)
    assert response.status_code == 200
    return response.getvalue()


def test_a_small_export_leaves_no_file(client: Client, appeal: Appeal, exports_folder: Path) -> None:
    approved(appeal)
    assert len(json.loads(body_of(client))["signatories"]) == 36
    assert not exports_folder.exists()


@pytest.mark.both_databases
def test_a_large_export_is_written_once_and_private(client: Client, appeal: Appeal, exports_folder: Path) -> None:
    list_further(appeal, MANY)
    first = body_of(client)
    assert len(json.loads(first)["signatories"]) == 35 + MANY
    assert first == "".join(json_files.generate_signatories(SLUG)).encode()
    plain, packed = list_files(exports_folder)
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes() == first
    made_at = plain.stat().st_mtime_ns
    assert body_of(client) == first
    assert plain.stat().st_mtime_ns == made_at
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (plain.parent, exports_folder)] == [0o700, 0o700]


def test_an_export_is_streamed_compressed_if_accepted(client: Client, long_list: Appeal, exports_folder: Path) -> None:
    plain = body_of(client)
    for accepted in ("gzip", "br, gzip", "deflate, gzip;q=0.5"):
        response = client.get(PATH, headers={"accept-encoding": accepted})
        assert (response["Content-Encoding"], response["Vary"]) == ("gzip", "Accept-Encoding")
        packed = response.getvalue()
        assert len(packed) == int(response["Content-Length"])
        assert gzip.decompress(packed) == plain
    for accepted in ("", "br", "gzip;q=0", "gzip;q=0.0, br", "xgzip"):
        response = client.get(PATH, headers={"accept-encoding": accepted})
        assert "Content-Encoding" not in response
        assert response.getvalue() == plain


def test_an_unchanged_export_is_304(client: Client, long_list: Appeal, exports_folder: Path) -> None:
    response = client.get(PATH)
    response.getvalue()
    again = client.get(PATH, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin"):
        assert again[name] == response[name]
    body_of(client, **{"if-none-match": '"other"'})


def test_a_removed_name_is_gone_and_the_old_file_deleted(
    client: Client, long_list: Appeal, exports_folder: Path
) -> None:
    assert b"Canary Fund" in body_of(client)
    old = list_files(exports_folder)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert b"Canary Fund" not in body_of(client)
    assert not any(path.exists() for path in old)
    assert len(list_files(exports_folder)) == 2


def test_the_worker_deletes_old_files(client: Client, long_list: Appeal, exports_folder: Path) -> None:
    body_of(client)
    (exports_folder / "gone-appeal" / "1").mkdir(parents=True)
    file_cache.remove_stale()
    assert len(list_files(exports_folder)) == 2
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    call_command("worker", "--once")
    assert list_files(exports_folder) == []
    assert list(exports_folder.glob("*/*")) == []


def test_a_web_process_without_a_worker_deletes_them_too(
    client: Client, long_list: Appeal, exports_folder: Path, visit: Visitor
) -> None:
    visit.middleware.follow_changes()
    body_of(client)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    visit.middleware.follow_changes()
    assert list_files(exports_folder) != [], "the change was not seen yet"
    visit.middleware.check_for_changes()
    visit.middleware.follow_changes()
    assert list_files(exports_folder) == []


def test_files_of_a_killed_process_are_deleted_with_their_revision(
    client: Client, long_list: Appeal, exports_folder: Path
) -> None:
    body_of(client)
    half = list_files(exports_folder)[0].parent / ".half"
    half.mkdir()
    (half / "plain").write_text("Canary Fund")
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    file_cache.remove_stale()
    assert list_files(exports_folder) == []


def test_a_change_during_writing_starts_it_again(long_list: Appeal, exports_folder: Path) -> None:
    times: list[int] = []

    def pieces() -> Iterator[str]:
        yield from json_files.generate_signatories(SLUG)
        if not times:
            decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
        times.append(1)

    export = file_cache.open_export(SLUG, "signatories.json", pieces)
    assert not isinstance(export, bytes)
    with export:
        assert b"Canary Fund" not in export.read()
    assert len(times) == 2
    assert {path.parent.name.split("-")[0] for path in list_files(exports_folder)} == {
        str(queries.get_appeal(SLUG, "en").revision)
    }


@pytest.mark.both_databases
def test_an_addition_shows_late_and_a_removal_at_once(
    client: Client, long_list: Appeal, exports_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(PATH)
    body = first.getvalue()
    approved(long_list, organisation_name="Added Fund")
    assert client.get(PATH, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert body_of(client) == body
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    after = body_of(client)
    assert b"Added Fund" in after
    assert b"Canary Fund" not in after
    approved(long_list, organisation_name="Added Later")
    assert body_of(client) == after
    monkeypatch.setattr(file_cache, "REMAKE_SECONDS", 0.0)
    assert b"Added Later" in body_of(client)
    assert not any(b"Canary Fund" in path.read_bytes() for path in list_files(exports_folder))


def test_a_file_that_ignores_edits_would_keep_the_name(
    client: Client, long_list: Appeal, exports_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant of the test above: every change counts as an addition."""
    assert b"Canary Fund" in body_of(client)
    monkeypatch.setattr(Appeal, "edits", 0)
    (folder,) = exports_folder.glob("*/*")
    folder.rename(folder.with_name(file_cache._folder_name(Appeal.objects.get(slug=SLUG))))
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    assert b"Canary Fund" in body_of(client)


def test_what_is_added_during_writing_is_not_in_the_file(long_list: Appeal, exports_folder: Path) -> None:
    def pieces() -> Iterator[str]:
        written = json_files.generate_signatories(SLUG)
        yield next(written)
        approved(long_list, organisation_name="Added Fund")
        yield from written

    export = file_cache.open_export(SLUG, "signatories.json", pieces)
    assert not isinstance(export, bytes)
    with export:
        content = json.loads(export.read())
    assert len(content["signatories"]) == 35 + content["counts"]["further"] == 35 + SOME


def test_while_one_writes_others_get_the_file_from_before(
    client: Client, long_list: Appeal, exports_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = body_of(client)
    approved(long_list, organisation_name="Added Fund")
    monkeypatch.setattr(file_cache, "REMAKE_SECONDS", 0.0)
    with lock_folder(exports_folder / SLUG, seconds=0):
        assert body_of(client) == body
        decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
        monkeypatch.setattr(file_cache, "LOCK_SECONDS", 0.0)
        assert client.get(PATH).status_code == 503, "the name is in no file that may be served"
    assert b"Canary Fund" not in body_of(client)


def test_files_of_passed_revisions_are_deleted_in_time(
    client: Client, long_list: Appeal, exports_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body_of(client)
    approved(long_list)
    assert not file_cache.remove_stale(), "they may still be served"
    assert list_files(exports_folder) != []
    monkeypatch.setattr(file_cache, "KEEP_SECONDS", 0.0)
    assert file_cache.remove_stale()
    assert list_files(exports_folder) == []


def test_an_unwritable_folder_is_503(client: Client, long_list: Appeal, exports_folder: Path) -> None:
    exports_folder.parent.joinpath("exports").write_text("no folder")
    response = client.get(PATH)
    assert response.status_code == 503
    assert b"Not available" in response.content


def test_the_page_cache_stores_no_large_export(visit: Visitor, long_list: Appeal, exports_folder: Path) -> None:
    visit.middleware.check_for_changes()
    plain = visit(PATH)
    assert (plain.status, len(json.loads(plain.body)["signatories"])) == (200, 35 + SOME)
    assert all(not response.body for response in visit.middleware._cache.responses.values()), "only that it is streamed"
    before = len(visit.django.requests)
    packed = visit(PATH, accept_encoding="gzip, br")
    assert gzip.decompress(packed.body) == plain.body
    assert visit(PATH, if_none_match=plain.headers["ETag"]).status == 304
    assert len(visit.django.requests) == before + 2  # Django alone, once each
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    visit.middleware.check_for_changes()
    assert b"Canary Fund" not in visit(PATH).body
