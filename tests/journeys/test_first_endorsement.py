"""One endorsement from the form to the list, with a plain HTTP client that reads forms, on the site as shipped."""

import json
import os
import re
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from html import unescape
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psycopg
import pytest

from tests.factories import SLUG
from tests.site import Site


class Forms(HTMLParser):
    """The forms of a page: address, fields with their values, buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], list[tuple[str, str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((attributes.get("action", ""), {}, []))
        elif self.found and tag == "button":
            self.found[-1][2].append((attributes.get("name", ""), attributes.get("value", "")))
        elif self.found and tag == "input" and attributes.get("type") not in ("checkbox", "radio", "submit"):
            self.found[-1][1][attributes.get("name", "")] = attributes.get("value", "")


RELOAD = re.compile(r'<meta http-equiv="refresh" content="(\d+); url=([^"]+)">')


class Browser:
    """A browser that keeps cookies, follows redirects and submits forms as they are filled in.

    It loads a page again that says so, until one does not: `pages` has all since the last `open`. If `is_patient`, it
    only shows the first.
    """

    def __init__(self, base: str, *, is_patient: bool = False) -> None:
        self.address = base
        self.is_patient = is_patient
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, address: str, fields: Mapping[str, object] | None = None) -> str:
        self.pages = [self._open(address, fields)]
        while not self.is_patient and (reload := RELOAD.search(self.page)):
            time.sleep(int(reload[1]))
            self.pages.append(self._open(unescape(reload[2])))
        return self.page

    def _open(self, address: str, fields: Mapping[str, object] | None = None) -> str:
        body = urlencode(fields, doseq=True).encode() if fields is not None else None
        try:
            with self._opener.open(urljoin(self.address, address), body, timeout=20) as answer:
                self.address, self.page = answer.url, str(answer.read().decode())
        except HTTPError as error:
            with error:
                self.address, self.page = error.url or address, str(error.read().decode())
        return self.page

    def submit(self, form: int = 0, **typed: object) -> str:
        action, fields, _ = Forms(self.page).found[form]
        return self.open(action or self.address, fields | typed)


def test_from_the_form_to_the_list(site: Site) -> None:
    public, staff = Browser(site.url), Browser(site.url)
    public.open("/")
    assert public.address == f"{site.url}/appeals/{SLUG}/"
    public.open(f"/appeals/{SLUG}/endorse/")
    public.submit(
        organisation_name="Адилет «Үкүк»",
        countries=["KG"],
        display="named",
        contact_name="Асел",
        contact_role="төрайым",
        contact_email="asel@ukuk.example",
        authority="on",
        consent_processing="on",
        consent_publication="on",
    )
    assert "Check your e-mail" in public.page
    (link,) = re.findall(r"http\S+/confirm/", site.mail_to("asel@ukuk.example"))
    public.open(link)
    assert "Адилет «Үкүк» (Kyrgyzstan)" in public.page
    public.submit()
    assert "We have your request" in public.pages[0]
    assert "The secretariat now checks it" in public.page

    staff.open("/admin/")
    staff.submit(username="admin", password=site.password)
    staff.open("/admin/?state=quarantined")  # nobody fills in the form within a moment
    staff.open(re.findall(r'href="(/admin/endorsements/\d+/[^"]*)"', staff.page)[-1])  # the newest stands last
    forms = [form for form in Forms(staff.page).found if ("decision", "approve") in form[2]]
    address, fields, _ = forms[0]
    began = time.monotonic()
    staff.open(address, fields | {"decision": "approve"})
    assert "Approved" in staff.page
    while "Адилет «Үкүк»" not in public.open(f"/appeals/{SLUG}/"):
        assert time.monotonic() - began < 5
        time.sleep(0.05)
    listed = json.loads(public.open(f"/appeals/{SLUG}/signatories.json"))["signatories"][-1]
    assert (listed["kind"], listed["label"]) == ("further", "Адилет «Үкүк» (Kyrgyzstan)")
    (permanent,) = re.findall(rf"http\S+/{listed['id']}/", site.mail_to("asel@ukuk.example", number=3))
    assert f'id="{listed["id"]}"' in public.open(permanent)


LEFT_TO_WEIGH = """
import time
from petition.models import Endorsement
until = time.monotonic() + 60
while Endorsement.objects.to_screen().exists():
    assert time.monotonic() < until
    time.sleep(0.2)
