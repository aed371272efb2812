"""Tests of a program that lacks a part are skipped with the reason, or fail where nothing may be skipped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import programs
from tests.browser.screens import screens

PROBES = (
    programs.lacking_calc,
    programs.lacking_writer,
    programs.lacking_proxy,
    programs.lacking_postgresql_client,
    programs.find_chromium,
)


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PATH with only what a test puts there; cached results are cleared."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("REQUIRE_ALL", "CHROMIUM", "TEST_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for probe in PROBES:
        probe.cache_clear()
    yield tmp_path / "bin"
    for probe in PROBES:
        probe.cache_clear()


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_missing_programs_are_reported() -> None:
    assert "LibreOffice is not installed (apt install libreoffice-calc-nogui)" in programs.lacking_calc()
    assert "LibreOffice is not installed (apt install libreoffice-writer-nogui)" in programs.lacking_writer()
    assert "nginx and openssl not installed" in programs.lacking_proxy()
    assert "pg_dump is not installed" in programs.lacking_postgresql_client(17)


@pytest.mark.parametrize("script", ["exit 0", "echo 'no export filter' >&2; exit 1"])
def test_libreoffice_without_a_part_is_reported(path: Path, script: str) -> None:
    """Its exit code does not matter: the output file does."""
    put(path, "soffice", script)
    assert "LibreOffice is installed without Calc, or does not start" in programs.lacking_calc()
    assert "LibreOffice is installed without Writer, or does not start" in programs.lacking_writer()


def test_a_libreoffice_that_converts_is_enough(path: Path) -> None:
    put(path, "soffice", '/bin/mkdir -p "$6" && : > "$6/probe.$4"')
    assert (programs.lacking_calc(), programs.lacking_writer()) == ("", "")


def test_an_nginx_without_a_module_is_reported(path: Path) -> None:
    put(path, "openssl", "exit 0")
    put(path, "nginx", 'echo "unknown directive ssl_reject_handshake" >&2; exit 1')
    assert "this nginx lacks a part of it (unknown directive ssl_reject_handshake;" in programs.lacking_proxy()
    programs.lacking_proxy.cache_clear()
    put(path, "nginx", "exit 0")
    assert programs.lacking_proxy() == ""


def test_a_pg_dump_older_than_the_server_is_reported(path: Path) -> None:
    put(path, "pg_dump", "echo 'pg_dump (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)'")
    assert "pg_restore is not installed" in programs.lacking_postgresql_client(15)
    assert "the server is version 17, and pg_dump (PostgreSQL) 15.8" in programs.lacking_postgresql_client(17)
    put(path, "pg_restore", "echo 'pg_restore (PostgreSQL) 15.8'")
    programs.lacking_postgresql_client.cache_clear()
    assert programs.lacking_postgresql_client(15) == ""


def test_a_browser_that_does_not_start_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ubuntu's `chromium-browser` exists and only prints that a snap is needed."""
    put(path, "chromium-headless-shell", "exit 127")
    put(path, "chromium", "echo needs a snap >&2")
    assert "no Chromium was found that starts (apt install chromium)" in programs.lacking_chromium()
    with pytest.raises(SystemExit, match="no Chromium was found that starts"):
        screens.main([])
    put(path, "google-chrome", "echo Google Chrome 156")
    programs.find_chromium.cache_clear()
    assert programs.lacking_chromium() == ""
    assert programs.find_chromium() == str(path / "google-chrome")
    for named in ("/nowhere/chromium", str(path / "chromium")):
        monkeypatch.setenv("CHROMIUM", named)
        programs.find_chromium.cache_clear()
        assert f"CHROMIUM is '{named}', which does not start" in programs.lacking_chromium()


def test_a_server_is_started_or_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "pg_virtualenv was not found (apt install postgresql postgresql-common;" in programs.lacking_postgresql()
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://me@db/test")
    assert programs.lacking_postgresql() == ""
    monkeypatch.delenv("TEST_DATABASE_URL")
    put(path, "pg_virtualenv", "exit 0")
    assert programs.lacking_postgresql() == ""


def test_a_missing_program_fails_where_skipping_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    programs.need("")
    with pytest.raises(pytest.skip.Exception, match="The part is missing"):
        programs.need("The part is missing.")
    assert "REQUIRE_ALL" not in os.environ
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match=r"Nothing may be skipped here .*The part is missing"):
        programs.need("The part is missing.")
