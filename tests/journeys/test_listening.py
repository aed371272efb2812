"""Wherever the operator lets the site listen, the address that it prints opens, or a sentence says why not."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

from tests.factories import SLUG
from tests.journeys.test_first_endorsement import Browser
from tests.site import ROOT, Site


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


only_with_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("listening"))
    site.start()
    site.stop()
    yield site
    site.remove()


@contextmanager
def served(site: Site, *options: str, **variables: str) -> Iterator[str]:
    """Served with these options; gives the address that it prints."""
    before, site.options, site.environment = site.environment, [*options], site.environment | variables
    try:
        site.start()
        (printed,) = re.findall(r"The appeal +(\S+)/\n", site.output)
        yield printed
        assert site.stop() == 0, site.output
        assert "Traceback" not in site.output
    finally:
        site.options, site.environment = [], before


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("localhost", "localhost"),
        ("127.0.0.3", "127.0.0.3"),
        pytest.param("::1", "[::1]", marks=only_with_ipv6),
        pytest.param("[::1]", "[::1]", marks=only_with_ipv6),
        pytest.param("::", "[::1]", marks=only_with_ipv6),
    ],
)
def test_what_is_printed_opens(place: Site, host: str, shown: str) -> None:
    with served(place, "--host", host) as printed:
        assert printed == f"http://{shown}:{place.port}"
        visitor = Browser(printed)
        visitor.open("/")
        assert visitor.address == f"{printed}/appeals/{SLUG}/"
        visitor.open(f"/appeals/{SLUG}/endorse/")
        asked = f"{host}-{place.port}@ngo.example".replace(":", "-").replace("[", "").replace("]", "")
        visitor.submit(
            organisation_name=f"Made-up {asked}", display="named", contact_name="A", contact_role="B",
            contact_email=asked, authority="on", consent_processing="on", consent_publication="on",
        )  # fmt: skip
        (link,) = re.findall(r"http\S+/confirm/", place.mail_to(asked))
        assert link.startswith(printed)
        assert f"Made-up {asked}" in visitor.open(link)
        assert _status(place.port, shown.strip("[]"), "evil.example") == 400
        assert ("every address of this machine" in place.output) is (host in ("0.0.0.0", "::"))


def _status(port: int, address: str, host: str) -> int:
    connection = HTTPConnection(address, port, timeout=10)
    connection.request("GET", "/", headers={"Host": host})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_an_https_site_is_served_where_the_proxy_finds_it(place: Site) -> None:
    with served(place, "--host", "0.0.0.0", SITE_URL="https://appeal.example") as printed:
        assert printed == "https://appeal.example"
        assert _status(place.port, "127.0.0.1", "appeal.example") == 301


def sentence(site: Site, *options: str) -> str:
    """What `serve` refuses with."""
    command = [sys.executable, "manage.py", "serve", "--port", str(site.port), *options]
    done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("held", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "0.0.0.0"),
        pytest.param("::1", "::1", marks=only_with_ipv6),
        pytest.param("::1", "::", marks=only_with_ipv6),
    ],
)
def test_a_port_that_somebody_has_is_refused(place: Site, held: str, host: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in held else socket.AF_INET) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((held, place.port))
        holder.listen()
        said = sentence(place, "--host", host)
    assert said.startswith(f"CommandError: Port {place.port} on ")
    assert "cannot be used (Address already in use): stop what runs there, or give another --port." in said


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "nowhere.invalid"], "nowhere.invalid is no address of this machine: leave --host out"),
        (["--host", "a..b"], "a..b is no address of this machine"),
        (["--host", "192.0.2.7"], "Other machines reach 192.0.2.7: set SITE_URL to the https:// address"),
        (["--port", "0"], "The port is 0: give --port a number from 1 to 65535."),
        (["--port", "70000"], "The port is 70000: give --port a number from 1 to 65535."),
    ],
)
def test_a_place_that_cannot_be_is_one_sentence(place: Site, options: list[str], told: str) -> None:
    assert told in sentence(place, *options)
