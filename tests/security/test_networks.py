"""The visitor's network comes from the peer, or from trusted proxies, and from nobody else."""

import ipaddress

import pytest
from pytest_django import Settings

from petition.security.networks import drop_untrusted_headers, get_network

PROXY = "192.0.2.10"
FARTHER_PROXY = "2001:db8:ffff::1"


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(text) for text in ("192.0.2.0/28", "2001:db8:ffff::/48")]


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        (" 203.0.113.77 ", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
        ("203.0.113.777", ""),
        ("localhost", ""),
        ("\udcff\0", ""),
    ],
)
def test_the_network_of_the_peer_is_its_24_or_its_64(peer: str, network: str) -> None:
    assert get_network({"REMOTE_ADDR": peer}) == network


def test_a_link_local_peer_has_a_network_without_its_interface() -> None:
    assert get_network({"REMOTE_ADDR": "fe80::1%eth0"}) == "fe80::/64"


def test_without_any_address_there_is_no_network() -> None:
    assert get_network({}) == ""


def test_a_peer_that_is_no_proxy_cannot_name_an_address() -> None:
    assert get_network({"REMOTE_ADDR": "203.0.113.77", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}) == "203.0.113.0/24"


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("198.51.100.1", "198.51.100.0/24"),
        ("198.51.100.1, 203.0.113.77", "203.0.113.0/24"),
        (f"10.0.0.1, 203.0.113.77, {FARTHER_PROXY}", "203.0.113.0/24"),
        ("10.0.0.1,203.0.113.77,192.0.2.11 , 192.0.2.12", "203.0.113.0/24"),
        ("::ffff:198.51.100.1", "198.51.100.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1:2::/64"),
        ("192.0.2.11", "192.0.2.0/24"),
        ("", "192.0.2.0/24"),
        ("garbage", "192.0.2.0/24"),
        (",,,", "192.0.2.0/24"),
        ("203.0.113.7,", "203.0.113.0/24"),
        ("198.51.100.1, 203.0.113.7, , ", "203.0.113.0/24"),
        ("203.0.113.7:4711", "203.0.113.0/24"),
        ("198.51.100.1, 203.0.113.7:4711, 192.0.2.11:80,", "203.0.113.0/24"),
        ("[2001:db8:1:2::5]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::5]:443", "2001:db8:1:2::/64"),
        (f"203.0.113.7, [{FARTHER_PROXY}]:443", "203.0.113.0/24"),
        ("[::ffff:198.51.100.1]:443", "198.51.100.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("[fe80::1%eth0]:443", "fe80::/64"),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy_counts(forwarded: str, network: str) -> None:
    assert get_network({"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": forwarded}) == network


@pytest.mark.parametrize(
    "last",
    [
        *("unknown", "unix:", "for=203.0.113.7", '"203.0.113.7"', "203.0.113.7 203.0.113.8", "203.0.113.7:", ":80"),
        *("203.0.113.7:port", "203.0.113.7:123456", "203.0.113.7:8\u0660", "[]", "[]:80", "[203.0.113.7"),
        *("[2001:db8::1]x", "[[2001:db8::1]]", "2001:db8::1]", "[2001:db8::1]:", "2001:db8:::1", "fe80::1%"),
        *("\0", "\udcff", "1" * 60_000),
    ],
)
def test_addresses_before_an_unreadable_part_do_not_count(last: str) -> None:
    forwarded = f"198.51.100.1, {last}"
    assert get_network({"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": forwarded}) == "192.0.2.0/24"


def test_a_mapped_address_of_a_proxy_is_that_proxy() -> None:
    meta = {"REMOTE_ADDR": f"::ffff:{PROXY}", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}
    assert get_network(meta) == "198.51.100.0/24"


FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.1",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
}


@pytest.mark.parametrize(
    ("peer", "is_kept"), [(PROXY, True), (FARTHER_PROXY, True), ("203.0.113.77", False), ("", False), ("x", False)]
)
def test_forwarded_headers_are_dropped_unless_a_trusted_proxy_sent_them(peer: str, is_kept: bool) -> None:
    environ = FORWARDED | {"REMOTE_ADDR": peer, "HTTP_HOST": "appeal.example"}
    drop_untrusted_headers(environ)
    assert environ == (FORWARDED if is_kept else {}) | {"REMOTE_ADDR": peer, "HTTP_HOST": "appeal.example"}
