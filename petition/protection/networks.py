"""From which network a request comes: told only as text to hash, never stored."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PREFIX = {4: 24, 6: 64}


def forget_untrusted(environ: dict[str, Any]) -> None:
    """What only a proxy may say is gone from `environ` unless one of TRUSTED_PROXIES said it."""
    peer = _parsed(environ.get("REMOTE_ADDR", ""))
    if peer is None or not _is_trusted(peer):
        for name in ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST"):
            environ.pop(name, None)


def _is_trusted(address: Address) -> bool:
    return any(address in proxy for proxy in settings.TRUSTED_PROXIES)


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
