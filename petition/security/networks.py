"""From which network a request comes: told only as text to hash, never stored.

WSGI gives `X-Forwarded-For` and `X_Forwarded_For` one name, and granian keeps whichever it reads last; nothing here can
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

    X-Forwarded-For counts only when the peer is one of TRUSTED_PROXIES, and then its last address that is not. Empty
    parts are skipped. A part that cannot be read ends the search, and the network is that of the proxy that passed it
    on: what stands before it may be the visitor's own words.
    """
    address = _parsed(meta.get("REMOTE_ADDR", ""))
    parts = [part for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while address and parts and any(address in proxy for proxy in settings.TRUSTED_PROXIES):
        hop = _parsed(parts.pop())
        if hop is None:
            break
        address = hop
    if not address:
        return ""
    return str(ipaddress.ip_network((address, _PREFIX[address.version]), strict=False))


def _parsed(text: str) -> Address | None:
    """The address in `text`: bare, `[2001:db8::1]`, or with a port behind it; None where there is none.

    An IPv4 address that is mapped into IPv6 is that IPv4 address; a zone (`%eth0`) belongs to no network.
    """
    text = text.strip()
    if found := _HOP.fullmatch(text):
        text = found["bracketed"] or found["with_port"]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
