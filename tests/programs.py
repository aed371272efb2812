"""Say which optional programs are missing on this machine, in a sentence that is the reason why a test is skipped.

`python -m tests.programs` prints what `make test` says loudly: whole parts of the suite that are skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

CALC = "apt install libreoffice-calc-nogui"
WRITER = "apt install libreoffice-writer-nogui"
NGINX = "apt install nginx-light openssl"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the quickest
PROBE = """
daemon off; pid {folder}/pid; events {{ }}
http {{
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5; access_log off;
  server {{ listen unix:{folder}/s ssl; ssl_reject_handshake on; location / {{ proxy_pass http://127.0.0.1:1; }} }}
}}
"""
"""The parts of nginx that the configuration we ship is made of, in no place that takes a right to write."""


def need(lacking: str) -> None:
    """Skip the test because of `lacking`, or fail it where nothing may be skipped (REQUIRE_ALL=1); go on for ''."""
    if lacking and os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"Nothing may be skipped here (REQUIRE_ALL=1). {lacking}", pytrace=False)
    if lacking:
        pytest.skip(lacking)


@cache
def find_chromium() -> str | None:
    """Return the path of the system's Chromium, or of the one that CHROMIUM names; None where none starts."""
    named = os.environ.get("CHROMIUM")
    return next(filter(_starts, filter(None, map(shutil.which, [named] if named else BROWSERS))), None)


def _starts(browser: str) -> bool:
    """Return whether it runs: Ubuntu's `chromium-browser` may be a note that there is a snap; libraries may lack."""
    try:
        result = subprocess.run([browser, "--version"], check=False, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0 and bool(result.stdout.strip())


def lacking_chromium() -> str:
    """Say why no page can be opened in a browser."""
    if find_chromium():
        return ""
    named = os.environ.get("CHROMIUM")
    reason = f"CHROMIUM is {named!r}, which does not start" if named else "no Chromium was found that starts"
    return f"Nothing is tried in a browser: {reason} (apt install chromium)."


def lacking_postgresql() -> str:
    """Say why `make test` has no PostgreSQL server."""
    if os.environ.get("TEST_DATABASE_URL") or shutil.which("pg_virtualenv"):
        return ""
    return (
        "Nothing is tried on PostgreSQL: pg_virtualenv was not found (apt install postgresql postgresql-common; "
        "or set TEST_DATABASE_URL=postgres://...)."
    )


def office_program() -> str:
    """Return the path of LibreOffice, '' where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def convert_with_office(folder: Path, files: list[Path], ending: str) -> list[Path]:
    """Convert files with LibreOffice and return one with this ending for each, below `folder`; a failed one does not
    exist."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    read = folder / "read"
    command = [office_program(), "--headless", profile, "--convert-to", ending, "--outdir", str(read)]
    subprocess.run([*command, *map(str, files)], check=False, capture_output=True, timeout=120)
    return [read / f"{file.stem}.{ending}" for file in files]


@cache
def lacking_calc() -> str:
    """Say why no spreadsheet can be read."""
    return _lacking_office("No spreadsheet is read", "Calc", CALC, "csv", "fods")


@cache
def lacking_writer() -> str:
    """Say why no word processor can open the DOCX."""
    return _lacking_office("No word processor opens the DOCX", "Writer", WRITER, "txt", "fodt")


def _lacking_office(skipped: str, part: str, package: str, given: str, ending: str) -> str:
    """Say what is missing. LibreOffice may lack a part, so a file of three letters is tried."""
    if not office_program():
        return f"{skipped}: LibreOffice is not installed ({package})."
    with tempfile.TemporaryDirectory() as name:
        probe = Path(name) / f"probe.{given}"
        probe.write_text("1,2\n", encoding="ascii")
        (converted,) = convert_with_office(Path(name), [probe], ending)
        if converted.exists():
            return ""
    return f"{skipped}: LibreOffice is installed without {part}, or does not start ({package})."


@cache
def lacking_proxy() -> str:
    """Say why the proxy's configuration cannot be tried: no program, or an nginx that is older or built smaller."""
    missing = [name for name in ("nginx", "openssl") if not shutil.which(name)]
    if missing:
        return f"The proxy's configuration is not tried: {' and '.join(missing)} not installed ({NGINX})."
    with tempfile.TemporaryDirectory() as name:
        probe = Path(name) / "probe.conf"
        probe.write_text(PROBE.format(folder=name), encoding="utf-8")
        command = ["nginx", "-t", "-e", "stderr", "-c", str(probe)]
        result = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    # A server for https without a certificate is right where it refuses every handshake, so only the parts can fail.
    if result.returncode == 0:
        return ""
    reason = (result.stderr.strip().splitlines() or ["it does not start"])[0]
    return f"The proxy's configuration is not tried: this nginx lacks a part of it ({reason}; {NGINX})."


@cache
def lacking_postgresql_client(server: int) -> str:
    """Say why a PostgreSQL server of this major version cannot be backed up: pg_dump refuses a newer server."""
    for program in ("pg_dump", "pg_restore"):
        if not shutil.which(program):
            return f"No backup of PostgreSQL is tried: {program} is not installed (apt install postgresql-client)."
        result = subprocess.run([program, "--version"], check=False, capture_output=True, text=True)
        digits = "".join(letter if letter.isdigit() else " " for letter in result.stdout).split()
        if not digits or int(digits[0]) < server:
            words = result.stdout.strip() or f"{program} does not start"
            return f"No backup of PostgreSQL is tried: the server is version {server}, and {words} is older."
    return ""


if __name__ == "__main__":
    for words in filter(None, (lacking_postgresql(), lacking_chromium())):
        sys.stdout.write(f"SKIPPED: {words}\n")
