"""The scanners: each takes a running site and returns what it finds."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from petition.security.keys import generate_keys
from tests.site import ROOT, SLUG

REQUIREMENTS: Final = Path(__file__).parent / "requirements.txt"
TOOLS: Final = ROOT / "var" / "scanners"
"""A virtual environment: these programs bring a hundred packages that the site's own must not meet."""
SECONDS: Final = 240
"""How long one scanner may take for one site."""
REVIEWED: Final = Counter(
    {
        # Names of tables and columns of ours are put together; values never are.
        ("petition/actions/database/right_checks.py", "B608"): 1,
        ("petition/admin/queue/filters.py", "B608"): 1,
        ("petition/admin/queue/filters.py", "B611"): 1,
        ("petition/models/database/link_sql/leave.py", "B608"): 1,
        ("petition/models/database/link_sql/open_link.py", "B608"): 2,
        ("petition/models/database/link_sql/send.py", "B608"): 1,
        ("petition/models/database/triggers.py", "B608"): 2,
        ("petition/publishing/cache/public_copy.py", "B608"): 2,
        # A list that is called requests: nothing is requested.
        ("petition/actions/mailing/mailbox_mails.py", "B113"): 1,
    }
)
"""What bandit reports of our source and somebody has looked at, by file and rule."""


class Target(NamedTuple):
    source: Path
    url: str
    cookie: str
    """Of a staff session, as a header has it."""
    work: Path
    """An empty folder for what the scanner writes."""


def install() -> None:
    """Install the pinned scanners, unless these very ones are there."""
    stamp = TOOLS / "installed.txt"
    pins = REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == pins:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(TOOLS)], check=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "-r", str(REQUIREMENTS)]
    subprocess.run([str(TOOLS / "bin" / "pip"), "install", *options], check=True)
    stamp.write_text(pins, encoding="utf-8")


def _run(command: list[str], target: Target) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(target.work)}
    try:
        result = subprocess.run(
            command, cwd=target.work, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode(errors="replace")
    return result.stdout + result.stderr


def run_wapiti(target: Target, start: str, *options: str) -> list[str]:
    """Return the categories of what wapiti finds from the page `start` on."""
    report = target.work / "report.json"
    command = [
        str(TOOLS / "bin" / "wapiti"),
        "-u",
        target.url + start,
        "--scope",
        "domain",
        "--no-bugreport",
        "--flush-session",
    ]
    command += [
        "--store-session",
        str(target.work),
        "-m",
        "xss,sql,redirect,file",
        "-f",
        "json",
        "-o",
        str(report),
    ]
    command += ["--max-scan-time", "45", "--max-attack-time", "25", "-d", "2", "--max-files-per-dir", "20", *options]
    output = _run(command, target)
    if not report.exists():
        return [f"wapiti wrote no report: {output[-400:]}"]
    found = json.loads(report.read_text(encoding="utf-8"))["vulnerabilities"]
    return [f"wapiti: {kind}" for kind, cases in found.items() if cases]


def scan_public_pages(target: Target) -> list[str]:
    return run_wapiti(target, f"/appeals/{SLUG}/signatories/?q=fund")


def scan_staff_pages(target: Target) -> list[str]:
    without = [part for page in ("logout", "password", "2fa") for part in ("-x", f"{target.url}/admin/{page}/")]
    return run_wapiti(target, "/admin/", "-H", f"Cookie: {target.cookie}", *without)


def scan_search(target: Target) -> list[str]:
    """Return whether sqlmap can inject SQL into the search."""
    url = f"{target.url}/appeals/{SLUG}/signatories/?q=rights&kind=original"
    options = [
        "--batch",
        "--flush-session",
        "--output-dir",
        str(target.work),
        "--technique",
        "B",
        "--timeout",  # what the site answers late or with 503, since it is busy, is not asked again and again
        "10",
        "--retries",
        "0",
        "-p",
        "q,country,kind",
    ]
    output = _run([str(TOOLS / "bin" / "sqlmap"), "-u", url, "--dbms", "SQLite", *options], target)
    if "injection point" in output:
        return ["sqlmap: SQL injection"]
    return [] if "do not appear to be injectable" in output else [f"sqlmap did not finish: {output[-400:]}"]


def scan_source(target: Target) -> list[str]:
    """Return what bandit reports of the source and nobody has reviewed."""
    command = [str(Path(sys.executable).with_name("bandit")), "-q", "-r", "petition", "manage.py", "-ll", "-f", "json"]
    output = subprocess.run(command, cwd=target.source, capture_output=True, text=True, check=False).stdout
    results = json.loads(output)["results"]
    found = Counter((result["filename"].removeprefix("./"), result["test_id"]) for result in results)
    return [f"bandit: {rule} in {file}" for file, rule in (found - REVIEWED).elements()]


def scan_settings(target: Target) -> list[str]:
    """Return what Django's own list for production reports, on https."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(target.work), "SITE_URL": "https://appeal.example"}
    environment |= {"TRUSTED_PROXIES": "127.0.0.1", "EMAIL_URL": "smtp://127.0.0.1:25", **generate_keys()}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=target.source, env=environment, capture_output=True, text=True, check=False)
    return [line for line in result.stderr.splitlines() if line.startswith("?:")] if result.returncode else []


class Scanner(NamedTuple):
    name: str
    scan: Callable[[Target], list[str]]
    planted: tuple[str, ...]
    """What it must find in the broken copy: parts of its findings."""


SCANNERS: Final = (
    Scanner("bandit, source", scan_source, ("B602", "B307")),
    Scanner("check --deploy", scan_settings, ("security.W003",)),
    Scanner("sqlmap, search", scan_search, ("SQL injection",)),
    Scanner("wapiti, public pages", scan_public_pages, ("Cross Site Scripting", "Open Redirect")),
    Scanner("wapiti, staff pages", scan_staff_pages, ()),
)
