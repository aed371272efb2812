"""Which responses tell nginx to keep them: deploy/nginx/petition.conf keeps no other."""

import ipaddress
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from petition.publishing.cache.responses import PUBLIC, build_response, send_response

PRIVATE = ("Cache-Control", "no-store")
OWN = {"REQUEST_METHOD": "GET"}


def find_mark(status: str, cache: tuple[str, str], **environ: str) -> str | None:
    """Return the header of the response that is for nginx."""
    sent: list[Any] = []
    response = build_response(status, [cache], b"page")
    environ = {name: response.etag if value == "ETAG" else value for name, value in environ.items()}
    send_response(response, OWN | environ, lambda *arguments: sent.extend(arguments))
    assert sent[0].startswith("304" if "HTTP_IF_NONE_MATCH" in environ else status[:3])
    return dict(sent[1]).get("X-Accel-Expires")


def test_public_pages_are_marked_behind_a_proxy_alone(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    assert find_mark("200 OK", PUBLIC) is None
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("127.0.0.1")]
    for environ in ({}, {"HTTP_IF_NONE_MATCH": "ETAG"}, {"QUERY_STRING": ""}):
        mark = find_mark("200 OK", PUBLIC, **environ)
        assert mark is not None
        assert mark[0] == "@"
        assert mark[1:].isdigit()


@pytest.mark.parametrize(
    ("status", "cache", "environ"),
    [
        ("200 OK", PRIVATE, {}),
        ("404 Not Found", PUBLIC, {}),
        ("200 OK", PUBLIC, {"QUERY_STRING": "q=name"}),
        ("503 Service Unavailable", PRIVATE, {}),
    ],
)
def test_nothing_else_is_marked(
    settings: Settings, status: str, cache: tuple[str, str], environ: dict[str, str]
) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("127.0.0.1")]
    assert find_mark(status, cache, **environ) is None
