"""What the operator has set, read so that a mistake is one sentence that names the variable. Settings reads it."""

import contextlib
import ipaddress
import os
import warnings
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

import environ
from django.core.exceptions import ImproperlyConfigured

from petition.security.keys import KEY_NAMES, keys_kept_in
from petition.text.mailboxes import canonical

_TAKES: Final = {
    "DATABASE_URL": "postgres://user:password@host/name or sqlite:////path",
    "CACHE_URL": "locmemcache:// or redis://host:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@host:587",
    "TRUSTED_PROXIES": "addresses or networks such as 127.0.0.1,10.0.0.0/8",
}
POSTGRESQL_OPTIONS: Final = {
    "options": "-c max_parallel_workers_per_gather=0",  # they cost 10 ms to start, for lists that fit a page
    # A database that hangs is a database that is gone: also one whose machine vanished from the network.
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""Of every process; web processes give up sooner (management/web_process.py)."""


class Environment(environ.Env):  # type: ignore[misc]  # django-environ ships no types
    """The variables of `variables` that have a value: an environment file may name what it does not set."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        super().__init__()
        self.ENVIRON = {name: value for name, value in variables.items() if value.strip()}

    def number(self, name: str, default: int, *, least: int | None = None) -> int:
        """A whole number, `least` or more."""
        number = int(self._understood(name, lambda: self.int(name, default), "a whole number"))
        if least is not None and number < least:
            raise ImproperlyConfigured(f"{name} must be {least} or more.")
        return number

    def hourly_limits(self) -> dict[str, int]:
        """How much an account may do within an hour before it gives its second factor again, each 1 or more."""
        defaults = {"contacts": 30, "hides": 20, "revokes": 20, "withdrawals": 5}
        limits = {name: self.number(f"{name.upper()}_PER_HOUR", default) for name, default in defaults.items()}
        for name, most in limits.items():
            if most < 1:
                raise ImproperlyConfigured(f"{name.upper()}_PER_HOUR must be 1 or more.")
        return limits

    def networks(self, name: str) -> list[Any]:
        """Addresses and networks, a comma between."""
        return list(self._understood(name, lambda: [*map(ipaddress.ip_network, self.list(name, default=[]))]))

    def mailbox(self, name: str, default: str) -> str:
        """Return an address, or a name with one, whose domain is ASCII: Django's mailer would write another domain."""
        typed = str(self.str(name, default))
        address = parseaddr(typed)[1]
        if typed.isascii() or (address.isascii() and address):
            return typed
        mailbox = canonical(address)
        if mailbox is None:
            raise ImproperlyConfigured(f"{name} is not understood: give it as info@example.org.")
        return typed.replace(address, mailbox)

    def location(self, name: str, read: Callable[..., dict[str, Any]], *default: str) -> dict[str, Any]:
        """What `read` of this class makes of an address. It may hold a password, so it is not repeated."""
        return dict(self._understood(name, lambda: read(name, *default)))

    @staticmethod
    def _understood(name: str, read: Callable[[], Any], takes: str = "") -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # django-environ's would print the address, password and all
                return read()
        except (ValueError, LookupError, Warning, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} is not understood: give it as {takes or _TAKES[name]}.") from error


def made(folder: Path) -> Path:
    """The folder, private and there if that can be; where it cannot, whoever needs it says so."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keys_in(folder: Path) -> dict[str, str]:
    """The keys that the site has made for itself in DATA_DIR. Raises ImproperlyConfigured, with what to do."""
    file = folder / "keys.env"
    try:
        kept = keys_kept_in(file)
    except UnicodeDecodeError:
        kept = {}
    except OSError as error:
        if file.exists():
            raise ImproperlyConfigured(
                f"The keys in {file} cannot be read ({error.strerror}): give the file to the user who runs this."
            ) from error
        raise ImproperlyConfigured(
            f"DATA_DIR {folder} cannot be used ({error.strerror}): make it a folder that this user can write to, "
            "or set DATA_DIR to another one."
        ) from error
    if not all(kept.get(name) for name in KEY_NAMES):
        raise ImproperlyConfigured(
            f"The keys in {file} are not whole: put your copy of the file back, since no contact can be read "
            "without them; only where no endorsement has come in yet, remove it, and new ones are made."
        )
    return kept
