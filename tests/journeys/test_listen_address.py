"""For any --host and --port the printed address opens, or a sentence says why not.

test_serve_processes.py starts the site for two of these addresses.
"""

import runpy
import socket
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError
from django.test import Client
from pytest_django.fixtures import Settings

from petition.management.listen_address import check_port_is_free, read_port, resolve_listen_address
from petition.models import Appeal
from tests import factories
from tests.site import ROOT, SLUG, free_port
from tests.web.endorse.test_endorse import RIGHT


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


only_with_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


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
def test_the_printed_address_opens_the_site(
    host: str, shown: str, client: Client, appeal: Appeal, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that listens there is reached at the URL that is printed, and the site answers to it and names it."""
    place = resolve_listen_address(host, free_port())
    check_port_is_free(place)
    assert place.url == f"http://{shown}:{place.port}"
    assert place.is_any_address is (host in ("0.0.0.0", "::"))
    with socket.create_server((place.address, place.port), family=family_of(place.address)):
        socket.create_connection((str(urlsplit(place.url).hostname), place.port), 20).close()

    monkeypatch.setenv("SITE_URL", place.url)  # as `serve` sets it
    read = runpy.run_path(str(ROOT / "petition" / "settings.py"))
    settings.SITE_URL, settings.ALLOWED_HOSTS = read["SITE_URL"], read["ALLOWED_HOSTS"]
    here = {"host": urlsplit(place.url).netloc}
    assert client.get(f"/appeals/{SLUG}/", headers=here).status_code == 200
    assert client.get(f"/appeals/{SLUG}/", headers={"host": "evil.example"}).status_code == 400
    assert client.post(f"/appeals/{SLUG}/endorse/", RIGHT, headers=here).status_code == 302
    message, _, content = factories.mails()[-1]
    assert message == "confirm_mailbox"
    assert content["url"].startswith(f"{place.url}/")


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
def test_a_port_in_use_is_refused(held: str, host: str) -> None:
    """Also if the other program lets its port be shared, as granian does."""
    with socket.socket(family_of(held)) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((held, 0))
        holder.listen()
        place = resolve_listen_address(host, holder.getsockname()[1])
        message = rf"Port {place.port} on .*cannot be used \(Address already in use\): "
        with pytest.raises(CommandError, match=rf"^{message}stop what runs there, or give another --port\."):
            check_port_is_free(place)


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("nowhere.invalid", "8000", "nowhere.invalid is no address of this machine: leave --host out"),
        ("a..b", "8000", "a..b is no address of this machine"),
        ("127.0.0.1", "0", "The port is 0: give --port a number from 1 to 65535."),
        ("127.0.0.1", "70000", "The port is 70000: give --port a number from 1 to 65535."),
    ],
)
def test_an_impossible_address_is_refused_in_one_sentence(host: str, port: str, message: str) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        resolve_listen_address(host, read_port(port))
    assert "\n" not in str(refused.value)
