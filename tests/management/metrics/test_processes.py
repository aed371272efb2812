"""Real processes that count and log as JSON: figures add up, and no line names a person, an address or a link."""

import http.client
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.processes import Installation, Server
from tests.site import ROOT, SLUG, free_port
from tests.web.endorse.test_endorse import RIGHT

pytestmark = [pytest.mark.long, pytest.mark.both_databases]

VISITOR = "127.0.0.77"
PRIVATE = {
    "organisation_name": "Zamandash Canary Fund",
    "contact_name": "Aigul Canary",
    "contact_role": "Canary keeper",
}
MAILBOX = "canary.aigul@fund.example"
GRANIAN_LOG = str(ROOT / "deploy" / "granian-logging.json")
BREAK = "ALTER TABLE petition_privatelink RENAME TO petition_elsewhere"
REPAIR = "ALTER TABLE petition_elsewhere RENAME TO petition_privatelink"
SECONDS = 60


class Visit:
    """A visitor of one web process, from an address that no other has."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(
        self, path: str, fields: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Return status, headers and text of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30, source_address=(VISITOR, 0))
        try:
            body = urlencode(fields, doseq=True) if fields is not None else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
            connection.request("POST" if body is not None else "GET", path, body, kind | headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()


def wait_until(is_done: Callable[[], object], what: str) -> None:
    until = time.monotonic() + SECONDS
    while not is_done():
        assert time.monotonic() < until, f"not in time: {what}"
        time.sleep(0.2)


def execute(site: Installation, statement: str) -> None:
    """Change the schema as its owner, so that a page fails."""
    code = f"import django; django.setup(); from django.db import connection as c; c.cursor().execute({statement!r})"
    site.python("-c", code)


def scrape(port: int) -> dict[str, float]:
    text = Visit(port)("/metrics")[2]
    samples = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def find_link(site: Installation) -> str:
    """Return the path of the link in the mail to the canary's mailbox; '' while there is none."""
    for file in (site.folder / "var" / "mail").glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        if mail["To"] == MAILBOX and (body := mail.get_body(("plain",))):
            (link,) = set(re.findall(r"http\S+(/endorsements/\S+)", body.get_content()))
            return str(link)
    return ""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path, os.environ.get("DATABASE_URL"), has_logins=True)
    installation.environment |= {"LOG_FORMAT": "json", "GRANIAN_LOG_CONFIG": GRANIAN_LOG}
    try:
        yield installation
    finally:
        installation.remove()


def break_a_page(site: Installation, visit: Visit, link: str) -> str:
    """Let the page of a link fail; return the reference that it shows."""
    execute(site, BREAK)
    try:
        status, headers, page = visit(f"/ru{link}")
    finally:
        execute(site, REPAIR)
    assert status in (500, 503)
    reference = str(headers["X-Request-ID"])
    assert f"<code>{reference}</code>" in page
    return reference


def kill_a_worker(server: Server) -> None:
    before = set(server.pids())
    os.kill(max(before), signal.SIGKILL)
    wait_until(lambda: len(set(server.pids()) - before) == 1, "another worker of granian")


def test_processes_count_together_and_log_no_person(site: Installation, capfd: pytest.CaptureFixture[str]) -> None:
    """Over a second: five processes, a form, its mail, an error, and a killed process that is started again."""
    public, staff = free_port(), free_port()
    counting: Any = {"METRICS_ADDRESS": f"127.0.0.1:{staff}"}
    with ExitStack() as running:
        start = running.enter_context
        server = start(site.server(role="public", workers=2, METRICS_ADDRESS=f"127.0.0.1:{public}"))
        start(site.process(sys.executable, "manage.py", "worker", **counting))
        start(site.process(sys.executable, "manage.py", "metrics", **counting, ROLE="staff"))
        of_public: Any = {"ROLE": "public", "METRICS_ADDRESS": f"127.0.0.1:{public}"}
        start(site.process(sys.executable, "manage.py", "metrics", **of_public))
        visit = Visit(server.port)
        for _ in range(40):
            assert visit(f"/appeals/{SLUG}/")[0] == 200
        kill_a_worker(server)
        wait_until(lambda: visit("/healthz")[0] == 200, "an answer")
        form = RIGHT | PRIVATE | {"contact_email": MAILBOX}
        wait_until(lambda: visit(f"/appeals/{SLUG}/endorse/", form)[0] == 302, "a form that is stored")
        wait_until(lambda: find_link(site), "a mail")
        link = find_link(site)
        assert visit(link)[0] == 200
        assert visit(f"/endorsements/{MAILBOX}/")[0] == visit(f"/{PRIVATE['contact_name'].split()[0]}/%C3%A9")[0] == 404
        reference = break_a_page(site, visit, link)
        assert visit("/", Host="canary.evil.example")[0] == 400

        def has_counted() -> bool:
            figures = scrape(public)
            pages = sum(value for name, value in figures.items() if 'requests_total{kind="appeal"' in name)
            private = sum(value for name, value in figures.items() if 'requests_total{kind="private_link"' in name)
            # What a killed process had counted in its last seconds is lost.
            return 0 < pages <= 40 and private >= 3

        wait_until(has_counted, "counts of both processes")
        wait_until(lambda: scrape(staff)["petition_database_up"] == 1, "figures of the database")
        assert scrape(staff)["petition_worker_heartbeat_age_seconds"] < SECONDS
        assert scrape(public)['petition_check_errors{check="database_login"}'] == 0
        assert not [name for name in scrape(public) if name.startswith(("petition_mail", "petition_queue"))]
        assert "petition_" not in visit("/metrics")[2], "a public web process serves no figures"
    check_lines(capfd.readouterr().err.splitlines(), link, reference)


def check_lines(lines: list[str], link: str, reference: str) -> None:
    """All lines are JSON, none has anything private, and the reference of the page that failed is there."""
    read = [json.loads(line) for line in lines if line.strip()]
    assert all({"time", "level", "logger", "message"} <= set(line) for line in read)
    (failed,) = [line for line in read if line.get("request_id") == reference]
    assert (failed["route"], failed["status"] >= 500, failed["milliseconds"] >= 0) == ("confirm", True, True)
    assert any(line["logger"] == "granian" and "Unexpected exit" in line["message"] for line in read)
    text = "\n".join(lines)
    token = link.split("/")[2]
    for private in (*PRIVATE.values(), MAILBOX, "Aigul", token, VISITOR, "fund.example"):
        assert private not in text


def test_the_search_of_lines_finds_what_is_planted() -> None:
    line = {"time": "", "level": "", "logger": "granian", "message": "Unexpected exit"}
    failed = line | {"request_id": "ab12cd34", "route": "confirm", "status": 503, "milliseconds": 1}
    right = [json.dumps(line), json.dumps(failed)]
    check_lines(right, "/endorsements/secret-token/", "ab12cd34")
    for planted in ("no JSON", json.dumps(line | {"message": MAILBOX}), json.dumps(line | {"message": "secret-token"})):
        with pytest.raises((AssertionError, ValueError)):
            check_lines([*right, planted], "/endorsements/secret-token/", "ab12cd34")