"""


@pytest.mark.both_databases
@pytest.mark.long
def test_a_second_start_does_nothing_again_and_changes_no_data(tmp_path: Path) -> None:
    """This makes it quick on any machine; `make bench` measures it. Takes seconds: the first start sets all up."""
    site = Site(tmp_path, starts_from_nothing="DATABASE_URL" not in os.environ)  # once is enough
    starts = []
    for number in (signal.SIGINT, signal.SIGTERM):
        site.start()
        page = wait_for_worker(Browser(site.url))
        if number == signal.SIGINT:
            site.manage("shell", "--no-imports", "-c", LEFT_TO_WEIGH)  # screening goes on in pieces
        assert site.stop(number) == 0
        starts.append((page, _every_row(site), _written(site.folder / "var")))
    assert starts[0][1]["petition_signatory"]
    assert starts[0][1]["django_migrations"]
    assert starts[1] == starts[0]
    assert "Password" not in site.output
    assert "published" not in site.output
    site.remove()


def _every_row(site: Site) -> dict[str, list[str]]:
    """Return the rows of each table, except when the worker lived."""
    url = site.environment.get("DATABASE_URL")
    of_tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    if not url:
        of_tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with closing(psycopg.connect(url) if url else sqlite3.connect(site.folder / "var" / "petition.sqlite3")) as base:
        tables = [name for (name,) in base.execute(of_tables)]
        return {
            name: sorted(map(repr, base.execute(f'SELECT * FROM "{name}"')))
            for name in sorted({*tables} - {"petition_sitestate"})
        }


def wait_for_worker(visitor: Browser) -> str:
    """Return the list as data after the worker's first round has begun, which stopping the worker lets it finish."""
    until = time.monotonic() + 60
    while '"worker": true' not in visitor.open("/readyz"):
        assert time.monotonic() < until, visitor.page
        time.sleep(0.05)
    return visitor.open(f"/appeals/{SLUG}/signatories.json")


def _written(var: Path) -> list[tuple[Path, int, int]]:
    """Return number and time of each file except the database's own."""
    files = (path for path in sorted(var.rglob("*")) if path.is_file() and "sqlite3" not in path.name)
    return [(path, path.stat().st_ino, path.stat().st_mtime_ns) for path in files]


def test_state_is_private_and_all_in_one_folder(site: Site) -> None:
    var = site.folder / "var"
    assert var.stat().st_mode & 0o077 == 0
    for path in [var, *var.rglob("*")]:
        if path.is_relative_to(var / "static"):  # public files, in a folder that others cannot enter
            continue
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_output_shows_where_everything_is(site: Site) -> None:
    for words in (f"{site.url}/", f"{site.url}/admin/", "Sign in as", str(site.folder / "var" / "mail")):
        assert words in site.output
    assert "Traceback" not in site.output


@pytest.mark.parametrize("charset", ["hex", "undefined", "idna", "utf-16"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"])
def test_the_site_runs_with_any_character_set(site: Site, charset: str, kind: str) -> None:
    """Sent to the server itself: Django would raise before any of our code that its test client reaches."""
    for path, body in ((f"/appeals/{SLUG}/endorse/", b"a=%ff"), (f"/appeals/{SLUG}/signatories/?page=1%ff", None)):
        request = Request(site.url + path, body, {"Content-Type": f"{kind}; charset={charset}"})
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=20)
        refused.value.close()
        assert 400 <= refused.value.code < 500
        assert refused.value.headers["Content-Security-Policy"]


def test_forwarded_headers_of_strangers_are_ignored(site: Site) -> None:
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5", "X-Forwarded-Host": "evil.example"}
    with urlopen(Request(site.url + f"/appeals/{SLUG}/endorse/", headers=claims), timeout=20) as answer:
        assert "evil.example" not in answer.read().decode()
        assert "Strict-Transport-Security" not in answer.headers
