"""Find out from which network a request comes: only text to hash, never stored.

WSGI gives `X-Forwarded-For` and `X_Forwarded_For` one name, and granian keeps the one it reads last; this code cannot
tell them apart. The proxy has to drop names with an underscore: both configurations in deploy/ do, as their tests show.
"""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PREFIX = {4: 24, 6: 64}
_HOP = re.compile(r"\[(?P<bracketed>[^][]+)\](?::[0-9]{1,5})?|(?P<with_port>[0-9.]+):[0-9]{1,5}")
_FORWARDED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST")


def drop_untrusted_headers(environ: dict[str, Any]) -> None:
    """Remove the X-Forwarded headers from `environ` unless one of TRUSTED_PROXIES sent them."""
    forwarded = [name for name in _FORWARDED if name in environ]
    if forwarded and not _is_trusted(environ.get("REMOTE_ADDR", ""), tuple(settings.TRUSTED_PROXIES)):
        for name in forwarded:
            del environ[name]


@lru_cache(maxsize=8)  # every request of a site behind a proxy comes from the same few peers
def _is_trusted(peer: str, proxies: tuple[Network, ...]) -> bool:
    address = _parse_address(peer)
    return address is not None and any(address in proxy for proxy in proxies)


def get_network(meta: Mapping[str, str]) -> str:
    """Return the visitor's /24 or /64 from the WSGI environ `meta`; '' when there is none (a Unix socket).

    X-Forwarded-For counts only if the peer is one of TRUSTED_PROXIES, and then its last address that is not one.
    """
    address = _parse_address(meta.get("REMOTE_ADDR", ""))
    parts = [part for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while address and parts and any(address in proxy for proxy in settings.TRUSTED_PROXIES):
        hop = _parse_address(parts.pop())
        if hop is None:  # what stands before an unreadable part may be forged, so the last proxy's network counts
            break
        address = hop
    if not address:
        return ""
    return str(ipaddress.ip_network((address, _PREFIX[address.version]), strict=False))


def _parse_address(text: str) -> Address | None:
    """Return the address in `text`: bare, `[2001:db8::1]`, or followed by a port; None if there is none.

    An IPv4 address mapped into IPv6 is returned as IPv4. An address with a zone (`%eth0`) belongs to no network.
    """
    text = text.strip()
    if match := _HOP.fullmatch(text):
        text = match["bracketed"] or match["with_port"]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
