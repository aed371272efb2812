"""Which Host headers the site answers to."""

from typing import Final

from django.conf import settings
from django.http.request import split_domain_port, validate_host

_MAX_HOSTS: Final = 100


class AllowedHosts:
    """Remembers the headers that are allowed, since checking one takes longer than sending a page from memory."""

    def __init__(self) -> None:
        self._hosts: set[str] = set()

    def __len__(self) -> int:
        return len(self._hosts)

    def allows(self, host: str) -> bool:
        """Return whether ALLOWED_HOSTS has this Host header; Django answers 400 to any other."""
        if host in self._hosts:
            return True
        domain, _ = split_domain_port(host)
        is_allowed = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
        if is_allowed and len(self._hosts) < _MAX_HOSTS:
            self._hosts.add(host)
        return is_allowed
