"""From which network a request comes: told only as text to hash, never stored."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PREFIX = {4: 24, 6: 64}
_FORWARDED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST")


def forget_untrusted(environ: dict[str, Any]) -> None:
    """What only a proxy may say is gone from `environ` unless one of TRUSTED_PROXIES said it."""
    said = [name for name in _FORWARDED if name in environ]
    if said and not _is_trusted(environ.get("REMOTE_ADDR", ""), tuple(settings.TRUSTED_PROXIES)):
        for name in said:
            del environ[name]


@lru_cache(maxsize=8)  # every request of a site behind a proxy comes from the same few peers
def _is_trusted(peer: str, proxies: tuple[Network, ...]) -> bool:
    address = _parsed(peer)
    return address is not None and any(address in proxy for proxy in proxies)


def network_of(meta: Mapping[str, str]) -> str:
    """The visitor's /24 or /64, from the WSGI environ `meta`; '' when there is none (a Unix socket).

    X-Forwarded-For counts only when the peer is one of TRUSTED_PROXIES, and then its last address that is not. A hop
    that cannot be read ends the search: what stands before it may be the visitor's own words.
    """
    address = _parsed(meta.get("REMOTE_ADDR", ""))
    hops = [_parsed(hop) for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while address and hops and any(address in proxy for proxy in settings.TRUSTED_PROXIES):
        hop = hops.pop()
        if hop is None:
            break
        address = hop
    if not address:
        return ""
    return str(ipaddress.ip_network((address, _PREFIX[address.version]), strict=False))


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
